import type { FileError, FilePart } from "../../base/files.ts";
import { Gate } from "./gate.ts";

/** Octets that may wait for the disk before the connection is paused. */
const HIGH_OCTETS = 1024 * 1024;
const LOW_OCTETS = 256 * 1024;

interface Piece {
  readonly position: number;
  readonly bytes: Buffer;
}

export interface WriteQueueHandlers {
  /** `write` is welcome again after it returned false. */
  onRoom(): void;
  /** Once: nothing is written any more. */
  onError(error: FileError): void;
}

/**
 * Writes what arrives to its file, in order of arrival, one write at a time: of octets that come twice the last ones
 * win (RFC 4975 §7.3.1). After the first error everything is dropped.
 */
export class WriteQueue {
  readonly #part: FilePart;
  readonly #handlers: WriteQueueHandlers;
  readonly #idle = new Gate();
  #pieces: Piece[] = [];
  #waitingOctets = 0;
  #isWriting = false;
  #isFull = false;
  #error: FileError | undefined;

  constructor(part: FilePart, handlers: WriteQueueHandlers) {
    this.#part = part;
    this.#handlers = handlers;
  }

  /** False: wait for `onRoom`. The octets are taken in either case. */
  write(position: number, bytes: Buffer): boolean {
    if (this.#error !== undefined) return true;
    this.#pieces.push({ position, bytes });
    this.#waitingOctets += bytes.length;
    if (!this.#isWriting) void this.#run();
    if (this.#waitingOctets > HIGH_OCTETS) this.#isFull = true;
    return !this.#isFull;
  }

  /** Resolves when nothing waits any more, or writing has failed. */
  async flush(): Promise<FileError | undefined> {
    while (this.#isWriting) await this.#idle.wait();
    return this.#error;
  }

  async #run(): Promise<void> {
    this.#isWriting = true;
    while (this.#pieces.length > 0 && this.#error === undefined) {
      const batch = this.#pieces;
      this.#pieces = [];
      await this.#writeAll(batch);
    }
    this.#pieces = [];
    this.#waitingOctets = 0;
    this.#isWriting = false;
    this.#room();
    this.#idle.open();
  }

  async #writeAll(batch: readonly Piece[]): Promise<void> {
    for (const { position, bytes } of batch) {
      const written = await this.#part.write(position, bytes);
      if (!written.ok) {
        this.#error = written.error;
        this.#handlers.onError(written.error);
        return;
      }
      this.#waitingOctets -= bytes.length;
      if (this.#waitingOctets <= LOW_OCTETS) this.#room();
    }
  }

  #room(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#handlers.onRoom();
  }
}
