import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, resolve } from "node:path";
import {
  type FileError,
  type FileHashes,
  type FileSource,
  HASH_ALGORITHMS,
} from "../base/files.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode, fileError, systemFileError } from "./file-error.ts";
import type { HashJob, HashPool } from "./hash-pool.node.ts";
import { readAt } from "./positional-io.node.ts";

/** Longest single read: what a peer's window could want at most, many times over. */
const MAX_READ_OCTETS = 4 * 1024 * 1024;

interface Snapshot {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/** A file held open for sending: renaming or replacing it does not change what is sent. */
export class NodeFileSource implements FileSource {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly sizeOctets: number;
  readonly modifiedMs: number;
  readonly #handle: FileHandle;
  readonly #jobs = new Set<HashJob>();
  #isClosed = false;

  private constructor(path: string, handle: FileHandle, opened: Snapshot) {
    this.path = path;
    this.name = basename(path);
    this.version = versionOf(opened);
    this.sizeOctets = Number(opened.size);
    this.modifiedMs = Number(opened.mtimeNs / 1_000_000n);
    this.#handle = handle;
  }

  static async open(path: string, version?: string): Promise<Result<NodeFileSource, FileError>> {
    const absolute = resolve(path);
    let handle: FileHandle | undefined;
    try {
      // Without O_NONBLOCK, opening a pipe would wait for its writer. Windows has neither.
      const flags = constants.O_RDONLY | nonBlocking();
      handle = await open(absolute, flags);
      const stat = await handle.stat({ bigint: true });
      const problem = problemOf(stat, absolute, version);
      if (problem === undefined) return ok(new NodeFileSource(absolute, handle, stat));
      await handle.close();
      return err(problem);
    } catch (cause) {
      await handle?.close();
      return err(systemFileError(cause, "read", absolute));
    }
  }

  async read(position: number, length: number, into?: Buffer): Promise<Result<Buffer, FileError>> {
    if (!Number.isSafeInteger(length) || length < 0 || length > MAX_READ_OCTETS)
      throw new LocalProtocolError(`no such length of a read: ${length}`);
    const wanted = Math.max(0, Math.min(length, this.sizeOctets - position));
    const isRoomy = into !== undefined && into.length >= wanted;
    const buffer = isRoomy ? into.subarray(0, wanted) : Buffer.allocUnsafe(wanted);
    try {
      const got = await readAt(this.#handle, position, buffer);
      return got === wanted ? ok(buffer) : err(fileError("changed", this.path));
    } catch (cause) {
      return err(systemFileError(cause, "read", this.path));
    }
  }

  async isUnchanged(): Promise<boolean> {
    try {
      return versionOf(await this.#handle.stat({ bigint: true })) === this.version;
    } catch (cause) {
      // A disk that does not even tell is no proof.
      if (errorCode(cause) === undefined) throw cause;
      return false;
    }
  }

  async hash(
    pool: HashPool,
    signal: AbortSignal,
    onProgress?: (octets: number) => void,
  ): Promise<Result<FileHashes, FileError>> {
    if (signal.aborted) return err(fileError("cancelled", this.path));
    const job = pool.start(this.#handle.fd, { algorithms: HASH_ALGORITHMS, onProgress });
    this.#jobs.add(job);
    const stop = (): void => {
      void job.cancel();
    };
    signal.addEventListener("abort", stop, { once: true });
    const hashes = await job.finish(this.sizeOctets);
    signal.removeEventListener("abort", stop);
    this.#jobs.delete(job);
    if (!hashes.ok) return err({ ...hashes.error, path: this.path });
    if (this.#isClosed) return err(fileError("cancelled", this.path));
    const { sha1, sha256 } = hashes.value;
    if (sha1 === undefined || sha256 === undefined) return err(fileError("io", this.path));
    const isUnchanged = await this.isUnchanged();
    return isUnchanged ? ok({ sha1, sha256 }) : err(fileError("changed", this.path));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The worker reads by the number of the descriptor, which must not become another file's meanwhile.
    await Promise.all([...this.#jobs].map((job) => job.cancel()));
    await this.#handle.close();
  }
}

function nonBlocking(): number {
  return process.platform === "win32" ? 0 : constants.O_NONBLOCK;
}

function versionOf({ dev, ino, size, mtimeNs }: Snapshot): string {
  return [dev, ino, size, mtimeNs].map(String).join(":");
}

function problemOf(stats: BigIntStats, path: string, version?: string): FileError | undefined {
  if (!stats.isFile()) return fileError("not-a-file", path);
  const isOther = version !== undefined && version !== versionOf(stats);
  return isOther ? fileError("changed", path) : tooLarge(stats.size, path);
}

function tooLarge(size: bigint, path: string): FileError | undefined {
  return size > BigInt(Number.MAX_SAFE_INTEGER) ? fileError("too-large", path) : undefined;
}
