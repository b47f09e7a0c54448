import type { ReactNode } from "react";

/** Shown while the window store's `layer` is `shortcuts`. */
export function ShortcutsSheet(): ReactNode {
  return null;
}
