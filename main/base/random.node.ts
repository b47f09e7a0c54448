import { randomFillSync } from "node:crypto";
import type { Random } from "./ports.ts";

/** So much is taken from the system at one time: a tag or a branch needs few octets, and each call costs. */
const POOL_OCTETS = 4096;

/** The machine's cryptographic random source. */
export function systemRandom(): Random {
  const pool = Buffer.alloc(POOL_OCTETS);
  let used = POOL_OCTETS;
  return {
    bytes: (length) => {
      if (length > POOL_OCTETS) return randomFillSync(Buffer.alloc(length));
      if (used + length > POOL_OCTETS) {
        randomFillSync(pool);
        used = 0;
      }
      // A copy, and nothing of it stays behind: what was given out is nobody else's to read.
      const octets = Buffer.from(pool.subarray(used, used + length));
      pool.fill(0, used, used + length);
      used += length;
      return octets;
    },
  };
}
