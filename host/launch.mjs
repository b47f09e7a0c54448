/** Starts the host: by `host/electron`, or on Windows as `node host/launch.mjs APP`. */
import { enableCompileCache } from "node:module";

// Type stripping and compiling the host take longer than running it; the cache keeps both.
enableCompileCache();
await import("./src/launch.ts");
