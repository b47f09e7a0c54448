import { useSyncExternalStore } from "react";

const NARROW = "(width < 560px)";

/** The window is as small as a phone: its page and what else stands over it follow each other in one column. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, isNarrow);
}

function subscribe(tell: () => void): () => void {
  const query = window.matchMedia(NARROW);
  query.addEventListener("change", tell);
  return () => {
    query.removeEventListener("change", tell);
  };
}

function isNarrow(): boolean {
  return window.matchMedia(NARROW).matches;
}
