import type { ReactNode } from "react";

/** Facts of the selected transfer, beside the list. */
export function TransferDetails(): ReactNode {
  return null;
}
