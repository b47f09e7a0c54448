import { setFlagsFromString } from "node:v8";

/**
 * For processes that move files. V8 lets the space for new objects grow to many times of what such a process has alive,
 * and then frees the buffers of network reads as seldom: tens of MiB that nobody uses. A space that keeps its first size
 * is swept more often and costs no time that shows (docs/performance.md).
 */
export function keepYoungMemorySmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
