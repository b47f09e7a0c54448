import { createHash, type Hash } from "node:crypto";
import { type FileHashes, HASH_ALGORITHMS, type HashAlgorithm } from "../base/files.ts";

/** Files up to this size are hashed where they are written: the worker's messages would cost more than the hash. */
export const MAX_INLINE_OCTETS = 256 * 1024;

/** Also the names in {@link FileHashes}. */
const OPENSSL_NAMES = { "sha-1": "sha1", "sha-256": "sha256" } as const satisfies Record<
  HashAlgorithm,
  keyof FileHashes
>;

/** Hashes of a small file whose octets come in their order, once. */
export class InlineHash {
  #hashes: readonly (readonly [keyof FileHashes, Hash])[];
  #hashed = 0;

  constructor(algorithms: readonly HashAlgorithm[]) {
    this.#hashes = HASH_ALGORITHMS.filter((one) => algorithms.includes(one)).map((one) => {
      const name = OPENSSL_NAMES[one];
      return [name, createHash(name)];
    });
  }

  take(position: number, pieces: readonly Buffer[]): void {
    // Octets that come early or again: what has been hashed is of no use.
    if (position !== this.#hashed) this.#hashes = [];
    for (const piece of pieces) {
      this.#hashed += piece.length;
      for (const [, hash] of this.#hashes) hash.update(piece);
    }
  }

  /** @returns undefined where the file has to be read once more: it came in another order, or these were taken already */
  digests(sizeOctets: number): Partial<FileHashes> | undefined {
    const hashes = this.#hashes;
    this.#hashes = [];
    if (hashes.length === 0 || this.#hashed !== sizeOctets) return undefined;
    return Object.fromEntries(hashes.map(([name, hash]) => [name, hash.digest("hex")]));
  }
}
