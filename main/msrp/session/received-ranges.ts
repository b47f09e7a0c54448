/** Ranges that one message may leave open between each other; a peer that makes more is refused. */
export const MAX_RANGES = 4096;

/** Which octets of a message have arrived, as few ordered ranges. 0-based, the end excluded. */
export class ReceivedRanges {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  get count(): number {
    return this.#starts.length;
  }

  /** Whether every octet from 0 to `total` is here. */
  covers(total: number): boolean {
    if (total === 0) return true;
    return this.#starts[0] === 0 && (this.#ends[0] ?? 0) >= total;
  }

  /** @returns false, and nothing is added, when this would be more than {@link MAX_RANGES} ranges */
  add(start: number, end: number): boolean {
    if (end <= start) return true;
    const last = this.#starts.length - 1;
    const lastStart = this.#starts[last];
    const lastEnd = this.#ends[last];
    // In order, nearly always: the last range grows.
    if (
      lastStart !== undefined &&
      lastEnd !== undefined &&
      start >= lastStart &&
      start <= lastEnd
    ) {
      this.#ends[last] = Math.max(lastEnd, end);
      return true;
    }
    return this.#merge(start, end);
  }

  #merge(start: number, end: number): boolean {
    const from = firstIndex(this.#ends, start);
    let to = from;
    let mergedStart = start;
    let mergedEnd = end;
    while (to < this.#starts.length && (this.#starts[to] ?? Infinity) <= end) {
      mergedStart = Math.min(mergedStart, this.#starts[to] ?? mergedStart);
      mergedEnd = Math.max(mergedEnd, this.#ends[to] ?? mergedEnd);
      to += 1;
    }
    if (to === from && this.#starts.length >= MAX_RANGES) return false;
    this.#starts.splice(from, to - from, mergedStart);
    this.#ends.splice(from, to - from, mergedEnd);
    return true;
  }
}

/** Index of the first element that is at least `least`; binary search. */
function firstIndex(sorted: readonly number[], least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
