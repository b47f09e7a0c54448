import type { Clock, Timer } from "../../base/ports.ts";

/** Without an octet for so long the machine may sleep. */
export const STALL_MS = 60_000;

/**
 * Holds the machine awake only while octets move or a hash is computed; the display may always sleep. There is at most
 * one blocker, whatever happens.
 */
export class KeepAwake {
  readonly #clock: Clock;
  readonly #start: () => () => void;
  readonly #isChecking: () => boolean;
  #release: (() => void) | undefined;
  #timer: Timer | undefined;
  #movedMs = 0;

  /**
   * @param start takes the system's blocker; its result gives it back
   * @param isChecking a hash is computed now, which tells nothing while it goes on
   */
  constructor(clock: Clock, start: () => () => void, isChecking: () => boolean) {
    this.#clock = clock;
    this.#start = start;
    this.#isChecking = isChecking;
  }

  get isHeld(): boolean {
    return this.#release !== undefined;
  }

  /** An octet moved, or work on octets goes on. */
  moved(): void {
    this.#movedMs = this.#clock.nowMs();
    if (this.#release !== undefined) return;
    this.#release = this.#start();
    this.#watch(STALL_MS);
  }

  /** Nothing runs any more. */
  release(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  #watch(delayMs: number): void {
    this.#timer = this.#clock.startTimer(delayMs, () => {
      if (this.#isChecking()) this.#movedMs = this.#clock.nowMs();
      const leftMs = this.#movedMs + STALL_MS - this.#clock.nowMs();
      if (leftMs > 0) this.#watch(leftMs);
      else this.release();
    });
  }
}
