interface Lent {
  readonly block: Buffer;
  /** Place in the file that its octets end at. */
  readonly end: number;
}

/** Memory that a file is read into, block by block, and that is used again once the receiver has what was in it. */
export class BlockPool {
  readonly #blockOctets: number;
  readonly #lent: Lent[] = [];
  readonly #free: Buffer[] = [];

  constructor(blockOctets: number) {
    this.#blockOctets = blockOctets;
  }

  /** @param end place in the file that the octets will end at; larger with every call */
  take(end: number): Buffer {
    const length = Math.min(this.#blockOctets, end);
    const block = this.#free.pop() ?? Buffer.allocUnsafe(length);
    this.#lent.push({ block, end });
    return block;
  }

  /** Octets before this place are needed no more. */
  free(end: number): void {
    for (
      let [oldest] = this.#lent;
      oldest !== undefined && oldest.end <= end;
      [oldest] = this.#lent
    ) {
      this.#lent.shift();
      this.#free.push(oldest.block);
    }
  }
}
