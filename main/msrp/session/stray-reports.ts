import type { Clock } from "../../base/ports.ts";

const MAX_STRAY = 1000;
const WINDOW_MS = 10_000;

/**
 * Counts REPORTs about messages or octets that we never sent. Those about our own messages never count: some peers
 * send one for every chunk.
 */
export class StrayReports {
  readonly #clock: Clock;
  #windowStartMs = 0;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one. */
  isTooMany(): boolean {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#windowStartMs > WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count > MAX_STRAY;
  }
}
