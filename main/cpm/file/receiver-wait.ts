import type { Clock, Timer } from "../../base/ports.ts";
import { pushDelayMs, resumeDelayMs } from "./resume-times.ts";

export interface ReceiverWaitEvents {
  /** The receiver is to be asked again. */
  readonly onNext: () => void;
  /** Nobody came in time. */
  readonly onOver: () => void;
}

/** How long a sender waits for a receiver that is gone, and when it asks it again. */
export class ReceiverWait {
  readonly #clock: Clock;
  readonly #forMs: number;
  readonly #events: ReceiverWaitEvents;
  #untilMs: number | undefined;
  #limit: Timer | undefined;
  #next: Timer | undefined;
  /** Attempts in a row that led to nothing. */
  #vain = 0;

  /** @param forMs 0: not at all */
  constructor(clock: Clock, forMs: number, events: ReceiverWaitEvents) {
    this.#clock = clock;
    this.#forMs = forMs;
    this.#events = events;
  }

  /**
   * @param isAskedSoon the receiver has answered for every octet, and does not ask for the rest, or for none, and may not
   *   know that anything was lost
   * @returns what is left of the time; 0 where it is over
   */
  start(isAskedSoon: boolean): number {
    const nowMs = this.#clock.nowMs();
    this.#untilMs ??= nowMs + this.#forMs;
    const leftMs = this.#untilMs - nowMs;
    if (leftMs <= 0) return 0;
    this.hold();
    this.#limit ??= this.#clock.startTimer(leftMs, () => {
      this.#limit = undefined;
      this.hold();
      this.#events.onOver();
    });
    const delayMs = isAskedSoon ? resumeDelayMs(this.#vain) : pushDelayMs(this.#vain);
    this.#next = this.#clock.startTimer(Math.min(delayMs, leftMs), () => {
      this.#vain += 1;
      this.#events.onNext();
    });
    return leftMs;
  }

  /** Nobody is asked for now; the time goes on. */
  hold(): void {
    this.#next?.cancel();
    this.#next = undefined;
  }

  /** Octets moved, or the user says so: the time begins anew with the next `start`. */
  renew(): void {
    this.stop();
    this.#vain = 0;
    this.#untilMs = undefined;
  }

  stop(): void {
    this.hold();
    this.#limit?.cancel();
    this.#limit = undefined;
  }
}
