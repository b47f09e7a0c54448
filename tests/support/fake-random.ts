import type { Random } from "../../main/base/ports.ts";

/** The same octets for the same seed, on every machine. Never for anything but tests. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i += 1) bytes[i] = Math.floor(this.unit() * 256);
    return bytes;
  }

  /** A number from 0 (included) to 1 (excluded). */
  unit(): number {
    // Weyl sequence through a 32-bit finalizer: every state is visited once, neighbours look unrelated.
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    return (mixed >>> 0) / 0x1_0000_0000;
  }
}
