/** Separate ranges that one file may have at a time; ordered chunks need one. */
export const MAX_RANGES = 4096;

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Which octets of a file are present. Positions are 0-based, ends exclusive; ranges that touch are one. Its arrays
 * change, because it stands for what the disk holds.
 */
export class OctetRanges {
  readonly #spans: Span[] = [];
  #count = 0;

  /** Octets present, each counted once. */
  get count(): number {
    return this.#count;
  }

  /** Octets present without a gap from the start of the file. */
  get contiguous(): number {
    const [first] = this.#spans;
    return first?.start === 0 ? first.end : 0;
  }

  /** True when adding keeps the number of separate ranges within {@link MAX_RANGES}. */
  hasRoomFor(start: number, end: number): boolean {
    if (this.#spans.length < MAX_RANGES) return true;
    const from = this.#firstTouching(start);
    const next = this.#spans[from];
    return next !== undefined && next.start <= end;
  }

  /** Notes that the octets from `start` up to, not including, `end` are there. */
  add(start: number, end: number): void {
    if (end <= start) return;
    const from = this.#firstTouching(start);
    let to = from;
    let merged: Span = { start, end };
    let replaced = 0;
    for (let span = this.#spans[to]; span !== undefined && span.start <= end; ) {
      merged = { start: Math.min(merged.start, span.start), end: Math.max(merged.end, span.end) };
      replaced += span.end - span.start;
      to += 1;
      span = this.#spans[to];
    }
    this.#spans.splice(from, to - from, merged);
    this.#count += merged.end - merged.start - replaced;
  }

  /** Every octet of a file of that size, and none beyond it. */
  isWhole(sizeOctets: number): boolean {
    if (sizeOctets === 0) return this.#spans.length === 0;
    return this.#spans.length === 1 && this.contiguous === sizeOctets;
  }

  /** Index of the first range that ends at or after `start`. */
  #firstTouching(start: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const span = this.#spans[middle];
      if (span !== undefined && span.end < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
