import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type {
  ConflictPolicy,
  ExpectedFile,
  FileError,
  FileHashes,
  FilePart,
  FoundPart,
  HashAlgorithm,
  PublishedFile,
} from "../base/files.ts";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode, fileError, systemFileError } from "./file-error.ts";
import type { HashPool, SuspendedHash } from "./hash-pool.node.ts";
import { type FileIdentity, type HeldFolder, identityOf } from "./held-folder.node.ts";
import type { KeptHashes } from "./kept-hashes.node.ts";
import { OctetRanges } from "./octet-ranges.ts";
import { isMatch, PartHash, wantedOf } from "./part-hash.node.ts";
import { partName } from "./part-name.ts";
import type { PartRecorder } from "./part-recorder.ts";
import { PartSync } from "./part-sync.node.ts";
import { fitsInFile, octetsOf, writeAt } from "./positional-io.node.ts";
import { publish, publishOnlyAs } from "./publish.node.ts";
import { replaceIn, type Trash } from "./replace-file.node.ts";
import { currentUmask } from "./umask.node.ts";

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
  readonly conflict?: ConflictPolicy | undefined;
  /** There was none for it when it was made. */
  readonly isWithoutRoom?: boolean;
}

/** A hidden file of ours, held open. */
export interface OpenedPart {
  readonly handle: FileHandle;
  readonly key: string;
  readonly identity: FileIdentity;
  /** What is hashed of it already. */
  readonly hash?: SuspendedHash | undefined;
}

export interface PartContext {
  readonly pool: HashPool;
  /** Where there is a journal. */
  readonly recorder?: PartRecorder | undefined;
  readonly keptHashes: KeptHashes;
  readonly trash?: Trash | undefined;
  readonly onClosed: (part: NodeFilePart) => void;
}

/** Creates the hidden file of a part, private (0600). Throws errors of the system; nothing is left then. */
export async function createHidden(folder: HeldFolder): Promise<OpenedPart> {
  const key = randomBytes(12).toString("hex");
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | noFollow();
  const handle = await open(await folder.at(partName(key)), flags, 0o600);
  return { handle, key, identity: identityOf(await handle.stat({ bigint: true })) };
}

/** A file being received: hidden, in the folder where it will lie, hashed while it is written. */
export class NodeFilePart implements FilePart {
  readonly finalName: string;
  readonly dev: bigint;
  readonly #place: PartPlace;
  readonly #opened: OpenedPart;
  readonly #context: PartContext;
  readonly #ranges = new OctetRanges();
  readonly #hash: PartHash;
  readonly #sync: PartSync;
  /** Writes, finish, keep and discard happen one after the other, in the order of the calls. */
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = true;

  /** @param durableOctets there already, from the start */
  constructor(place: PartPlace, opened: OpenedPart, context: PartContext, durableOctets = 0) {
    const { handle, identity, hash: before } = opened;
    const { finalName, sizeOctets, algorithms } = place;
    this.finalName = finalName;
    this.dev = identity.dev;
    this.#place = place;
    this.#opened = opened;
    this.#context = context;
    this.#hash = new PartHash(context.pool, { fd: handle.fd, sizeOctets, algorithms, before });
    const { recorder } = context;
    const onDurable =
      recorder === undefined ? undefined : (octets: number) => recorder.claim(octets);
    this.#sync = new PartSync({ handle, name: finalName, onDurable, durableOctets });
    this.#ranges.add(0, durableOctets);
    this.#hash.reach(durableOctets);
  }

  get key(): string | undefined {
    return this.#context.recorder?.key;
  }

  get isWithoutRoom(): boolean {
    return this.#place.isWithoutRoom === true;
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
    await this.#inOrder(() => this.#discard());
  }

  keep(): Promise<FoundPart | undefined> {
    return this.#inOrder(() => this.#keep());
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
    if (this.#sync.error !== undefined) return err(this.#sync.error);
    if (!fitsInFile(position, octets, sizeOctets))
      return err(fileError("too-large", this.finalName, "octets beyond the announced size"));
    if (octets === 0) return ok(undefined);
    if (!this.#ranges.hasRoomFor(position, end))
      return err(fileError("io", this.finalName, "too many separate ranges"));
    try {
      this.#hash.willWrite(position);
      await writeAt(this.#opened.handle, position, pieces, sizeOctets);
    } catch (cause) {
      return err(systemFileError(cause, "write", this.finalName));
    }
    this.#ranges.add(position, end);
    this.#hash.took(position, pieces);
    const { contiguous } = this.#ranges;
    this.#hash.reach(contiguous);
    await this.#sync.wrote(octets, contiguous);
    return ok(undefined);
  }

  async #discard(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#hash.cancel();
    await this.#sync.settled();
    const { key, identity } = this.#opened;
    // What a disk does not let go of stays in the journal, to be removed later.
    const isRemoved = await isDone(this.#place.folder.remove(partName(key), identity));
    if (isRemoved) await this.#context.recorder?.gone();
    await this.#close();
  }

  async #keep(): Promise<FoundPart | undefined> {
    const { recorder } = this.#context;
    if (!this.#isOpen || recorder === undefined) {
      await this.#discard();
      return undefined;
    }
    const hash = await this.#hash.suspend();
    await this.#sync.flush(this.#ranges.contiguous);
    if (hash !== undefined)
      await this.#context.keptHashes.keep(recorder.key, hash, this.#opened.handle);
    await this.#close();
    return { key: recorder.key, durableOctets: this.#sync.durableOctets };
  }

  async #finish(expected: ExpectedFile): Promise<Result<PublishedFile, FileError>> {
    if (!this.#isOpen) return err(fileError("cancelled", this.finalName));
    const { sizeOctets } = this.#place;
    if (expected.sizeOctets !== sizeOctets || !this.#ranges.isWhole(sizeOctets))
      return err(fileError("incomplete", this.finalName));
    const hashes = await this.#hash.finish(wantedOf(expected.hashes));
    if (!hashes.ok) return hashes;
    try {
      await this.#sync.settled();
      const isIntact = isMatch(hashes.value, expected.hashes);
      return isIntact ? await this.#publish(hashes.value, expected) : await this.#setAside();
    } catch (cause) {
      return err(systemFileError(cause, "write", this.finalName));
    }
  }

  async #publish(
    hashes: Partial<FileHashes>,
    expected: ExpectedFile,
  ): Promise<Result<PublishedFile, FileError>> {
    if (this.#sync.error !== undefined) return err(this.#sync.error);
    const { handle } = this.#opened;
    const conflict = expected.conflict ?? this.#place.conflict;
    // Somebody else has written to it: more octets than were checked would get the final name.
    if ((await handle.stat()).size !== this.#place.sizeOctets)
      return err(fileError("changed", this.finalName));
    await handle.chmod(0o666 & ~(await currentUmask()));
    await setModified(handle, expected.modifiedMs);
    await handle.sync();
    const name = await this.#takeName(conflict);
    if (name === undefined) {
      if (conflict === "skip") await this.#discard();
      return err(fileError("name-taken", this.finalName));
    }
    const path = await this.#place.folder.shownPath(name);
    const published = { path, name, hashes, wasRenamed: name !== this.finalName };
    await this.#context.recorder?.done(published);
    await this.#close();
    return ok(published);
  }

  /** @returns undefined when the name is taken and no other one is wanted */
  async #takeName(conflict: ConflictPolicy = "keep-both"): Promise<string | undefined> {
    const { finalName } = this;
    const file = this.#unpublished();
    if (conflict === "skip" || conflict === "ask")
      return (await publishOnlyAs(file, finalName)) ? finalName : undefined;
    const name = await publish(file, finalName);
    const { trash } = this.#context;
    if (conflict !== "replace" || trash === undefined || name === finalName) return name;
    // The old file leaves only after the new one is whole and has a name.
    const replaced = await replaceIn({ ...file, partName: name }, finalName, trash);
    return replaced.kind === "done" ? finalName : name;
  }

  /** Kept for people to look at, under a name that no program takes for the file itself. */
  async #setAside(): Promise<Result<never, FileError>> {
    const name = await publish(this.#unpublished(), `${this.finalName}.damaged`);
    const path = await this.#place.folder.shownPath(name);
    await this.#context.recorder?.gone();
    await this.#close();
    return err(fileError("hash-mismatch", path));
  }

  #unpublished(): {
    readonly folder: HeldFolder;
    readonly partName: string;
    readonly identity: FileIdentity;
  } {
    const { key, identity } = this.#opened;
    return { folder: this.#place.folder, partName: partName(key), identity };
  }

  async #close(): Promise<void> {
    this.#isOpen = false;
    this.#context.onClosed(this);
    // What counts is durable by now, or is known not to be: an error here says nothing of it.
    await isDone(this.#opened.handle.close());
    await isDone(this.#place.folder.close());
    this.#context.recorder?.release();
  }
}

/** False where the system reports an error. */
async function isDone(task: Promise<unknown>): Promise<boolean> {
  try {
    await task;
    return true;
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
    return false;
  }
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
