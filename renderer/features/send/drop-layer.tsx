import type { ReactNode } from "react";

/** Laid over the whole window while something is dragged over it. */
export function DropLayer(): ReactNode {
  return null;
}
