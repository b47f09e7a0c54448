import { createHash } from "node:crypto";
import type {
  CreatePartOptions,
  ExpectedFile,
  FileError,
  FileHashes,
  FilePart,
  FileSource,
  Files,
  PublishedFile,
} from "../../main/base/files.ts";
import { err, ok, type Result } from "../../main/base/result.ts";

/** Trouble that the next calls meet. */
export interface DiskTrouble {
  /** Writes beyond this position of a part fail with `no-space`. */
  fullAfterOctets?: number;
  freeOctets: number;
}

/** A disk in memory, shared by whoever is given the same object. Paths are plain strings. */
export class MemoryFiles implements Files {
  readonly content = new Map<string, Buffer>();
  readonly trouble: DiskTrouble = { freeOctets: Number.MAX_SAFE_INTEGER };
  /** Parts created and neither finished nor discarded. */
  openParts = 0;

  put(path: string, content: Buffer): this {
    this.content.set(path, content);
    return this;
  }

  openSource(path: string): Promise<Result<FileSource, FileError>> {
    const opened = this.content.get(path);
    if (opened === undefined) {
      return Promise.resolve(err({ kind: "not-found", message: "There is no such file.", path }));
    }
    return Promise.resolve(
      ok({
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

  hash(source: FileSource): Promise<Result<FileHashes, FileError>> {
    const content = this.content.get(source.path) ?? Buffer.alloc(0);
    return Promise.resolve(ok({ sha1: hex("sha1", content), sha256: hex("sha256", content) }));
  }

  freeOctets(): Promise<Result<number, FileError>> {
    return Promise.resolve(ok(this.trouble.freeOctets));
  }

  createPart(options: CreatePartOptions): Promise<Result<FilePart, FileError>> {
    if (options.sizeOctets > this.trouble.freeOctets) {
      return Promise.resolve(err({ kind: "no-space", message: "The disk is full." }));
    }
    this.openParts += 1;
    return Promise.resolve(ok(new MemoryPart(this, options)));
  }
}

class MemoryPart implements FilePart {
  readonly finalName: string;
  readonly #disk: MemoryFiles;
  readonly #folder: string;
  readonly #bytes: Buffer;
  readonly #present: Uint8Array;
  #received = 0;
  #isOpen = true;

  constructor(disk: MemoryFiles, options: CreatePartOptions) {
    this.#disk = disk;
    this.#folder = options.folder;
    this.finalName = baseName(options.suggestedName);
    this.#bytes = Buffer.alloc(options.sizeOctets);
    this.#present = new Uint8Array(options.sizeOctets);
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
    this.#close();
    if (expected.hashes.some((hash) => (actual.get(hash.algorithm) ?? hash.hex) !== hash.hex)) {
      const path = `${this.#folder}/${this.finalName}.damaged`;
      this.#disk.put(path, this.#bytes);
      return Promise.resolve(err({ kind: "hash-mismatch", message: "It arrived damaged.", path }));
    }
    const name = this.#freeName();
    const path = `${this.#folder}/${name}`;
    this.#disk.put(path, this.#bytes);
    return Promise.resolve(
      ok({ path, name, hashes: { sha1, sha256 }, wasRenamed: name !== this.finalName }),
    );
  }

  discard(): Promise<void> {
    this.#close();
    return Promise.resolve();
  }

  #close(): void {
    if (this.#isOpen) this.#disk.openParts -= 1;
    this.#isOpen = false;
  }

  #freeName(): string {
    let name = this.finalName;
    for (let n = 1; this.#disk.content.has(`${this.#folder}/${name}`); n += 1) {
      name = `${this.finalName} (${String(n)})`;
    }
    return name;
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function hex(algorithm: "sha1" | "sha256", content: Buffer): string {
  return createHash(algorithm).update(content).digest("hex");
}
