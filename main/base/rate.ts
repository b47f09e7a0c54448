/** So much at once, and again so much over the time of a window. */
export interface Rate {
  readonly most: number;
  readonly windowMs: number;
}

interface Bucket {
  left: number;
  atMs: number;
}

/** Keys that are tracked; beyond them the one that was used least lately is forgotten. */
const MAX_KEYS = 10_000;

/**
 * Counts what each key uses up of its rate. A key may use all of it at once, and gets it back evenly: over any time it has
 * at most `most` and its share of that time.
 */
export class RateTable {
  readonly #rate: Rate;
  readonly #maxKeys: number;
  /** In the order of the last use. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, maxKeys = MAX_KEYS) {
    this.#rate = rate;
    this.#maxKeys = maxKeys;
  }

  /** Takes one. False: none is left; how far the key is over its rate does not count against it later. */
  take(key: string, nowMs: number): boolean {
    const bucket = this.#refilled(key, nowMs);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  /** Gives one back that should not have counted. */
  giveBack(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket !== undefined) bucket.left = Math.min(this.#rate.most, bucket.left + 1);
  }

  /** Milliseconds until the key has one again. */
  waitMs(key: string, nowMs: number): number {
    const { left } = this.#refilled(key, nowMs);
    return left >= 1 ? 0 : Math.ceil(((1 - left) * this.#rate.windowMs) / this.#rate.most);
  }

  #refilled(key: string, nowMs: number): Bucket {
    const { most, windowMs } = this.#rate;
    const old = this.#buckets.get(key);
    const bucket = old ?? { left: most, atMs: nowMs };
    bucket.left = Math.min(most, bucket.left + ((nowMs - bucket.atMs) * most) / windowMs);
    bucket.atMs = nowMs;
    if (old !== undefined) this.#buckets.delete(key);
    else this.#makeRoom();
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #makeRoom(): void {
    const [oldest] = this.#buckets.size < this.#maxKeys ? [] : this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
