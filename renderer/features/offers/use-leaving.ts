import {
  type FocusEvent,
  type RefObject,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
} from "react";

interface HoldProps {
  readonly onPointerLeave: () => void;
  readonly onFocus: (event: FocusEvent<HTMLElement>) => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
}

/** Calls `leave` after that time, but not while it is pointed at or has the focus; then the time starts anew. */
export function useLeaving(
  element: RefObject<HTMLElement | null>,
  afterMs: number | undefined,
  leave: () => void,
): HoldProps {
  const [isFocused, setFocused] = useState(false);
  const pointedMs = useRef(Number.NEGATIVE_INFINITY);
  // What is drawn anew meanwhile does not begin to count anew.
  const onTime = useEffectEvent(leave);
  useEffect(() => {
    if (afterMs === undefined || isFocused) return;
    let timer = setTimeout(check, afterMs);
    function check(): void {
      const nowMs = performance.now();
      // Asked and not remembered: nobody tells that the pointer left when the button under it was taken away.
      if (element.current?.matches(":hover") === true) pointedMs.current = nowMs;
      const restMs = pointedMs.current + (afterMs ?? 0) - nowMs;
      if (restMs > 0) timer = setTimeout(check, restMs);
      else onTime();
    }
    return () => {
      clearTimeout(timer);
    };
  }, [element, afterMs, isFocused]);
  return {
    onPointerLeave: () => {
      pointedMs.current = performance.now();
    },
    onFocus: ({ target }) => {
      // A button that was clicked keeps the focus too, but nobody reads there with the keyboard.
      if (target.matches(":focus-visible")) setFocused(true);
    },
    onBlur: ({ currentTarget, relatedTarget }) => {
      if (!currentTarget.contains(relatedTarget)) setFocused(false);
    },
  };
}
