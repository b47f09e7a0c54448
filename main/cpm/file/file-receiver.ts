import {
  type FileError,
  type FileHash,
  type FilePart,
  HASH_ALGORITHMS,
  type HashAlgorithm,
  type PublishedFile,
} from "../../base/files.ts";
import type { Clock, Timer } from "../../base/ports.ts";
import type {
  ChunkSink,
  ContinuationFlag,
  IncomingChunk,
  MessageReceiver,
  MsrpSession,
} from "../../msrp/session/session.ts";
import { NOT_KEPT } from "./not-kept.ts";
import { type FileOutcome, isStopped } from "./outcome.ts";
import { WriteQueue } from "./write-queue.ts";

export interface FileReceiverOptions {
  readonly part: FilePart;
  /** Of the whole file. */
  readonly sizeOctets: number;
  /** 0-based place in the file at which the message begins; it goes to the file's end. Default 0 (RFC 5547 §6 file-range). */
  readonly fromOctet?: number;
  /** As offered; none: the file is taken unchecked. */
  readonly hashes: readonly FileHash[];
  /** Octets stored so far. */
  readonly onReceived: (octets: number) => void;
  /** The file's message has begun. */
  readonly onBegun: () => void;
  /**
   * The disk is full. Nothing is taken or answered any more until the file is halted, so that what is here can go on
   * when there is room. Without it, and where the part cannot outlive the transfer, the file fails.
   */
  readonly onFull?: () => void;
  /** The disk is full already, which whoever says so has seen to: nothing is taken. */
  readonly isFull?: boolean;
}

type Reply = (status: number, comment?: string) => void;

/** After the last chunk's end-line, chunks that were overtaken may still come (RFC 4975 §7.3). */
const GAP_GUARD_MS = 30_000;
/** After a BYE that crossed our peer's last SENDs. */
const GRACE_MS = 3000;
/** After a lost connection: BYE, or a re-INVITE, may still tell why. */
const LOST_GRACE_MS = 1500;

/**
 * Receives one file: the one message of one MSRP session (RFC 5547 §8.7). Octets go to their place in the part as they
 * come; the end of the message leads to check, publish and REPORT. `outcome` settles once and never rejects.
 */
export class FileReceiver implements MessageReceiver {
  readonly outcome: Promise<FileOutcome>;
  readonly #clock: Clock;
  readonly #options: FileReceiverOptions;
  readonly #queue: WriteQueue;
  #resolve: (outcome: FileOutcome) => void = () => {};
  #session: MsrpSession | undefined;
  /** The message that carries the file, and what its sender wants to hear. */
  #message: Pick<IncomingChunk, "messageId" | "successReport" | "failureReport"> | undefined;
  #running: IncomingChunk | undefined;
  #isEndSeen = false;
  #phase: "open" | "finishing" | "settled" = "open";
  #guard: Timer | undefined;
  #isConnectionLost = false;
  /** How it ends when the missing octets do not arrive. */
  #endingWith: FileOutcome | undefined;
  #isFull: boolean;
  readonly #from: number;
  readonly #lengthOctets: number;
  #discarded: Promise<void> = Promise.resolve();

  constructor(clock: Clock, options: FileReceiverOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#isFull = options.isFull === true;
    this.#from = options.fromOctet ?? 0;
    this.#lengthOctets = options.sizeOctets - this.#from;
    this.#queue = new WriteQueue(options.part, {
      onRoom: () => this.#session?.resumeReading(),
      onError: (error) => {
        this.#notStored(error);
      },
    });
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** What an interrupted file left on disk is gone; later than its outcome, for the disk may be slow. */
  get released(): Promise<void> {
    return this.#discarded;
  }

  begin(chunk: IncomingChunk): ChunkSink | { readonly reject: number; readonly comment?: string } {
    const refusal = this.#refusalOf(chunk);
    if (refusal !== undefined) return refusal;
    this.#session = chunk.session;
    this.#running = chunk;
    if (this.#message === undefined) {
      this.#message = chunk;
      this.#options.onBegun();
    }
    return new FileChunkSink(chunk, this);
  }

  /** Ends the file before its time: a running chunk is refused with 413. The part is kept unless somebody chose the end. */
  stop(outcome: FileOutcome): void {
    if (this.#phase !== "open") return;
    this.#running?.reject(413, "stopped");
    this.#settle(outcome);
  }

  /** As `stop`, but the sender is not told that the file is unwanted. */
  halt(outcome: FileOutcome): void {
    if (this.#phase === "open") this.#settle(outcome);
  }

  /** As `stop`, unless the missing octets arrive in a moment: BYE and the last SENDs travel on different connections. */
  stopSoon(outcome: FileOutcome): void {
    if (this.#phase !== "open") return;
    this.#endingWith = outcome;
    if (this.#isConnectionLost) this.stop(outcome);
    else this.#startGuard(GRACE_MS, outcome);
  }

  /** Nothing more comes on this session; why may be heard in a moment. */
  connectionLost(outcome: FileOutcome): void {
    if (this.#phase !== "open" || this.#isConnectionLost) return;
    this.#isConnectionLost = true;
    // What the other side has said goes before what its connection shows.
    if (this.#endingWith !== undefined) this.stop(this.#endingWith);
    else this.#startGuard(LOST_GRACE_MS, outcome);
  }

  /** From the sink: octets for a place in the file. False: the chunk must wait. */
  take(chunk: IncomingChunk, position: number, bytes: Buffer): boolean {
    if (this.#phase !== "open") return true;
    if (this.#isFull) return false;
    if (position + bytes.length > this.#lengthOctets) {
      // The range may say anything; what counts is what arrives (RFC 4975 §7.3.1).
      chunk.reject(413, "longer than offered");
      void this.#fail("The sender's program sent more than it had offered.");
      return true;
    }
    const isWelcome = this.#queue.write(this.#from + position, bytes);
    this.#options.onReceived(this.#options.part.receivedOctets);
    return isWelcome;
  }

  /** From the sink: the end-line of a chunk whose octets end at this place. */
  chunkEnded(endPosition: number, flag: ContinuationFlag, reply: Reply): void {
    this.#running = undefined;
    if (this.#phase !== "open") {
      reply(413, "stopped");
      return;
    }
    if (this.#isFull) return;
    if (flag === "#") {
      reply(200);
      // Who gave up, and whether for good, only BYE or re-INVITE tells: a relay on the way may have lost the sender.
      this.connectionLost({
        ...{ kind: "interrupted", code: "connection" },
        reason: "The sender's device stopped sending.",
      });
      return;
    }
    if (flag === "$") {
      // The `$` chunk defines the length of the message (RFC 4975 §7.3.1).
      if (endPosition !== this.#lengthOctets) {
        reply(413, "not the offered length");
        void this.#fail("The file ended before its offered length.");
        return;
      }
      this.#isEndSeen = true;
    }
    // RFC 4975 §7.2: at once. Only the end of the message waits for the disk.
    if (this.#isEndSeen) void this.#complete(reply);
    else reply(200);
  }

  /** From the sink: the connection died inside a chunk. What came of it stays where it is. */
  chunkBroken(): void {
    this.#running = undefined;
  }

  #refusalOf(
    chunk: IncomingChunk,
  ): { readonly reject: number; readonly comment?: string } | undefined {
    if (this.#phase !== "open") return { reject: 413, comment: "stopped" };
    // RFC 5547 §8.7: one file is one message; another one has no business here.
    if (this.#message !== undefined && this.#message.messageId !== chunk.messageId)
      return { reject: 413, comment: "one message per file" };
    // A wrapper would become part of the file; the offer named the file's own type.
    if (chunk.contentType.toLowerCase().startsWith("message/cpim")) return { reject: 415 };
    const isTooLong = chunk.totalOctets !== "*" && chunk.totalOctets !== this.#lengthOctets;
    return isTooLong || chunk.position > this.#lengthOctets
      ? { reject: 413, comment: "not the offered length" }
      : undefined;
  }

  async #complete(reply: Reply): Promise<void> {
    const error = await this.#queue.flush();
    if (this.#isFull) return;
    if (error === undefined) reply(200);
    else reply(413, NOT_KEPT);
    if (this.#phase !== "open") return;
    this.#options.onReceived(this.#options.part.receivedOctets);
    const { part, sizeOctets } = this.#options;
    if (part.receivedOctets === sizeOctets) await this.#finish();
    else
      this.#startGuard(GAP_GUARD_MS, {
        kind: "interrupted",
        code: "connection",
        reason: "Parts of the file never came.",
      });
  }

  /** Check, durable storage, publication; only then the REPORT (docs/decisions/0003). */
  async #finish(): Promise<void> {
    this.#phase = "finishing";
    this.#guard?.cancel();
    const { part, sizeOctets, hashes } = this.#options;
    const published = await part.finish({ sizeOctets, hashes });
    if (published.ok) {
      this.#report(200);
      this.#settle(completeOutcome(published.value, hashes));
      return;
    }
    await this.#failToStore(published.error);
  }

  #notStored(error: FileError): void {
    const { onFull, part } = this.#options;
    if (error.kind === "no-space" && onFull !== undefined && part.key !== undefined) {
      if (this.#phase !== "open") return;
      this.#isFull = true;
      onFull();
      return;
    }
    this.#running?.reject(413, NOT_KEPT);
    void this.#failToStore(error);
  }

  async #failToStore(error: FileError): Promise<void> {
    if (this.#phase === "settled") return;
    if (error.kind === "hash-mismatch") this.#report(400, error.kind);
    else this.#report(413, NOT_KEPT);
    this.#settle(storageOutcome(error));
    if (error.kind !== "hash-mismatch") await this.#options.part.discard();
  }

  async #fail(reason: string): Promise<void> {
    this.#report(400, "not the offered length");
    this.#settle({ kind: "failed", code: "protocol", reason });
    await this.#options.part.discard();
  }

  /** Over the whole message, once (RFC 4975 §7.1.2). An empty one is `1-0/0`. */
  #report(status: number, comment?: string): void {
    const message = this.#message;
    if (message === undefined) return;
    const isWanted = status === 200 ? message.successReport : message.failureReport !== "no";
    if (!isWanted) return;
    const total = this.#lengthOctets;
    this.#session?.report({
      messageId: message.messageId,
      range: { start: 1, end: total, total },
      status,
      ...(comment === undefined ? {} : { comment }),
    });
  }

  #startGuard(delayMs: number, outcome: FileOutcome): void {
    this.#guard?.cancel();
    this.#guard = this.#clock.startTimer(delayMs, () => {
      this.stop(outcome);
    });
  }

  #settle(outcome: FileOutcome): void {
    if (this.#phase === "settled") return;
    this.#phase = "settled";
    this.#guard?.cancel();
    if (outcome.kind === "interrupted" && !isStopped(outcome)) {
      void this.#keep(outcome);
      return;
    }
    if (outcome.kind === "interrupted" || outcome.kind === "declined")
      this.#discarded = this.#queue.flush().then(() => this.#options.part.discard());
    this.#resolve(outcome);
  }

  /** What has come stays, to go on with. */
  async #keep(outcome: Extract<FileOutcome, { readonly kind: "interrupted" }>): Promise<void> {
    await this.#queue.flush();
    const kept = await this.#options.part.keep();
    this.#resolve(
      kept === undefined ? outcome : { ...outcome, resumable: { octets: kept.durableOctets } },
    );
  }
}

/** One chunk of the file: keeps count of its own place. */
class FileChunkSink implements ChunkSink {
  readonly #chunk: IncomingChunk;
  readonly #receiver: FileReceiver;
  #position: number;

  constructor(chunk: IncomingChunk, receiver: FileReceiver) {
    this.#chunk = chunk;
    this.#receiver = receiver;
    this.#position = chunk.position;
  }

  write(bytes: Buffer): boolean {
    const position = this.#position;
    this.#position += bytes.length;
    return this.#receiver.take(this.#chunk, position, bytes);
  }

  end(flag: ContinuationFlag, reply: Reply): void {
    this.#receiver.chunkEnded(this.#position, flag, reply);
  }

  broken(): void {
    this.#receiver.chunkBroken();
  }
}

/** What is computed of a file offered with these hashes; without any that we know, SHA-1 for the card to show. */
export function checkedAlgorithms(hashes: readonly FileHash[]): readonly HashAlgorithm[] {
  const known = offeredAlgorithms(hashes);
  return known.length === 0 ? ["sha-1"] : known;
}

function offeredAlgorithms(hashes: readonly FileHash[]): readonly HashAlgorithm[] {
  return HASH_ALGORITHMS.filter((known) => hashes.some(({ algorithm }) => algorithm === known));
}

export function completeOutcome(
  published: PublishedFile,
  hashes: readonly FileHash[],
): FileOutcome {
  const { sha1, sha256 } = published.hashes;
  const hash = sha1 === undefined ? `sha-256:${sha256 ?? ""}` : `sha-1:${sha1}`;
  const isProven = offeredAlgorithms(hashes).length > 0;
  return { kind: "complete", isProven, path: published.path, hash };
}

export function storageOutcome(error: FileError): FileOutcome {
  if (error.kind === "hash-mismatch")
    return {
      kind: "failed",
      code: "verification",
      reason: "The file arrived damaged. It was set aside and not opened.",
      isMismatch: true,
      ...(error.path === undefined ? {} : { path: error.path }),
    };
  if (error.kind === "name-taken")
    return {
      ...{ kind: "failed", code: "skipped" },
      reason: "There is a file of that name. This one was skipped.",
    };
  const code = error.kind === "no-space" ? "no-space" : "storage";
  return { kind: "failed", code, reason: error.message };
}
