const FIRST_CAPACITY = 256;

/** Collects a line from several reads; doubling, so that one octet per read costs linear time. */
export class LineBuffer {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(bytes: Buffer): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, FIRST_CAPACITY, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    bytes.copy(this.#bytes, this.#length);
    this.#length = needed;
  }

  /** Valid until the next `append`. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets the line; a large buffer is given back. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > 4096) this.#bytes = Buffer.alloc(0);
  }
}
