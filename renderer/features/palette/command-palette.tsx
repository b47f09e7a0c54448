import type { ReactNode } from "react";

/** Shown while the window store's `layer` is `palette`. */
export function CommandPalette(): ReactNode {
  return null;
}
