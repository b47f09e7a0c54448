import type { BigIntStatsFs } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { AppStore } from "../base/app-store.ts";
import {
  type CreatePartOptions,
  type FileError,
  type FileHashes,
  type FilePart,
  type FileSource,
  type Files,
  type FoundPart,
  HASH_ALGORITHMS,
  type KeptPart,
  type PartQuery,
} from "../base/files.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { rememberDone } from "./done-history.node.ts";
import { errorCode, fileError, systemFileError } from "./file-error.ts";
import { safeFileName } from "./file-name.ts";
import {
  createHidden,
  NodeFilePart,
  type OpenedPart,
  type PartContext,
  type PartPlace,
} from "./file-part.node.ts";
import { NodeFileSource } from "./file-source.node.ts";
import { fitsWithReserve } from "./free-space.ts";
import { HashPool } from "./hash-pool.node.ts";
import type { HeldFolder } from "./held-folder.node.ts";
import { HeldFolders } from "./held-folders.node.ts";
import { KeptHashes } from "./kept-hashes.node.ts";
import { copyPart } from "./part-copy.node.ts";
import { closeReopened, keptIdentity, PartKeeper, plainIdentity } from "./part-keeper.node.ts";
import type { PartRecorder } from "./part-recorder.ts";
import { PEER_QUOTA, type PeerQuota } from "./peer-quota.ts";
import type { Trash } from "./replace-file.node.ts";

export interface SystemFiles extends Files {
  /**
   * Reads the journal, completes what a crash left half done and removes what is too old. Done by the first call that
   * needs it anyway.
   */
  open(): Promise<void>;
  /** Ends the hashing workers. Without it they end with the process, which they don't keep alive. */
  close(): Promise<void>;
}

export interface SystemFilesOptions {
  /**
   * Where the journal of parts lies. One process at a time may give it, the one that holds the profile. Without it, or
   * where it cannot be written, no part outlives its process.
   */
  readonly profileFolder?: string;
  /** What each peer may have stored in a day. */
  readonly quota?: PeerQuota;
  /** Where the policy `replace` puts what it replaces; without it both files are kept. */
  readonly trash?: Trash;
  /** Wall-clock milliseconds since 1970. */
  readonly nowMs?: () => number;
  /** The history that hears of files which an earlier run of the program finished without saying so. */
  readonly history?: Pick<AppStore, "get" | "save">;
}

/** The file system of this machine. */
export function systemFiles(options: SystemFilesOptions = {}): SystemFiles {
  return new NodeFiles(options);
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

async function octetsOfDisk(folder: string): Promise<number | undefined> {
  try {
    const { blocks, bsize } = await spaceOf(folder);
    return Number(blocks * bsize);
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
    return undefined;
  }
}

/** Octets that are promised to a file and not yet written. */
interface SpaceClaim {
  readonly dev: bigint;
  readonly missingOctets: number;
}

class NodeFiles implements SystemFiles {
  readonly #pool = new HashPool();
  readonly #keptHashes = new KeptHashes();
  readonly #folders = new HeldFolders();
  readonly #claims = new Set<SpaceClaim>();
  readonly #options: SystemFilesOptions;
  #opening: Promise<PartKeeper | undefined> | undefined;

  constructor(options: SystemFilesOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.#keeper();
  }

  openSource(path: string, version?: string): Promise<Result<FileSource, FileError>> {
    return NodeFileSource.open(path, version);
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

  createPart(options: CreatePartOptions): Promise<Result<FilePart, FileError>> {
    return this.#create(options, () => this.#isWithinQuota(options));
  }

  async #create(
    options: CreatePartOptions,
    isWithinQuota: () => Promise<boolean>,
  ): Promise<Result<FilePart, FileError>> {
    const path = resolve(options.folder);
    const { sizeOctets } = options;
    if (!Number.isSafeInteger(sizeOctets) || sizeOctets < 0)
      return err(fileError("too-large", path));
    let folder: HeldFolder | undefined;
    try {
      folder = await this.#folders.hold(path);
      const part = await this.#createIn(folder, path, { ...options, isWithinQuota });
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
    options: CreatePartOptions & { readonly isWithinQuota: () => Promise<boolean> },
  ): Promise<Result<FilePart, FileError>> {
    const { sizeOctets, suggestedName, algorithms = HASH_ALGORITHMS } = options;
    // Space is claimed before the first wait, so that two parts at a time can't be promised the same octets.
    const claim: SpaceClaim = { dev: folder.dev, missingOctets: sizeOctets };
    this.#claims.add(claim);
    try {
      const room = await this.#checkRoom(folder.dev, path);
      if (!room.ok && options.mayWait !== true) return room;
      if (!(await options.isWithinQuota())) return err(fileError("quota"));
      const place = {
        ...{ folder, finalName: safeFileName(suggestedName), sizeOctets, algorithms },
        ...{ conflict: options.journal?.conflict, isWithoutRoom: !room.ok },
      };
      const opened = await createHidden(folder);
      const recorder = await this.#enter(place, opened, options);
      const part = new NodeFilePart(place, opened, this.#contextOf(recorder));
      if (room.ok || recorder !== undefined) return ok(this.#claimed(part));
      // Nobody could go on with it.
      await part.discard();
      return room;
    } finally {
      this.#claims.delete(claim);
    }
  }

  async findPart(query: PartQuery): Promise<FoundPart | undefined> {
    return (await this.#keeper())?.find(query);
  }

  async resumePart(key: string): Promise<Result<FilePart, FileError>> {
    const reopened = await (await this.#keeper())?.reopen(key);
    if (reopened === undefined) return err(fileError("not-resumable"));
    const { part, folder, handle, recorder } = reopened;
    const { finalName, sizeOctets, algorithms, identity, durableOctets } = part;
    const { conflict } = part.origin;
    const place = { folder, finalName, sizeOctets, algorithms, conflict };
    const hash = await this.#keptHashes.take(key, handle);
    const opened = { handle, key, identity: plainIdentity(identity), hash };
    const context = this.#contextOf(recorder);
    const resumed = this.#claimed(new NodeFilePart(place, opened, context, durableOctets));
    const room = await this.#checkRoom(folder.dev, part.folder);
    if (room.ok) return ok(resumed);
    await resumed.keep();
    return room;
  }

  async parts(): Promise<readonly KeptPart[]> {
    return (await this.#keeper())?.list() ?? [];
  }

  async hasRoom(key: string): Promise<boolean> {
    const part = (await this.parts()).find((one) => one.key === key);
    if (part === undefined) return true;
    const free = await this.freeOctets(part.folder);
    return free.ok && fitsWithReserve(part.sizeOctets - part.durableOctets, free.value);
  }

  async movePart(key: string, folder: string): Promise<Result<FoundPart, FileError>> {
    const keeper = await this.#keeper();
    const left = await keeper?.reopen(key);
    if (keeper === undefined || left === undefined) return err(fileError("not-resumable"));
    // It counted when its sender began it.
    const isCounted = (): Promise<boolean> => Promise.resolve(true);
    const moved = await copyPart(left, (options) =>
      this.#create({ ...options, folder }, isCounted),
    );
    await closeReopened(left);
    if (moved.ok) await this.forgetPart(key);
    return moved;
  }

  async forgetPart(key: string): Promise<boolean> {
    this.#keptHashes.drop(key);
    return (await (await this.#keeper())?.forget(key)) ?? false;
  }

  async #isWithinQuota({ journal, sizeOctets }: CreatePartOptions): Promise<boolean> {
    if (journal === undefined) return true;
    return (await (await this.#keeper())?.count(journal.peer, sizeOctets)) ?? true;
  }

  /** Into the journal, if it is to be there. */
  async #enter(
    { folder, finalName, sizeOctets, algorithms }: PartPlace,
    { key, handle }: OpenedPart,
    options: CreatePartOptions,
  ): Promise<PartRecorder | undefined> {
    const { journal: origin } = options;
    if (origin === undefined) return undefined;
    const keeper = await this.#keeper();
    return keeper?.enter({
      ...{ key, origin, finalName, sizeOctets, algorithms },
      folder: resolve(options.folder),
      folderIdentity: keptIdentity(await folder.stat()),
      identity: keptIdentity(await handle.stat({ bigint: true })),
    });
  }

  #contextOf(recorder: PartRecorder | undefined): PartContext {
    return {
      ...{ pool: this.#pool, keptHashes: this.#keptHashes },
      ...{ recorder, trash: this.#options.trash },
      onClosed: (closed) => this.#claims.delete(closed),
    };
  }

  #claimed(part: NodeFilePart): NodeFilePart {
    this.#claims.add(part);
    return part;
  }

  #keeper(): Promise<PartKeeper | undefined> {
    this.#opening ??= this.#openKeeper();
    return this.#opening;
  }

  async #openKeeper(): Promise<PartKeeper | undefined> {
    const { profileFolder, nowMs, history } = this.#options;
    if (profileFolder === undefined) return undefined;
    try {
      return await PartKeeper.open({
        profileFolder,
        diskOctets: octetsOfDisk,
        quota: this.#options.quota ?? PEER_QUOTA,
        ...(nowMs === undefined ? {} : { nowMs }),
        onFound: (records) => {
          // Offers that the history does not know were removed by their user.
          if (history !== undefined) rememberDone(history, records, Number.POSITIVE_INFINITY);
        },
      });
    } catch (cause) {
      // A profile that cannot be written to receives all the same.
      if (errorCode(cause) === undefined) throw cause;
      return undefined;
    }
  }

  async close(): Promise<void> {
    await (await this.#opening)?.close();
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
