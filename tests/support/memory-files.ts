import { createHash } from "node:crypto";
import type {
  ConflictPolicy,
  CreatePartOptions,
  ExpectedFile,
  FileError,
  FileHashes,
  FilePart,
  FileSource,
  Files,
  FoundPart,
  KeptPart,
  PartOrigin,
  PartQuery,
  PublishedFile,
} from "../../main/base/files.ts";
import { err, ok, type Result } from "../../main/base/result.ts";
import { bestPart } from "../../main/storage/part-match.ts";

/** Trouble that the next calls meet. */
export interface DiskTrouble {
  /** Writes beyond this position of a part fail with `no-space`. */
  fullAfterOctets?: number;
  freeOctets: number;
}

/** What lies on the disk of a part, whether or not a process uses it. */
interface StoredPart {
  readonly options: CreatePartOptions;
  readonly bytes: Buffer;
  durableOctets: number;
  isInUse: boolean;
  /** 1 for each octet that has come. */
  present: Uint8Array;
}

/** Octets come to the disk for good in steps of this size. */
const CLAIM_OCTETS = 65_536;
const PAGE_OCTETS = 4096;

/** A disk in memory, shared by whoever is given the same object. Paths are plain strings. */
export class MemoryFiles implements Files {
  readonly content = new Map<string, Buffer>();
  readonly trouble: DiskTrouble = { freeOctets: Number.MAX_SAFE_INTEGER };
  /** What was replaced. */
  readonly bin: Buffer[] = [];
  /** Parts created and neither finished nor discarded. */
  openParts = 0;
  readonly #stored = new Map<string, StoredPart>();
  readonly #versions = new Map<Buffer, string>();
  #made = 0;

  put(path: string, content: Buffer): this {
    this.content.set(path, content);
    return this;
  }

  openSource(path: string, version?: string): Promise<Result<FileSource, FileError>> {
    const opened = this.content.get(path);
    if (opened === undefined) {
      return Promise.resolve(err({ kind: "not-found", message: "There is no such file.", path }));
    }
    const opening = this.#versionOf(opened);
    if (version !== undefined && version !== opening)
      return Promise.resolve(err({ kind: "changed", message: "The file has changed.", path }));
    return Promise.resolve(
      ok({
        version: opening,
        path,
        name: baseName(path),
        sizeOctets: opened.length,
        modifiedMs: 0,
        read: (position, length) =>
          Promise.resolve(ok(opened.subarray(position, position + length))),
        isUnchanged: () => Promise.resolve(this.content.get(path) === opened),
        close: () => Promise.resolve(),
      }),
    );
  }

  #versionOf(content: Buffer): string {
    const version = this.#versions.get(content) ?? String(this.#versions.size);
    this.#versions.set(content, version);
    return version;
  }

  hash(source: FileSource): Promise<Result<FileHashes, FileError>> {
    const content = this.content.get(source.path) ?? Buffer.alloc(0);
    return Promise.resolve(ok({ sha1: hex("sha1", content), sha256: hex("sha256", content) }));
  }

  freeOctets(): Promise<Result<number, FileError>> {
    return Promise.resolve(ok(this.trouble.freeOctets));
  }

  createPart(options: CreatePartOptions): Promise<Result<FilePart, FileError>> {
    const isWithoutRoom = options.sizeOctets > this.trouble.freeOctets;
    const mayWait = options.mayWait === true && options.journal !== undefined;
    if (isWithoutRoom && !mayWait) {
      return Promise.resolve(err({ kind: "no-space", message: "The disk is full." }));
    }
    this.openParts += 1;
    const part: StoredPart = {
      ...{ options, bytes: Buffer.alloc(options.sizeOctets) },
      ...{ durableOctets: 0, isInUse: true, present: new Uint8Array(options.sizeOctets) },
    };
    if (options.journal === undefined)
      return Promise.resolve(ok(new MemoryPart(this, part, undefined)));
    this.#made += 1;
    const key = `part-${String(this.#made)}`;
    this.#stored.set(key, part);
    return Promise.resolve(ok(new MemoryPart(this, part, key, isWithoutRoom)));
  }

  findPart(query: PartQuery): Promise<FoundPart | undefined> {
    const found = bestPart(this.#kept(), query);
    return Promise.resolve(
      found === undefined ? undefined : { key: found.key, durableOctets: found.durableOctets },
    );
  }

  resumePart(key: string): Promise<Result<FilePart, FileError>> {
    const part = this.#stored.get(key);
    if (part === undefined || part.isInUse)
      return Promise.resolve(err({ kind: "not-resumable", message: "There is no such part." }));
    part.isInUse = true;
    this.openParts += 1;
    return Promise.resolve(ok(new MemoryPart(this, part, key)));
  }

  parts(): Promise<readonly KeptPart[]> {
    return Promise.resolve(this.#kept());
  }

  hasRoom(key: string): Promise<boolean> {
    const part = this.#stored.get(key);
    const end = part?.options.sizeOctets ?? 0;
    const isFull = end > (this.trouble.fullAfterOctets ?? Number.MAX_SAFE_INTEGER);
    return Promise.resolve(!isFull && end - (part?.durableOctets ?? 0) <= this.trouble.freeOctets);
  }

  movePart(key: string, folder: string): Promise<Result<FoundPart, FileError>> {
    const part = this.#stored.get(key);
    if (part === undefined || part.isInUse)
      return Promise.resolve(err({ kind: "not-resumable", message: "There is no such part." }));
    this.#made += 1;
    const moved = `part-${String(this.#made)}`;
    this.#stored.set(moved, { ...part, options: { ...part.options, folder } });
    this.#stored.delete(key);
    return Promise.resolve(ok({ key: moved, durableOctets: part.durableOctets }));
  }

  forgetPart(key: string): Promise<boolean> {
    const isKnown = this.#stored.get(key)?.isInUse === false;
    if (isKnown) this.#stored.delete(key);
    return Promise.resolve(isKnown);
  }

  /**
   * What a program that is started anew finds: of parts in use, what had come up to a while ago; what no journal knows is
   * gone. Octets that had not been made durable may have reached the disk or not, page by page, where `unit` (from 0 up
   * to 1) decides; without it all of them have.
   */
  afterCrash(unit?: () => number): MemoryFiles {
    const copy = new MemoryFiles();
    for (const [path, content] of this.content) copy.content.set(path, content);
    for (const [key, { options, bytes, durableOctets, isInUse, present }] of this.#stored) {
      const gap = present.indexOf(0);
      const reached = gap < 0 ? bytes.length : gap;
      const certain = Math.max(durableOctets, reached - (reached % CLAIM_OCTETS));
      const claimed = isInUse ? claimedOf(durableOctets, certain, unit) : durableOctets;
      copy.#stored.set(key, {
        ...{ options, bytes: Buffer.from(bytes), present: Uint8Array.from(present) },
        ...{ durableOctets: claimed, isInUse: false },
      });
      if (unit !== undefined) loseSome(copy.#stored.get(key)?.bytes.subarray(claimed), unit);
    }
    copy.#made = this.#made;
    return copy;
  }

  /** From a part: nothing is left of it but what was published. */
  drop(key: string | undefined): void {
    if (key !== undefined) this.#stored.delete(key);
  }

  #kept(): readonly KeptPart[] {
    return [...this.#stored].toReversed().flatMap(([key, { options, durableOctets, isInUse }]) => {
      const origin: PartOrigin | undefined = options.journal;
      const { folder, sizeOctets } = options;
      return isInUse || origin === undefined
        ? []
        : [{ key, origin, folder, sizeOctets, durableOctets, updatedMs: 0 }];
    });
  }
}

class MemoryPart implements FilePart {
  readonly finalName: string;
  readonly key: string | undefined;
  readonly isWithoutRoom: boolean;
  readonly #disk: MemoryFiles;
  readonly #stored: StoredPart;
  readonly #folder: string;
  readonly #bytes: Buffer;
  readonly #present: Uint8Array;
  #received: number;
  #isOpen = true;

  constructor(
    disk: MemoryFiles,
    stored: StoredPart,
    key: string | undefined,
    isWithoutRoom = false,
  ) {
    this.isWithoutRoom = isWithoutRoom;
    this.#disk = disk;
    this.#stored = stored;
    this.key = key;
    this.#folder = stored.options.folder;
    this.finalName = baseName(stored.options.suggestedName);
    this.#bytes = stored.bytes;
    this.#present = stored.present.fill(0).fill(1, 0, stored.durableOctets);
    this.#received = stored.durableOctets;
  }

  get receivedOctets(): number {
    return this.#received;
  }

  write(position: number, pieces: Buffer | readonly Buffer[]): Promise<Result<void, FileError>> {
    const bytes = Buffer.isBuffer(pieces) ? pieces : Buffer.concat(pieces);
    const end = position + bytes.length;
    if (!Number.isSafeInteger(position) || position < 0 || end > this.#bytes.length) {
      return Promise.resolve(err({ kind: "too-large", message: "More octets than were offered." }));
    }
    if (end > (this.#disk.trouble.fullAfterOctets ?? Number.MAX_SAFE_INTEGER)) {
      return Promise.resolve(err({ kind: "no-space", message: "The disk is full." }));
    }
    bytes.copy(this.#bytes, position);
    for (let at = position; at < end; at += 1) this.#received += this.#present[at] === 0 ? 1 : 0;
    this.#present.fill(1, position, end);
    return Promise.resolve(ok(undefined));
  }

  finish(expected: ExpectedFile): Promise<Result<PublishedFile, FileError>> {
    if (this.#bytes.length !== expected.sizeOctets || this.receivedOctets !== expected.sizeOctets) {
      return Promise.resolve(err({ kind: "incomplete", message: "Octets are missing." }));
    }
    const sha1 = hex("sha1", this.#bytes);
    const sha256 = hex("sha256", this.#bytes);
    const actual = new Map([
      ["sha-1", sha1],
      ["sha-256", sha256],
    ]);
    if (expected.hashes.some((hash) => (actual.get(hash.algorithm) ?? hash.hex) !== hash.hex)) {
      this.#end();
      const path = `${this.#folder}/${this.finalName}.damaged`;
      this.#disk.put(path, this.#bytes);
      return Promise.resolve(err({ kind: "hash-mismatch", message: "It arrived damaged.", path }));
    }
    const conflict = expected.conflict ?? this.#stored.options.journal?.conflict;
    const name = this.#nameBy(conflict);
    if (name === undefined) {
      if (conflict === "skip") this.#end();
      return Promise.resolve(err({ kind: "name-taken", message: "There is such a file." }));
    }
    this.#end();
    const path = `${this.#folder}/${name}`;
    this.#disk.put(path, this.#bytes);
    return Promise.resolve(
      ok({ path, name, hashes: { sha1, sha256 }, wasRenamed: name !== this.finalName }),
    );
  }

  discard(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  keep(): Promise<FoundPart | undefined> {
    const { key } = this;
    if (!this.#isOpen || key === undefined) {
      this.#end();
      return Promise.resolve(undefined);
    }
    const gap = this.#present.indexOf(0);
    this.#stored.durableOctets = gap < 0 ? this.#bytes.length : gap;
    this.#stored.isInUse = false;
    this.#close();
    return Promise.resolve({ key, durableOctets: this.#stored.durableOctets });
  }

  #end(): void {
    if (this.#isOpen) this.#disk.drop(this.key);
    this.#close();
  }

  #close(): void {
    if (this.#isOpen) this.#disk.openParts -= 1;
    this.#isOpen = false;
  }

  #nameBy(conflict: ConflictPolicy = "keep-both"): string | undefined {
    const { content, bin } = this.#disk;
    const path = `${this.#folder}/${this.finalName}`;
    const old = content.get(path);
    if (old === undefined) return this.finalName;
    if (conflict === "keep-both") return this.#freeName();
    if (conflict !== "replace") return undefined;
    bin.push(old);
    content.delete(path);
    return this.finalName;
  }

  #freeName(): string {
    let name = this.finalName;
    for (let n = 1; this.#disk.content.has(`${this.#folder}/${name}`); n += 1) {
      name = `${this.finalName} (${String(n)})`;
    }
    return name;
  }
}

/** The last claim, or the one before it. */
function claimedOf(before: number, certain: number, unit?: () => number): number {
  if (unit === undefined || unit() < 0.5) return certain;
  return Math.max(before, certain - CLAIM_OCTETS);
}

function loseSome(unsynced: Buffer | undefined, unit: () => number): void {
  if (unsynced === undefined) return;
  for (let at = 0; at < unsynced.length; at += PAGE_OCTETS)
    if (unit() < 0.5) unsynced.subarray(at, at + PAGE_OCTETS).fill(0);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function hex(algorithm: "sha1" | "sha256", content: Buffer): string {
  return createHash(algorithm).update(content).digest("hex");
}
