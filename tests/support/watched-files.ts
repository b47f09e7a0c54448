import type {
  CreatePartOptions,
  ExpectedFile,
  FileError,
  FileHashes,
  FilePart,
  FileSource,
  Files,
  FoundPart,
  KeptPart,
  PartQuery,
  PublishedFile,
} from "../../main/base/files.ts";
import type { Clock } from "../../main/base/ports.ts";
import type { Result } from "../../main/base/result.ts";

/** The files of one process, with a disk as slow as a test says; counts what parts get that they had already. */
export class WatchedFiles implements Files {
  readonly #inner: Files;
  readonly #clock: Clock;
  /** What every call takes. */
  delayMs = 0;
  /** Parts that were opened to go on. */
  resumes = 0;
  /** Octets that came although they were on disk for good when their part was opened. */
  octetsSentAgain = 0;
  onWrite: (octets: number) => void = () => undefined;

  constructor(inner: Files, clock: Clock) {
    this.#inner = inner;
    this.#clock = clock;
  }

  openSource(path: string, version?: string): Promise<Result<FileSource, FileError>> {
    return this.late(() => this.#inner.openSource(path, version));
  }

  hash(source: FileSource, signal: AbortSignal): Promise<Result<FileHashes, FileError>> {
    return this.late(() => this.#inner.hash(source, signal));
  }

  freeOctets(folder: string): Promise<Result<number, FileError>> {
    return this.late(() => this.#inner.freeOctets(folder));
  }

  hasRoom(key: string): Promise<boolean> {
    return this.late(() => this.#inner.hasRoom(key));
  }

  createPart(options: CreatePartOptions): Promise<Result<FilePart, FileError>> {
    return this.late(async () => this.#watched(await this.#inner.createPart(options), 0));
  }

  findPart(query: PartQuery): Promise<FoundPart | undefined> {
    return this.late(() => this.#inner.findPart(query));
  }

  resumePart(key: string): Promise<Result<FilePart, FileError>> {
    return this.late(async () => {
      const part = await this.#inner.resumePart(key);
      if (part.ok) this.resumes += 1;
      return this.#watched(part, part.ok ? part.value.receivedOctets : 0);
    });
  }

  parts(): Promise<readonly KeptPart[]> {
    return this.late(() => this.#inner.parts());
  }

  movePart(key: string, folder: string): Promise<Result<FoundPart, FileError>> {
    return this.late(() => this.#inner.movePart(key, folder));
  }

  forgetPart(key: string): Promise<boolean> {
    return this.late(() => this.#inner.forgetPart(key));
  }

  async late<T>(work: () => Promise<T>): Promise<T> {
    if (this.delayMs > 0)
      await new Promise<void>((resolve) => {
        this.#clock.startTimer(this.delayMs, resolve);
      });
    return work();
  }

  wrote(position: number, octets: number, durableOctets: number): void {
    this.octetsSentAgain += Math.max(0, Math.min(durableOctets - position, octets));
    this.onWrite(octets);
  }

  #watched(part: Result<FilePart, FileError>, durable: number): Result<FilePart, FileError> {
    return part.ok ? { ok: true, value: new WatchedPart(this, part.value, durable) } : part;
  }
}

class WatchedPart implements FilePart {
  readonly #files: WatchedFiles;
  readonly #inner: FilePart;
  readonly #durableOctets: number;

  constructor(files: WatchedFiles, inner: FilePart, durableOctets: number) {
    this.#files = files;
    this.#inner = inner;
    this.#durableOctets = durableOctets;
  }

  get finalName(): string {
    return this.#inner.finalName;
  }

  get key(): string | undefined {
    return this.#inner.key;
  }

  get receivedOctets(): number {
    return this.#inner.receivedOctets;
  }

  async write(
    position: number,
    bytes: Buffer | readonly Buffer[],
  ): Promise<Result<void, FileError>> {
    const written = await this.#files.late(() => this.#inner.write(position, bytes));
    const pieces = Buffer.isBuffer(bytes) ? [bytes] : bytes;
    const octets = pieces.reduce((sum, { length }) => sum + length, 0);
    if (written.ok) this.#files.wrote(position, octets, this.#durableOctets);
    return written;
  }

  finish(expected: ExpectedFile): Promise<Result<PublishedFile, FileError>> {
    return this.#files.late(() => this.#inner.finish(expected));
  }

  discard(): Promise<void> {
    return this.#files.late(() => this.#inner.discard());
  }

  keep(): Promise<FoundPart | undefined> {
    return this.#files.late(() => this.#inner.keep());
  }
}
