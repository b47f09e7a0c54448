import { createContext } from "react";

/** Which window this is. `prompt`: the small one that shows offers while the main one is hidden. */
export type View = "main" | "prompt";

export const ViewContext = createContext<View>("main");
