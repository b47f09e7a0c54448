import { performance } from "node:perf_hooks";
import type { Clock } from "./ports.ts";

/** Node fires a timer with a longer delay at once. */
const LONGEST_DELAY_MS = 2_147_483_647;

/** The machine's clock. */
export function systemClock(): Clock {
  return {
    nowMs: () => performance.now(),
    nowNs: () => process.hrtime.bigint(),
    wallMs: () => Date.now(),
    startTimer: (delayMs, fire) => {
      const timer = setTimeout(fire, Math.min(delayMs, LONGEST_DELAY_MS));
      return {
        cancel: () => {
          clearTimeout(timer);
        },
      };
    },
  };
}
