import { useCallback, useLayoutEffect, useRef } from "react";

/** A press in this time was meant for what stood there before. */
export const INERT_MS = 600;

/**
 * Makes actions do nothing for a moment after `place` has changed.
 * @param place anything that is different when the buttons have come or moved
 */
export function useGuard(place: string): (action: () => void) => void {
  const stood = useRef({ place: "", sinceMs: Number.POSITIVE_INFINITY });
  useLayoutEffect(() => {
    if (stood.current.place !== place) stood.current = { place, sinceMs: performance.now() };
  }, [place]);
  return useCallback((action) => {
    if (performance.now() - stood.current.sinceMs >= INERT_MS) action();
  }, []);
}
