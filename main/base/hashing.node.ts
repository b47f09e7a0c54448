import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { DigestAlgorithm, Hashing } from "./ports.ts";

/** Hashes by Node's OpenSSL. */
export function systemHashing(): Hashing {
  return {
    digest: (algorithm, bytes) => createHash(OPENSSL_NAMES[algorithm]).update(bytes).digest(),
    hmac: (algorithm, key, bytes) =>
      createHmac(OPENSSL_NAMES[algorithm], key).update(bytes).digest(),
    equals: (a, b) => a.length === b.length && timingSafeEqual(a, b),
  };
}

const OPENSSL_NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
};
