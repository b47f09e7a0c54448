import { type RefObject, useEffect, useEffectEvent, useLayoutEffect, useState } from "react";

interface Folding {
  readonly isFolded: boolean;
  readonly unfold: () => void;
}

/**
 * Folds what stands over the page when it covers what has the focus or is typed into (WCAG 2.4.11). It stays folded until
 * the user wants it back, or nothing is left of it.
 * @param over what stands over the page
 * @param isThere whether there is anything to stand there
 */
export function useFolding(over: RefObject<HTMLElement | null>, isThere: boolean): Folding {
  const [isFolded, setFolded] = useState(false);
  if (isFolded && !isThere) setFolded(false);
  const look = useEffectEvent(() => {
    if (!isFolded && covers(over.current, document.activeElement)) setFolded(true);
  });
  useEffect(() => {
    let frame = 0;
    const lookSoon = (): void => {
      cancelAnimationFrame(frame);
      // What gets the focus is scrolled into sight first.
      frame = requestAnimationFrame(() => {
        look();
      });
    };
    document.addEventListener("focusin", lookSoon);
    document.addEventListener("input", lookSoon);
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener("focusin", lookSoon);
      document.removeEventListener("input", lookSoon);
    };
  }, []);
  useLayoutEffect(() => {
    // The page has become shorter.
    if (isFolded) document.activeElement?.scrollIntoView({ block: "nearest" });
  }, [isFolded]);
  return {
    isFolded,
    unfold: () => {
      setFolded(false);
    },
  };
}

/** Whether a control, and not a whole region of the window, is under it. */
function covers(over: HTMLElement | null, focused: Element | null): boolean {
  if (over === null || focused === null || over.contains(focused)) return false;
  if (focused.contains(over) || focused.matches("[data-region]")) return false;
  // Without a ring, as after a press of the pointer, nobody looks for it: an offer must not fold under the pointer.
  if (!focused.matches(":focus-visible")) return false;
  // A control that is drawn by its label shows its ring there.
  const drawn = focused.closest("label") ?? focused;
  const { left, right, top, bottom } = drawn.getBoundingClientRect();
  if (right - left === 0 || bottom - top === 0) return false;
  const xs = [left + 1, (left + right) / 2, right - 1];
  const ys = [top + 1, (top + bottom) / 2, bottom - 1];
  return xs.some((x) => ys.some((y) => over.contains(document.elementFromPoint(x, y))));
}
