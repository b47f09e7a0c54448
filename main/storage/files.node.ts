import type { BigIntStatsFs } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
  type CreatePartOptions,
  type FileError,
  type FileHashes,
  type FilePart,
  type FileSource,
  type Files,
  HASH_ALGORITHMS,
} from "../base/files.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode, fileError, systemFileError } from "./file-error.ts";
import { safeFileName } from "./file-name.ts";
import { NodeFilePart } from "./file-part.node.ts";
import { NodeFileSource } from "./file-source.node.ts";
import { fitsWithReserve } from "./free-space.ts";
import { HashPool } from "./hash-pool.node.ts";
import type { HeldFolder } from "./held-folder.node.ts";
import { HeldFolders } from "./held-folders.node.ts";

export interface SystemFiles extends Files {
  /** Ends the hashing workers. Without it they end with the process, which they don't keep alive. */
  close(): Promise<void>;
}

/** The file system of this machine. */
export function systemFiles(): SystemFiles {
  return new NodeFiles();
}

/** Of the folder, or of the nearest one above it that exists: the rest is created with the first file. */
async function spaceOf(folder: string): Promise<BigIntStatsFs> {
  let path = resolve(folder);
  for (;;) {
    try {
      return await statfs(path, { bigint: true });
    } catch (cause) {
      const parent = dirname(path);
      if (errorCode(cause) !== "ENOENT" || parent === path) throw cause;
      path = parent;
    }
  }
}

/** Octets that are promised to a file and not yet written. */
interface SpaceClaim {
  readonly dev: bigint;
  readonly missingOctets: number;
}

class NodeFiles implements SystemFiles {
  readonly #pool = new HashPool();
  readonly #folders = new HeldFolders();
  readonly #claims = new Set<SpaceClaim>();

  openSource(path: string): Promise<Result<FileSource, FileError>> {
    return NodeFileSource.open(path);
  }

  async hash(
    source: FileSource,
    signal: AbortSignal,
    onProgress?: (octets: number) => void,
  ): Promise<Result<FileHashes, FileError>> {
    if (!(source instanceof NodeFileSource))
      throw new LocalProtocolError("a source of another file system");
    return source.hash(this.#pool, signal, onProgress);
  }

  async freeOctets(folder: string): Promise<Result<number, FileError>> {
    try {
      const { bavail, bsize } = await spaceOf(folder);
      const free = bavail * bsize;
      const largest = BigInt(Number.MAX_SAFE_INTEGER);
      return ok(Number(free < largest ? free : largest));
    } catch (cause) {
      return err(systemFileError(cause, "write", folder));
    }
  }

  async createPart(options: CreatePartOptions): Promise<Result<FilePart, FileError>> {
    const path = resolve(options.folder);
    const { sizeOctets } = options;
    if (!Number.isSafeInteger(sizeOctets) || sizeOctets < 0)
      return err(fileError("too-large", path));
    let folder: HeldFolder | undefined;
    try {
      folder = await this.#folders.hold(path);
      const part = await this.#createIn(folder, path, options);
      if (!part.ok) await folder.close();
      return part;
    } catch (cause) {
      await folder?.close();
      return err(systemFileError(cause, "write", path));
    }
  }

  async #createIn(
    folder: HeldFolder,
    path: string,
    { sizeOctets, suggestedName, algorithms = HASH_ALGORITHMS }: CreatePartOptions,
  ): Promise<Result<FilePart, FileError>> {
    // Space is claimed before the first wait, so that two parts at a time can't be promised the same octets.
    const claim: SpaceClaim = { dev: folder.dev, missingOctets: sizeOctets };
    this.#claims.add(claim);
    try {
      const room = await this.#checkRoom(folder.dev, path);
      if (!room.ok) return room;
      const place = { folder, finalName: safeFileName(suggestedName), sizeOctets, algorithms };
      const part = await NodeFilePart.create(place, this.#pool, (closed) => {
        this.#claims.delete(closed);
      });
      this.#claims.add(part);
      return ok(part);
    } finally {
      this.#claims.delete(claim);
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** What all files on their way to that disk still need must fit. */
  async #checkRoom(dev: bigint, folder: string): Promise<Result<void, FileError>> {
    const free = await this.freeOctets(folder);
    if (!free.ok) return free;
    let wanted = 0;
    for (const claim of this.#claims) if (claim.dev === dev) wanted += claim.missingOctets;
    return fitsWithReserve(wanted, free.value) ? ok(undefined) : err(fileError("no-space", folder));
  }
}
