import type { FileHandle } from "node:fs/promises";
import type { FileError } from "../base/files.ts";
import { systemFileError } from "./file-error.ts";

/** Octets and time after which what was written is made durable in the background. */
const SYNC_OCTETS = 4 * 1024 * 1024;
const SYNC_MS = 2000;
/** Octets that may be written and not yet claimed: what is sent again after a crash, at most. */
const MAX_UNCLAIMED_OCTETS = 8 * 1024 * 1024;

export interface PartSyncOptions {
  readonly handle: FileHandle;
  /** For errors. */
  readonly name: string;
  /** So many octets from the start have reached the disk. Undefined where nobody remembers it. */
  readonly onDurable: ((octets: number) => Promise<void>) | undefined;
  /** From the start, when the file was opened. */
  readonly durableOctets: number;
}

/**
 * Makes what is written to one file durable while more comes, and says how far only then. Where that is remembered, the
 * writer waits for a slow disk, so that the unclaimed rest stays small.
 */
export class PartSync {
  readonly #options: PartSyncOptions;
  #unsynced = 0;
  #syncing = 0;
  #contiguous: number;
  #durable: number;
  #syncedAtMs = performance.now();
  #running: Promise<void> | undefined;
  #error: FileError | undefined;

  constructor(options: PartSyncOptions) {
    this.#options = options;
    this.#contiguous = options.durableOctets;
    this.#durable = options.durableOctets;
  }

  /** Octets from the start that have reached the disk and are claimed. */
  get durableOctets(): number {
    return this.#durable;
  }

  /** After a failed fsync the octets may be gone although a second one succeeds: nothing is claimed any more. */
  get error(): FileError | undefined {
    return this.#error;
  }

  /** @param contiguous octets present from the start of the file */
  async wrote(octets: number, contiguous: number): Promise<void> {
    this.#unsynced += octets;
    this.#contiguous = contiguous;
    const isDue = this.#unsynced >= SYNC_OCTETS || performance.now() - this.#syncedAtMs >= SYNC_MS;
    if (isDue) this.#running ??= this.#run();
    const isBounded = this.#options.onDurable !== undefined;
    while (isBounded && this.#running !== undefined && this.#isFarBehind()) await this.#running;
  }

  /** What has come so far is durable and claimed, or `error` says why not. */
  async flush(contiguous: number): Promise<void> {
    await this.#running;
    this.#contiguous = contiguous;
    if (this.#error === undefined) await this.#run();
  }

  /** Nothing is under way any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  #isFarBehind(): boolean {
    return this.#unsynced + this.#syncing >= MAX_UNCLAIMED_OCTETS;
  }

  async #run(): Promise<void> {
    const durable = this.#contiguous;
    this.#syncing = this.#unsynced;
    this.#unsynced = 0;
    this.#syncedAtMs = performance.now();
    try {
      await this.#options.handle.datasync();
    } catch (cause) {
      this.#error = systemFileError(cause, "write", this.#options.name);
    }
    if (this.#error === undefined) {
      await this.#options.onDurable?.(durable);
      this.#durable = durable;
    }
    this.#syncing = 0;
    this.#running = undefined;
  }
}
