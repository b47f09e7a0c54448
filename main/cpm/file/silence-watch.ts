import type { Clock, Timer } from "../../base/ports.ts";

/** Participating Functions give up within two minutes; a peer that vanished without a word is noticed in any case. */
export const SILENCE_MS = 90_000;

/** The lines of one session, of which some wait while others are sent: tells when nothing comes on any of them. */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #lines = new Set<() => void>();
  #lastMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * One more line that something is awaited on.
   * @returns ends that
   */
  add(onSilence: () => void): () => void {
    this.#lines.add(onSilence);
    this.heard();
    if (this.#timer === undefined) this.#wait(SILENCE_MS);
    return () => {
      this.#lines.delete(onSilence);
      if (this.#lines.size > 0) return;
      this.#timer?.cancel();
      this.#timer = undefined;
    };
  }

  /** Something came. */
  heard(): void {
    this.#lastMs = this.#clock.nowMs();
  }

  #wait(forMs: number): void {
    this.#timer = this.#clock.startTimer(forMs, () => {
      const leftMs = this.#lastMs + SILENCE_MS - this.#clock.nowMs();
      if (leftMs > 0) {
        this.#wait(leftMs);
        return;
      }
      this.#timer = undefined;
      for (const onSilence of [...this.#lines]) onSilence();
    });
  }
}
