import type { Clock } from "../../base/ports.ts";

/** At most four samples a second for one file. */
const MIN_INTERVAL_MS = 250;
/** How much of the shown rate is the last interval. */
const WEIGHT = 0.3;

export interface ProgressSample {
  readonly octets: number;
  readonly octetsPerS: number;
}

/** Thins out the progress of one file and smooths its rate. */
export class ProgressMeter {
  readonly #clock: Clock;
  readonly #show: (sample: ProgressSample) => void;
  #lastMs: number;
  #lastOctets: number;
  #octetsPerS = 0;
  #isFinished = false;

  /** @param fromOctets were there before: they count as done, and not towards the rate */
  constructor(clock: Clock, show: (sample: ProgressSample) => void, fromOctets = 0) {
    this.#clock = clock;
    this.#show = show;
    this.#lastOctets = fromOctets;
    this.#lastMs = clock.nowMs();
  }

  /** @param octets done so far, not since the last call */
  update(octets: number): void {
    if (this.#clock.nowMs() - this.#lastMs >= MIN_INTERVAL_MS) this.#sample(octets);
  }

  /** The last sample, once: shown even when the one before was a moment ago. */
  finish(octets: number): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#sample(octets);
  }

  #sample(octets: number): void {
    const nowMs = this.#clock.nowMs();
    const elapsedMs = Math.max(nowMs - this.#lastMs, 1);
    const rate = ((octets - this.#lastOctets) * 1000) / elapsedMs;
    const isFirst = this.#octetsPerS === 0;
    this.#octetsPerS = isFirst ? rate : this.#octetsPerS * (1 - WEIGHT) + rate * WEIGHT;
    this.#lastMs = nowMs;
    this.#lastOctets = octets;
    this.#show({ octets, octetsPerS: Math.max(0, Math.round(this.#octetsPerS)) });
  }
}
