import { configure } from "@testing-library/react";

// A second, which is what it waits by itself, is short on a machine that does other work too.
configure({ asyncUtilTimeout: 10_000 });
