import type { FileError, FilePart } from "../../base/files.ts";
import { Gate } from "./gate.ts";

/** Octets that may wait for the disk before the connection is paused. */
const HIGH_OCTETS = 1024 * 1024;
const LOW_OCTETS = 256 * 1024;
/** What one write takes at most: longer ones keep the octets of their first pieces in memory for too long. */
const WRITE_OCTETS = 512 * 1024;
const WRITE_PIECES = 512;
/** What a piece takes of memory beside its octets, about. */
const PIECE_OCTETS = 256;

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
 * win (RFC 4975 §7.3.1). Pieces that follow each other in the file leave in one write. After the first error everything
 * is dropped.
 */
export class WriteQueue {
  readonly #part: FilePart;
  readonly #handlers: WriteQueueHandlers;
  readonly #idle = new Gate();
  #pieces: Piece[] = [];
  /** With what the pieces themselves take. */
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
    this.#waitingOctets += bytes.length + PIECE_OCTETS;
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
    for (let from = 0; from < batch.length; ) {
      const run = runFrom(batch, from);
      const written = await this.#part.write(run.position, run.pieces);
      if (!written.ok) {
        this.#error = written.error;
        this.#handlers.onError(written.error);
        return;
      }
      from += run.pieces.length;
      this.#waitingOctets -= run.octets + run.pieces.length * PIECE_OCTETS;
      if (this.#waitingOctets <= LOW_OCTETS) this.#room();
    }
  }

  #room(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#handlers.onRoom();
  }
}

interface Run {
  readonly position: number;
  readonly pieces: readonly Buffer[];
  readonly octets: number;
}

/** The pieces from there on that follow each other in the file, up to what one write takes. */
function runFrom(batch: readonly Piece[], from: number): Run {
  const pieces: Buffer[] = [];
  const position = batch[from]?.position ?? 0;
  let octets = 0;
  for (let i = from; i < batch.length && pieces.length < WRITE_PIECES; i += 1) {
    const next = batch[i];
    const isNeighbour = next?.position === position + octets;
    if (next === undefined || !isNeighbour || octets >= WRITE_OCTETS) break;
    pieces.push(next.bytes);
    octets += next.bytes.length;
  }
  return { position, pieces, octets };
}
