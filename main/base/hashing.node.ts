import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { DigestAlgorithm, Hashing } from "./ports.ts";

/** Hashes by Node's OpenSSL. */
export function systemHashing(): Hashing {
  return {
    digest: (algorithm, bytes) => createHash(opensslName(algorithm)).update(bytes).digest(),
    hmac: (algorithm, key, bytes) => createHmac(opensslName(algorithm), key).update(bytes).digest(),
    equals: (a, b) => a.length === b.length && timingSafeEqual(a, b),
  };
}

function opensslName(algorithm: DigestAlgorithm): string {
  return algorithm.replace("-", "").toLowerCase();
}
