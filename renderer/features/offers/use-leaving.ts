import { type FocusEvent, useEffect, useEffectEvent, useState } from "react";

interface HoldProps {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly onFocus: (event: FocusEvent<HTMLElement>) => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
}

/** Calls `leave` after that time, but not while it is pointed at or has the focus; then the time starts anew. */
export function useLeaving(afterMs: number | undefined, leave: () => void): HoldProps {
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const isHeld = isPointed || isFocused;
  // What is drawn anew meanwhile does not begin to count anew.
  const onTime = useEffectEvent(leave);
  useEffect(() => {
    if (afterMs === undefined || isHeld) return;
    const timer = setTimeout(() => {
      onTime();
    }, afterMs);
    return () => {
      clearTimeout(timer);
    };
  }, [afterMs, isHeld]);
  return {
    onPointerEnter: () => {
      setPointed(true);
    },
    onPointerLeave: () => {
      setPointed(false);
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
