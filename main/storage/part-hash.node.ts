import {
  type FileError,
  type FileHash,
  type FileHashes,
  HASH_ALGORITHMS,
  type HashAlgorithm,
} from "../base/files.ts";
import { ok, type Result } from "../base/result.ts";
import type { HashJob, HashPool, SuspendedHash } from "./hash-pool.node.ts";
import { InlineHash, MAX_INLINE_OCTETS } from "./inline-hash.node.ts";

/** The hashing worker hears of new octets this often: soon enough to find them in the processor's cache. */
const ANNOUNCE_OCTETS = 1 * 1024 * 1024;

export interface PartHashOptions {
  readonly fd: number;
  readonly sizeOctets: number;
  /** What is hashed while it is written. */
  readonly algorithms: readonly HashAlgorithm[];
  /** Of the same file, when it was closed. */
  readonly before?: SuspendedHash | undefined;
}

/** The hash of a file that is being written: follows the writer, and begins anew when it was overtaken. */
export class PartHash {
  readonly #pool: HashPool;
  readonly #options: PartHashOptions;
  readonly #inline: InlineHash | undefined;
  #job: HashJob | undefined;
  #announced = 0;
  #isStale = false;
  #known: Partial<FileHashes> | undefined;

  constructor(pool: HashPool, options: PartHashOptions) {
    this.#pool = pool;
    this.#options = options;
    if (options.sizeOctets <= MAX_INLINE_OCTETS) this.#inline = new InlineHash(options.algorithms);
    this.#job = options.before?.resume(options.fd);
    if (this.#job !== undefined) this.#announced = options.before?.octets ?? 0;
  }

  /** Before octets at that place are written: the hash has, or may have, seen what they replace. */
  willWrite(position: number): void {
    if (position < this.#announced) this.#isStale = true;
    this.#known = undefined;
  }

  /** After they were written. */
  took(position: number, pieces: readonly Buffer[]): void {
    this.#inline?.take(position, pieces);
  }

  /** So many octets are there without a gap from the start. */
  reach(contiguous: number): void {
    if (this.#isStale || contiguous - this.#announced < ANNOUNCE_OCTETS) return;
    this.#job ??= this.#start(this.#options.algorithms);
    this.#announced = contiguous;
    this.#job.advance(contiguous);
  }

  /** All octets are there. */
  async finish(wanted: readonly HashAlgorithm[]): Promise<Result<Partial<FileHashes>, FileError>> {
    const { algorithms, sizeOctets } = this.#options;
    const known = this.#known;
    if (known !== undefined && wanted.every((one) => hashOf(known, one) !== undefined))
      return ok(known);
    const isUnforeseen = !wanted.every((one) => algorithms.includes(one));
    this.#known = isUnforeseen ? undefined : this.#inline?.digests(sizeOctets);
    if (this.#known !== undefined) return ok(this.#known);
    if (this.#isStale || isUnforeseen) await this.cancel();
    this.#job ??= this.#start(isUnforeseen ? wanted : algorithms);
    const hashes = await this.#job.finish(sizeOctets);
    this.#job = undefined;
    this.#announced = 0;
    this.#isStale = false;
    if (hashes.ok) this.#known = hashes.value;
    return hashes;
  }

  /** The descriptor may be closed when this resolves. */
  async cancel(): Promise<void> {
    const job = this.#job;
    this.#job = undefined;
    await job?.cancel();
  }

  /** As `cancel`; what is hashed can go on when the same file is opened again. */
  async suspend(): Promise<SuspendedHash | undefined> {
    if (this.#isStale) await this.cancel();
    const job = this.#job;
    this.#job = undefined;
    return job?.suspend();
  }

  #start(algorithms: readonly HashAlgorithm[]): HashJob {
    return this.#pool.start(this.#options.fd, { algorithms });
  }
}

/** Those of the announced hashes that can be checked. */
export function wantedOf(hashes: readonly FileHash[]): readonly HashAlgorithm[] {
  return HASH_ALGORITHMS.filter((known) => hashes.some(({ algorithm }) => algorithm === known));
}

export function isMatch(own: Partial<FileHashes>, announced: readonly FileHash[]): boolean {
  return announced.every(({ algorithm, hex }) => {
    const hash = hashOf(own, algorithm);
    return hash === undefined || hash === hex.toLowerCase();
  });
}

function hashOf(hashes: Partial<FileHashes>, algorithm: string): string | undefined {
  if (algorithm === "sha-1") return hashes.sha1;
  return algorithm === "sha-256" ? hashes.sha256 : undefined;
}
