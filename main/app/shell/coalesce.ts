import type { Clock, Timer } from "../../base/ports.ts";

/** Does a thing at most once in a time, and always once after the last wish for it. */
export class Coalesced {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #work: () => void;
  #lastMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(clock: Clock, everyMs: number, work: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#work = work;
  }

  wish(): void {
    if (this.#timer !== undefined) return;
    const waitMs = this.#lastMs + this.#everyMs - this.#clock.nowMs();
    if (waitMs <= 0) this.#now();
    else
      this.#timer = this.#clock.startTimer(waitMs, () => {
        this.#now();
      });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #now(): void {
    this.#timer = undefined;
    this.#lastMs = this.#clock.nowMs();
    this.#work();
  }
}
