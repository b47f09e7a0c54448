import { useEffect, useState } from "react";

/** The time of the wall clock, anew every `stepMs`; only where something on the screen tells time. */
export function useNow(stepMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, stepMs);
    return () => {
      clearInterval(timer);
    };
  }, [stepMs]);
  return now;
}
