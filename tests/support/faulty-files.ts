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
import { err, ok, type Result } from "../../main/base/result.ts";
import { SeededRandom } from "./fake-random.ts";
import type { MemoryFiles } from "./memory-files.ts";

/** Every call through which octets reach or leave the disk. */
export const CALL_SITES = [
  ...(["openSource", "read", "isUnchanged", "hash", "freeOctets"] as const),
  ...(["createPart", "write", "finish", "keep", "discard"] as const),
  ...(["findPart", "resumePart", "parts", "forgetPart", "hasRoom", "movePart"] as const),
] as const;
export type CallSite = (typeof CALL_SITES)[number];

/** ENOSPC and EIO. Calls that only read never meet the first. */
export type FaultKind = "no-space" | "io";

export interface CrashPoint {
  readonly site: CallSite;
  /** Its so-manieth call, from 1. */
  readonly nth: number;
  /** `after`: the call has done its work, and nobody heard of it. */
  readonly side: "before" | "after";
}

export interface FaultPlan {
  readonly seed: number;
  /** Share of the calls that fail, from 0 to 1. */
  readonly rate?: number;
  /** Calls that fail whatever the rate. */
  readonly at?: readonly {
    readonly site: CallSite;
    readonly nth: number;
    readonly kind: FaultKind;
  }[];
  /** There the process ends: this call and all later ones never answer. */
  readonly crashAt?: CrashPoint;
  readonly onCrash?: () => void;
}

const READING: ReadonlySet<CallSite> = new Set([
  ...(["openSource", "read", "isUnchanged", "hash", "freeOctets"] as const),
  ...(["findPart", "parts"] as const),
]);

/**
 * The files of one process on a disk in memory, failing by seed at each call. `crash()` ends the process and tells what
 * the disk holds for the next one; give that a `FaultyFiles` of its own.
 */
export class FaultyFiles implements Files {
  readonly disk: MemoryFiles;
  /** Calls so far, to know what there is to fail. */
  readonly calls = new Map<CallSite, number>();
  /** What was made to fail, in order: `write 3: io`. */
  readonly faults: string[] = [];
  readonly #plan: FaultPlan;
  readonly #random: SeededRandom;
  #isDead = false;

  constructor(disk: MemoryFiles, plan: FaultPlan) {
    this.disk = disk;
    this.#plan = plan;
    this.#random = new SeededRandom(plan.seed);
  }

  /** The process has ended: its calls never answer. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Ends the process where it is. @returns the disk as the next process finds it */
  crash(): MemoryFiles {
    this.#isDead = true;
    return this.disk.afterCrash(() => this.#random.unit());
  }

  openSource(path: string, version?: string): Promise<Result<FileSource, FileError>> {
    return this.run("openSource", err, async () => {
      const source = await this.disk.openSource(path, version);
      return source.ok ? ok(this.#sourceOf(source.value)) : source;
    });
  }

  hash(source: FileSource): Promise<Result<FileHashes, FileError>> {
    return this.run("hash", err, () => this.disk.hash(source));
  }

  freeOctets(): Promise<Result<number, FileError>> {
    return this.run("freeOctets", err, () => this.disk.freeOctets());
  }

  createPart(options: CreatePartOptions): Promise<Result<FilePart, FileError>> {
    return this.run("createPart", err, async () =>
      this.#partOf(await this.disk.createPart(options)),
    );
  }

  resumePart(key: string): Promise<Result<FilePart, FileError>> {
    return this.run("resumePart", err, async () => this.#partOf(await this.disk.resumePart(key)));
  }

  findPart(query: PartQuery): Promise<FoundPart | undefined> {
    return this.run(
      "findPart",
      () => undefined,
      () => this.disk.findPart(query),
    );
  }

  parts(): Promise<readonly KeptPart[]> {
    return this.run(
      "parts",
      () => [],
      () => this.disk.parts(),
    );
  }

  hasRoom(key: string): Promise<boolean> {
    return this.run(
      "hasRoom",
      () => false,
      () => this.disk.hasRoom(key),
    );
  }

  movePart(key: string, folder: string): Promise<Result<FoundPart, FileError>> {
    return this.run("movePart", err, () => this.disk.movePart(key, folder));
  }

  forgetPart(key: string): Promise<boolean> {
    return this.run(
      "forgetPart",
      () => false,
      () => this.disk.forgetPart(key),
    );
  }

  /** For the sources and parts of this process: fails, ends the process, or does the work. */
  async run<T>(
    site: CallSite,
    failed: (error: FileError) => T,
    work: () => Promise<T>,
  ): Promise<T> {
    if (this.#isDead) return never();
    const nth = (this.calls.get(site) ?? 0) + 1;
    this.calls.set(site, nth);
    if (this.#isCrashPoint(site, nth, "before")) return this.#die();
    const kind = this.#faultAt(site, nth);
    if (kind !== undefined) {
      this.faults.push(`${site} ${String(nth)}: ${kind}`);
      return failed({ kind, message: kind === "io" ? "EIO" : "ENOSPC" });
    }
    const done = await work();
    return this.#isCrashPoint(site, nth, "after") ? this.#die() : done;
  }

  #isCrashPoint(site: CallSite, nth: number, side: CrashPoint["side"]): boolean {
    const point = this.#plan.crashAt;
    return point?.site === site && point.nth === nth && point.side === side;
  }

  #die(): Promise<never> {
    this.#isDead = true;
    this.#plan.onCrash?.();
    return never();
  }

  #faultAt(site: CallSite, nth: number): FaultKind | undefined {
    const planned = this.#plan.at?.find((one) => one.site === site && one.nth === nth);
    if (planned !== undefined) return planned.kind;
    if (this.#random.unit() >= (this.#plan.rate ?? 0)) return undefined;
    return READING.has(site) || this.#random.unit() < 0.5 ? "io" : "no-space";
  }

  #sourceOf(source: FileSource): FileSource {
    const { path, name, version, sizeOctets, modifiedMs } = source;
    return {
      ...{ path, name, version, sizeOctets, modifiedMs },
      read: (position, length, into) =>
        this.run("read", err, () => source.read(position, length, into)),
      isUnchanged: () =>
        this.run(
          "isUnchanged",
          () => false,
          () => source.isUnchanged(),
        ),
      close: () => source.close(),
    };
  }

  #partOf(part: Result<FilePart, FileError>): Result<FilePart, FileError> {
    return part.ok ? ok(new FaultyPart(this, part.value)) : part;
  }
}

class FaultyPart implements FilePart {
  readonly finalName: string;
  readonly key: string | undefined;
  readonly #files: FaultyFiles;
  readonly #part: FilePart;
  /** As after a failed fsync: what came before it is not to be trusted to be on the disk. */
  #broken: FileError | undefined;

  constructor(files: FaultyFiles, part: FilePart) {
    this.#files = files;
    this.#part = part;
    this.finalName = part.finalName;
    this.key = part.key;
  }

  get receivedOctets(): number {
    return this.#part.receivedOctets;
  }

  write(position: number, bytes: Buffer | readonly Buffer[]): Promise<Result<void, FileError>> {
    return this.#unlessBroken("write", () => this.#part.write(position, bytes));
  }

  finish(expected: ExpectedFile): Promise<Result<PublishedFile, FileError>> {
    return this.#unlessBroken("finish", () => this.#part.finish(expected));
  }

  /** A part that cannot be kept is lost, as where no journal is. */
  keep(): Promise<FoundPart | undefined> {
    return this.#files.run(
      "keep",
      () => {
        void this.#part.discard();
        return undefined;
      },
      () => this.#part.keep(),
    );
  }

  /** A fault leaves nothing else behind: the real one says nothing either. */
  discard(): Promise<void> {
    return this.#files.run(
      "discard",
      () => void this.#part.discard(),
      () => this.#part.discard(),
    );
  }

  async #unlessBroken<T>(
    site: CallSite,
    work: () => Promise<Result<T, FileError>>,
  ): Promise<Result<T, FileError>> {
    if (this.#broken !== undefined && !this.#files.isDead) return err(this.#broken);
    const fail = (error: FileError): Result<T, FileError> => {
      if (error.kind === "io") this.#broken = error;
      return err(error);
    };
    return this.#files.run(site, fail, work);
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
