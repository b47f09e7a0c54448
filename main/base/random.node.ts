import { randomBytes } from "node:crypto";
import type { Random } from "./ports.ts";

/** Octets fetched at once: every MSRP chunk needs an id, and a call for each costs more than the rest of its head. */
const POOL_OCTETS = 4096;

/** The machine's cryptographic random source. No octet is given out twice. */
export function systemRandom(): Random {
  let pool = Buffer.alloc(0);
  return {
    bytes: (length) => {
      if (length > POOL_OCTETS / 4) return randomBytes(length);
      if (length > pool.length) pool = randomBytes(POOL_OCTETS);
      const bytes = pool.subarray(0, length);
      pool = pool.subarray(length);
      return bytes;
    },
  };
}
