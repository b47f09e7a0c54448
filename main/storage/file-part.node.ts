import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import {
  type ExpectedFile,
  type FileError,
  type FileHash,
  type FileHashes,
  type FilePart,
  HASH_ALGORITHMS,
  type HashAlgorithm,
  type PublishedFile,
} from "../base/files.ts";
import { err, ok, type Result } from "../base/result.ts";
import { fileError, systemFileError } from "./file-error.ts";
import type { HashJob, HashPool } from "./hash-pool.node.ts";
import { type FileIdentity, type HeldFolder, identityOf } from "./held-folder.node.ts";
import { InlineHash, MAX_INLINE_OCTETS } from "./inline-hash.node.ts";
import { OctetRanges } from "./octet-ranges.ts";
import { fitsInFile, octetsOf, writeAt } from "./positional-io.node.ts";
import { publish } from "./publish.node.ts";
import { currentUmask } from "./umask.node.ts";

/** The hashing worker hears of new octets this often: soon enough to find them in the processor's cache. */
const ANNOUNCE_OCTETS = 1 * 1024 * 1024;
/** Octets and time after which what was written is made durable in the background. */
const SYNC_OCTETS = 8 * 1024 * 1024;
const SYNC_MS = 2000;
/** FAT's first year; older times are defaults of broken clocks. */
const EARLIEST_MODIFIED_MS = Date.UTC(1980, 0, 1);
const DAY_MS = 86_400_000;

export interface PartPlace {
  readonly folder: HeldFolder;
  /** Safe already. */
  readonly finalName: string;
  readonly sizeOctets: number;
  /** What is hashed while it is written. */
  readonly algorithms: readonly HashAlgorithm[];
}

/** A file being received: hidden, private (0600), in the folder where it will lie, hashed while it is written. */
export class NodeFilePart implements FilePart {
  readonly finalName: string;
  readonly dev: bigint;
  readonly #place: PartPlace;
  readonly #partName: string;
  readonly #handle: FileHandle;
  readonly #identity: FileIdentity;
  readonly #pool: HashPool;
  readonly #ranges = new OctetRanges();
  readonly #onClosed: (part: NodeFilePart) => void;
  /** Writes, finish and discard happen one after the other, in the order of the calls. */
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = true;
  readonly #inline: InlineHash | undefined;
  #job: HashJob | undefined;
  #announced = 0;
  #isHashStale = false;
  #hashes: Partial<FileHashes> | undefined;
  #unsynced = 0;
  #syncedAtMs = performance.now();
  #sync: Promise<Result<void, FileError>> | undefined;
  #syncError: FileError | undefined;

  private constructor(
    place: PartPlace,
    opened: { readonly handle: FileHandle; readonly name: string; readonly identity: FileIdentity },
    pool: HashPool,
    onClosed: (part: NodeFilePart) => void,
  ) {
    this.finalName = place.finalName;
    this.dev = opened.identity.dev;
    this.#place = place;
    this.#partName = opened.name;
    this.#handle = opened.handle;
    this.#identity = opened.identity;
    this.#pool = pool;
    this.#onClosed = onClosed;
    if (place.sizeOctets <= MAX_INLINE_OCTETS) this.#inline = new InlineHash(place.algorithms);
  }

  /** Creates the hidden file; throws errors of the system, and nothing is left then. */
  static async create(
    place: PartPlace,
    pool: HashPool,
    onClosed: (part: NodeFilePart) => void,
  ): Promise<NodeFilePart> {
    const name = `.${randomBytes(12).toString("hex")}.part`;
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | noFollow();
    const handle = await open(await place.folder.at(name), flags, 0o600);
    const identity = identityOf(await handle.stat({ bigint: true }));
    return new NodeFilePart(place, { handle, name, identity }, pool, onClosed);
  }

  get receivedOctets(): number {
    return this.#ranges.count;
  }

  /** Octets that are still to come, for which space is set aside. */
  get missingOctets(): number {
    return this.#place.sizeOctets - this.#ranges.count;
  }

  write(position: number, bytes: Buffer | readonly Buffer[]): Promise<Result<void, FileError>> {
    const pieces = Buffer.isBuffer(bytes) ? [bytes] : bytes;
    return this.#inOrder(() => this.#write(position, pieces));
  }

  finish(expected: ExpectedFile): Promise<Result<PublishedFile, FileError>> {
    return this.#inOrder(() => this.#finish(expected));
  }

  async discard(): Promise<void> {
    await this.#inOrder(async () => {
      if (!this.#isOpen) return;
      await this.#job?.cancel();
      await this.#sync;
      try {
        await this.#place.folder.remove(this.#partName, this.#identity);
      } finally {
        await this.#close();
      }
    });
  }

  #inOrder<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#last.then(task);
    // A failed task is its caller's to handle; the next one runs all the same.
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #write(position: number, pieces: readonly Buffer[]): Promise<Result<void, FileError>> {
    const octets = octetsOf(pieces);
    const end = position + octets;
    const { sizeOctets } = this.#place;
    if (!this.#isOpen) return err(fileError("cancelled", this.finalName));
    if (this.#syncError !== undefined) return err(this.#syncError);
    if (!fitsInFile(position, octets, sizeOctets))
      return err(fileError("too-large", this.finalName, "octets beyond the announced size"));
    if (octets === 0) return ok(undefined);
    if (!this.#ranges.hasRoomFor(position, end))
      return err(fileError("io", this.finalName, "too many separate ranges"));
    try {
      // The hash has, or may have, seen what is replaced now.
      if (position < this.#announced) this.#isHashStale = true;
      this.#hashes = undefined;
      await writeAt(this.#handle, position, pieces, sizeOctets);
    } catch (cause) {
      return err(systemFileError(cause, "write", this.finalName));
    }
    this.#ranges.add(position, end);
    this.#inline?.take(position, pieces);
    this.#announce();
    this.#syncSometimes(octets);
    return ok(undefined);
  }

  #announce(): void {
    const { contiguous } = this.#ranges;
    if (this.#isHashStale || contiguous - this.#announced < ANNOUNCE_OCTETS) return;
    this.#job ??= this.#startJob(this.#place.algorithms);
    this.#announced = contiguous;
    this.#job.advance(contiguous);
  }

  #syncSometimes(octets: number): void {
    this.#unsynced += octets;
    const nowMs = performance.now();
    if (this.#unsynced < SYNC_OCTETS && nowMs - this.#syncedAtMs < SYNC_MS) return;
    if (this.#sync !== undefined) return;
    this.#unsynced = 0;
    this.#syncedAtMs = nowMs;
    this.#sync = this.#runSync();
  }

  async #runSync(): Promise<Result<void, FileError>> {
    try {
      await this.#handle.datasync();
      return ok(undefined);
    } catch (cause) {
      // After a failed fsync the octets may be gone although a second one succeeds: never claim them.
      this.#syncError = systemFileError(cause, "write", this.finalName);
      return err(this.#syncError);
    } finally {
      this.#sync = undefined;
    }
  }

  async #finish(expected: ExpectedFile): Promise<Result<PublishedFile, FileError>> {
    if (!this.#isOpen) return err(fileError("cancelled", this.finalName));
    const { sizeOctets } = this.#place;
    if (expected.sizeOctets !== sizeOctets || !this.#ranges.isWhole(sizeOctets))
      return err(fileError("incomplete", this.finalName));
    const hashes = await this.#finishHash(wantedOf(expected.hashes));
    if (!hashes.ok) return hashes;
    try {
      await this.#sync;
      const isIntact = expected.hashes.every(({ algorithm, hex }) => {
        const own = hashOf(hashes.value, algorithm);
        return own === undefined || own === hex.toLowerCase();
      });
      return isIntact ? await this.#publish(hashes.value, expected) : await this.#setAside();
    } catch (cause) {
      return err(systemFileError(cause, "write", this.finalName));
    }
  }

  #startJob(algorithms: readonly HashAlgorithm[]): HashJob {
    return this.#pool.start(this.#handle.fd, { algorithms });
  }

  async #finishHash(
    wanted: readonly HashAlgorithm[],
  ): Promise<Result<Partial<FileHashes>, FileError>> {
    const { algorithms, sizeOctets } = this.#place;
    const known = this.#hashes;
    if (known !== undefined && wanted.every((one) => hashOf(known, one) !== undefined))
      return ok(known);
    const isUnforeseen = !wanted.every((one) => algorithms.includes(one));
    this.#hashes = isUnforeseen ? undefined : this.#inline?.digests(sizeOctets);
    if (this.#hashes !== undefined) return ok(this.#hashes);
    if (this.#isHashStale || isUnforeseen) {
      await this.#job?.cancel();
      this.#job = undefined;
    }
    this.#job ??= this.#startJob(isUnforeseen ? wanted : algorithms);
    const hashes = await this.#job.finish(sizeOctets);
    this.#job = undefined;
    this.#announced = 0;
    this.#isHashStale = false;
    if (hashes.ok) this.#hashes = hashes.value;
    return hashes;
  }

  async #publish(
    hashes: Partial<FileHashes>,
    expected: ExpectedFile,
  ): Promise<Result<PublishedFile, FileError>> {
    if (this.#syncError !== undefined) return err(this.#syncError);
    await this.#handle.chmod(0o666 & ~(await currentUmask()));
    await setModified(this.#handle, expected.modifiedMs);
    await this.#handle.sync();
    const name = await publish(this.#unpublished(), this.finalName);
    const path = await this.#place.folder.shownPath(name);
    await this.#close();
    return ok({ path, name, hashes, wasRenamed: name !== this.finalName });
  }

  /** Kept for people to look at, under a name that no program takes for the file itself. */
  async #setAside(): Promise<Result<never, FileError>> {
    const name = await publish(this.#unpublished(), `${this.finalName}.damaged`);
    const path = await this.#place.folder.shownPath(name);
    await this.#close();
    return err(fileError("hash-mismatch", path));
  }

  #unpublished(): {
    readonly folder: HeldFolder;
    readonly partName: string;
    readonly identity: FileIdentity;
  } {
    return { folder: this.#place.folder, partName: this.#partName, identity: this.#identity };
  }

  async #close(): Promise<void> {
    this.#isOpen = false;
    this.#onClosed(this);
    await this.#handle.close();
    await this.#place.folder.close();
  }
}

function wantedOf(hashes: readonly FileHash[]): readonly HashAlgorithm[] {
  return HASH_ALGORITHMS.filter((known) => hashes.some(({ algorithm }) => algorithm === known));
}

function hashOf(hashes: Partial<FileHashes>, algorithm: string): string | undefined {
  if (algorithm === "sha-1") return hashes.sha1;
  return algorithm === "sha-256" ? hashes.sha256 : undefined;
}

async function setModified(handle: FileHandle, modifiedMs: number | undefined): Promise<void> {
  const nowMs = Date.now();
  if (modifiedMs === undefined || !(modifiedMs >= EARLIEST_MODIFIED_MS)) return;
  if (modifiedMs <= nowMs + DAY_MS) await handle.utimes(nowMs / 1000, modifiedMs / 1000);
}

/** Windows has no such flag; O_EXCL alone refuses links there. */
function noFollow(): number {
  return process.platform === "win32" ? 0 : constants.O_NOFOLLOW;
}
