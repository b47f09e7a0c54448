import type { Clock, Timer } from "../../base/ports.ts";
import type { AgreedTimer } from "./session-timer.ts";

export interface SessionClockHandlers {
  /** Half of the interval is over and we are the refresher (RFC 4028 §10). */
  onRefreshDue(): void;
  /** The interval is about to end without a refresh: the session is to be ended (§10). */
  onExpired(): void;
}

/** Times one session by RFC 4028 §10. */
export class SessionClock {
  readonly #clock: Clock;
  readonly #handlers: SessionClockHandlers;
  #agreed: AgreedTimer | undefined;
  #refresh: Timer | undefined;
  #expiry: Timer | undefined;

  constructor(clock: Clock, handlers: SessionClockHandlers) {
    this.#clock = clock;
    this.#handlers = handlers;
  }

  get agreed(): AgreedTimer | undefined {
    return this.#agreed;
  }

  /** From a 2xx, either way; undefined ends the timing. */
  restart(agreed: AgreedTimer | undefined): void {
    this.stop();
    this.#agreed = agreed;
    if (agreed === undefined) return;
    const { expiresS, isOurs } = agreed;
    if (isOurs) this.refreshIn((expiresS / 2) * 1000);
    // A little before the end, so that the BYE is not lost to the other side's own end.
    const endS = expiresS - Math.min(32, expiresS / 3);
    this.#expiry = this.#clock.startTimer(endS * 1000, () => {
      this.#handlers.onExpired();
    });
  }

  refreshIn(delayMs: number): void {
    this.#refresh?.cancel();
    this.#refresh = this.#clock.startTimer(delayMs, () => {
      this.#handlers.onRefreshDue();
    });
  }

  stop(): void {
    this.#refresh?.cancel();
    this.#expiry?.cancel();
    this.#agreed = undefined;
  }
}
