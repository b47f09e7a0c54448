import type { Clock } from "../base/ports.ts";
import type { SipFailure } from "./srf.ts";

/**
 * Promises that drachtio-srf may leave open for ever (its control connection lost, a reply missing): each has a time
 * limit and fails when the facade is closed.
 */
export class PendingSet {
  readonly #clock: Clock;
  readonly #open = new Set<(failure: SipFailure) => void>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#open.size;
  }

  /**
   * @param run starts the work; the first call of its argument decides, later ones are ignored
   * @param fail makes the outcome of a failure
   */
  run<T>(
    limitMs: number,
    fail: (failure: SipFailure) => T,
    run: (settle: (outcome: T) => void) => void,
  ): Promise<T> {
    return new Promise<T>((resolve) => {
      let isSettled = false;
      const settle = (outcome: T): void => {
        if (isSettled) return;
        isSettled = true;
        timer.cancel();
        this.#open.delete(abort);
        resolve(outcome);
      };
      const abort = (failure: SipFailure): void => {
        settle(fail(failure));
      };
      const timer = this.#clock.startTimer(limitMs, () => {
        abort({ kind: "timeout", message: "no outcome in time" });
      });
      this.#open.add(abort);
      if (this.#isClosed) abort({ kind: "closed", message: "the stack is closed" });
      else
        try {
          run(settle);
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          abort({ kind: "closed", message: `drachtio-srf takes nothing: ${message}` });
        }
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const abort of [...this.#open]) abort({ kind: "closed", message: "the stack is closed" });
  }
}
