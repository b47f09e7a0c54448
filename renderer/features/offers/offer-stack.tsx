import type { ReactNode } from "react";

interface OfferStackProps {
  /** In the prompt window, where nothing else is. */
  readonly isAlone?: boolean;
}

/** Incoming offers, over every page. */
export function OfferStack({ isAlone = false }: OfferStackProps): ReactNode {
  return isAlone ? null : undefined;
}
