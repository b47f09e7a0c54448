/** Longer ones go as they are: what is kept alive beside them is not much more than they. */
const LONGEST_COPIED_OCTETS = 4096;
const FIRST_BLOCK_OCTETS = 1024;
const LARGEST_BLOCK_OCTETS = 16_384;

/**
 * Short octets, copied: a view of them would keep alive all that was read together with them, and who sends a message one
 * octet at a time would have each of them cost as much as a whole read.
 */
export class ShortPieces {
  #block: Buffer = Buffer.alloc(0);
  #end = 0;

  /** The octets themselves where they are long, else a copy behind the one before. */
  keep(bytes: Buffer): Buffer {
    if (bytes.length > LONGEST_COPIED_OCTETS) return bytes;
    if (bytes.length > this.#block.length - this.#end) {
      const length = Math.max(bytes.length, this.#block.length * 2, FIRST_BLOCK_OCTETS);
      this.#block = Buffer.allocUnsafe(Math.min(length, LARGEST_BLOCK_OCTETS));
      this.#end = 0;
    }
    const start = this.#end;
    this.#end += bytes.copy(this.#block, start);
    return this.#block.subarray(start, this.#end);
  }

  /** Nothing more will come: what was copied belongs to whoever has it. */
  end(): void {
    this.#block = Buffer.alloc(0);
    this.#end = 0;
  }
}

/** Both as one view where the second follows the first in memory too. */
export function joinedView(first: Buffer, second: Buffer): Buffer | undefined {
  const isAdjacent =
    first.buffer === second.buffer && first.byteOffset + first.length === second.byteOffset;
  return isAdjacent
    ? Buffer.from(first.buffer, first.byteOffset, first.length + second.length)
    : undefined;
}
