/** The first block is for a connection that says little; each further one is twice as long. */
const FIRST_BLOCK_OCTETS = 4096;
const LARGEST_BLOCK_OCTETS = 65_536;
/** Longer bodies go as they are: a copy costs more than another piece. */
const LONGEST_COPIED_OCTETS = 8192;
/** No character takes more octets in UTF-8 for each of its UTF-16 units. */
const OCTETS_PER_UNIT = 3;

/** Short pieces that follow each other, copied into one: a socket takes a long piece faster than many short ones. */
export class JoinedWrites {
  #block: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  /** @returns false, and nothing is added, where there is no room before the next `take`, or for so much never */
  addText(text: string): boolean {
    if (!this.#hasRoom(text.length * OCTETS_PER_UNIT)) return false;
    this.#end += this.#block.write(text, this.#end);
    return true;
  }

  /** As `addText`; long bodies are never taken. */
  addBytes(bytes: Buffer): boolean {
    if (bytes.length > LONGEST_COPIED_OCTETS || !this.#hasRoom(bytes.length)) return false;
    this.#end += bytes.copy(this.#block, this.#end);
    return true;
  }

  /** What was added since the last time; its octets stay as they are. */
  take(): Buffer | undefined {
    if (this.#start === this.#end) return undefined;
    const bytes = this.#block.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return bytes;
  }

  #hasRoom(octets: number): boolean {
    if (octets <= this.#block.length - this.#end) return true;
    // What waits in the block leaves first.
    if (this.#start < this.#end || octets > LARGEST_BLOCK_OCTETS) return false;
    const length = Math.max(octets, this.#block.length * 2, FIRST_BLOCK_OCTETS);
    this.#block = Buffer.allocUnsafe(Math.min(length, LARGEST_BLOCK_OCTETS));
    this.#start = 0;
    this.#end = 0;
    return true;
  }
}
