import { EventSource } from "../../base/events.ts";
import type { Random } from "../../base/ports.ts";
import { LocalProtocolError } from "../../base/protocol-error.ts";
import type { ChunkSource, ChunkWriter } from "../framing/frame-wire.ts";
import type { Paths } from "../framing/serialize.ts";
import type { FailureReport } from "./message-fields.ts";
import { type ChunkContext, chunkContext, OpenChunk } from "./open-chunk.ts";
import type {
  MessageOutcome,
  OutgoingHeader,
  OutgoingMessage,
  OutgoingMessageEvents,
} from "./outgoing-message.ts";
import { allowsRetry, type PeerPace } from "./peer-pace.ts";
import { joinedView, ShortPieces } from "./short-pieces.ts";
import { TimedPace } from "./timed-pace.ts";
import type { ResponseTimes, Transactions } from "./transactions.ts";

/** Octets that a message may hold before `write` answers false. */
export const MESSAGE_QUEUE_OCTETS = 262_144;
/** The same for what waits in pieces that do not follow each other: each costs memory, however short it is. */
export const MESSAGE_QUEUE_ITEMS = 1024;

export interface OutgoingContext {
  readonly random: Random;
  readonly pace: PeerPace;
  readonly transactions: Transactions;
  readonly paths: Paths;
  /** Asks the connection for turns; before the session is bound it does nothing. */
  readonly want: (source: ChunkSource) => void;
  /** The message needs the connection no more. */
  readonly onSettled: (message: OutgoingChunks) => void;
}

/** It tells nothing of how fast the peer is. */
const AT_ONCE: ResponseTimes = { waitedMs: 0, tookMs: 0 };

/** What the caller gave and has not been sent, in order. */
type Item =
  | { readonly kind: "octets"; readonly position: number; bytes: Buffer }
  | { readonly kind: "end-chunk" };

/**
 * One message on its way out (RFC 4975 §7.1.1). Octets wait here until the window and the socket take them. Chunks
 * longer than any the peer has taken keep their octets until the answer, so that they can go again in smaller ones.
 */
export class OutgoingChunks implements OutgoingMessage, ChunkSource {
  readonly messageId: string;
  readonly events = new EventSource<OutgoingMessageEvents>();
  readonly outcome: Promise<MessageOutcome>;
  readonly #context: OutgoingContext;
  readonly #failureReport: FailureReport;
  readonly #chunkContext: ChunkContext;
  #settle: (outcome: MessageOutcome) => void = () => undefined;
  readonly #queue: Item[] = [];
  /** Octets of the first item that have left. */
  #headOctets = 0;
  #queuedOctets = 0;
  /** 0-based place of the next octet that the caller writes. */
  #writePosition: number;
  /** One past the last octet that left. */
  #sentEnd = 0;
  #chunk: OpenChunk | undefined;
  #unansweredOctets = 0;
  readonly #timed = new TimedPace();
  readonly #short = new ShortPieces();
  /** In the order of sending. */
  readonly #unanswered = new Set<OpenChunk>();
  #acknowledgedOctets = 0;
  #answeredFull = false;
  #isFinished = false;
  #isLastSent = false;
  #isSettled = false;
  #isAbortDue = false;

  constructor(messageId: string, header: OutgoingHeader, context: OutgoingContext) {
    this.messageId = messageId;
    this.#failureReport = header.failureReport;
    this.#chunkContext = chunkContext(messageId, header, context.paths, context.random);
    this.#context = context;
    this.#writePosition = (header.startOctet ?? 1) - 1;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get isWritable(): boolean {
    return this.#queuedOctets < MESSAGE_QUEUE_OCTETS && this.#queue.length < MESSAGE_QUEUE_ITEMS;
  }

  get answeredEnd(): number {
    if (this.#failureReport !== "yes") return 0;
    let end = this.#chunk?.position ?? this.#writePosition;
    const head = this.#queue.find((item) => item.kind === "octets");
    // Others that follow in memory may have joined it since it began to leave.
    if (head !== undefined) end = Math.min(end, head.position + this.#headOctets);
    for (const { position } of this.#unanswered) return Math.min(end, position);
    return end;
  }

  get isChunkOpen(): boolean {
    return this.#chunk !== undefined;
  }

  /** 1-based number of the last octet that left, for reports about octets never sent. */
  get lastOctetSent(): number {
    return this.#sentEnd;
  }

  write(bytes: Buffer): boolean {
    if (this.#isFinished) throw new LocalProtocolError("write after finish");
    if (this.#isSettled) return true;
    if (bytes.length > 0) {
      this.#queueOctets(this.#short.keep(bytes));
      this.#queuedOctets += bytes.length;
      this.#writePosition += bytes.length;
      this.#context.want(this);
    }
    this.#answeredFull = !this.isWritable;
    return !this.#answeredFull;
  }

  #queueOctets(bytes: Buffer): void {
    const position = this.#writePosition;
    const last = this.#queue.at(-1);
    const isNext = last?.kind === "octets" && last.position + last.bytes.length === position;
    const joined = isNext ? joinedView(last.bytes, bytes) : undefined;
    if (isNext && joined !== undefined) last.bytes = joined;
    else this.#queue.push({ kind: "octets", position, bytes });
  }

  endChunk(): void {
    if (this.#isFinished || this.#isSettled || this.#queue.at(-1)?.kind === "end-chunk") return;
    this.#queue.push({ kind: "end-chunk" });
    this.#context.want(this);
  }

  seek(startOctet: number): void {
    if (startOctet - 1 === this.#writePosition) return;
    this.#writePosition = startOctet - 1;
    this.endChunk();
  }

  finish(): void {
    if (this.#isFinished || this.#isSettled) return;
    this.#isFinished = true;
    this.#context.want(this);
  }

  abort(): void {
    this.#stop({ kind: "aborted" });
    // Octets may have left in chunks that ended with `+`: `#` needs a chunk of its own then (RFC 4975 §7.1).
    this.#context.want(this);
  }

  /** The session ended. An open chunk ends with `#` when the connection forgets this source. */
  close(message: string): void {
    this.#stop({ kind: "closed", message });
  }

  /** The connection was lost. Early in a message the peer may not have liked the length of its chunks. */
  onConnectionLost(message: string): void {
    const octets = this.#chunk?.octets ?? this.#unansweredOctets;
    if (!this.#isSettled && this.#acknowledgedOctets === 0) this.#context.pace.fallBack(octets);
    this.#chunk = undefined;
    this.close(message);
  }

  /** The peer told of a failure by REPORT: nothing more is sent (RFC 4975 §7.1.2). */
  onFailureReport(status: number, comment: string | undefined): void {
    this.#reject(status, comment ?? "");
  }

  writeTurn(writer: ChunkWriter, octets: number): boolean {
    if (this.#isSettled) return this.#writeAbort(writer);
    let left = octets;
    while (left > 0) {
      const written = this.#writeNext(writer, left);
      if (written === undefined) break;
      left -= written;
    }
    this.#announceRoom();
    return left <= 0 && (this.#queue.length > 0 || this.#isFinished) && !this.#isLastSent;
  }

  interrupt(writer: ChunkWriter): void {
    if (this.#isSettled) this.#writeAbort(writer);
    else this.#closeChunk(writer, "+");
  }

  /**
   * One step of sending.
   * @returns the octets of body that left; undefined when nothing more can leave now
   */
  #writeNext(writer: ChunkWriter, limit: number): number | undefined {
    const item = this.#queue[0];
    if (item === undefined) {
      this.#writeEnd(writer);
      return undefined;
    }
    if (item.kind === "end-chunk") {
      this.#queue.shift();
      this.#closeChunk(writer, "+");
      return 0;
    }
    const chunk = this.#chunkAt(item.position + this.#headOctets, writer);
    if (chunk === undefined) return undefined;
    const room = Math.min(limit, this.#chunkOctets - chunk.octets);
    const end = Math.min(item.bytes.length, this.#headOctets + room);
    const bytes = item.bytes.subarray(this.#headOctets, end);
    if (!chunk.write(bytes, writer)) {
      // The octets hold this chunk's own end-line: they go in another one.
      this.#closeChunk(writer, "+");
      return 0;
    }
    this.#queuedOctets -= bytes.length;
    this.#sentEnd = Math.max(this.#sentEnd, chunk.end);
    this.#headOctets = end;
    if (end === item.bytes.length) {
      this.#queue.shift();
      this.#headOctets = 0;
    }
    return bytes.length;
  }

  /** The chunk that octets for this place go to: the open one, or a new one if the window has room. */
  #chunkAt(position: number, writer: ChunkWriter): OpenChunk | undefined {
    if (this.#chunk !== undefined) {
      const fits = this.#chunk.end === position && this.#chunk.octets < this.#chunkOctets;
      if (fits) return this.#chunk;
      this.#closeChunk(writer, "+");
    }
    if (!this.#hasWindow()) return undefined;
    return this.#openChunk(position, writer);
  }

  /** What the next hop takes at once, and what the receiver behind it takes in time. */
  get #chunkOctets(): number {
    return Math.min(this.#context.pace.chunkOctets, this.#timed.chunkOctets);
  }

  #hasWindow(): boolean {
    const { pace } = this.#context;
    const chunks = this.#unanswered.size;
    if (chunks === 0) return true;
    const windowOctets = Math.min(pace.windowOctets, this.#timed.windowOctets);
    return chunks < pace.windowChunks && this.#unansweredOctets < windowOctets;
  }

  #openChunk(position: number, writer: ChunkWriter): OpenChunk {
    // Before the peer has taken chunks as long as this one, it may have to go again in smaller ones.
    const mayGoAgain = this.#failureReport === "yes" && !this.#context.pace.isProven;
    const chunk = new OpenChunk(position, this.#chunkContext, mayGoAgain);
    chunk.open(writer);
    this.#chunk = chunk;
    this.#context.transactions.begun(chunk.transactionId, (status, comment) => {
      this.#onEarly(chunk, status, comment);
    });
    return chunk;
  }

  /** `$`, once everything before it has left; in a chunk of its own when none is open. */
  #writeEnd(writer: ChunkWriter): void {
    if (!this.#isFinished || this.#isLastSent) return;
    if (this.#chunk === undefined) {
      if (!this.#hasWindow()) return;
      this.#openChunk(this.#writePosition, writer);
    }
    this.#isLastSent = true;
    this.#closeChunk(writer, "$");
  }

  /** `#` in the open chunk, or in an empty one where the peer holds a part of the message. */
  #writeAbort(writer: ChunkWriter): false {
    if (!this.#isAbortDue) return false;
    this.#isAbortDue = false;
    const chunk = this.#chunk ?? this.#openChunk(this.#sentEnd, writer);
    this.#chunk = undefined;
    this.#context.transactions.ended(chunk.transactionId);
    chunk.close("#", writer);
    this.#context.onSettled(this);
    return false;
  }

  #closeChunk(writer: ChunkWriter, flag: "$" | "+"): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    this.#chunk = undefined;
    this.#context.transactions.ended(chunk.transactionId);
    chunk.close(flag, writer);
    if (this.#failureReport === "no") {
      this.#settleWhenDone();
      return;
    }
    if (this.#failureReport === "partial") {
      this.#context.transactions.expectRefusal(chunk.transactionId, (status, comment) => {
        this.#onRefused(chunk, status, comment);
      });
      this.#settleWhenDone();
      return;
    }
    this.#unanswered.add(chunk);
    this.#unansweredOctets += chunk.octets;
    const { early } = chunk;
    if (early !== undefined) {
      // Not while this turn writes: it may change what is to be written.
      queueMicrotask(() => {
        this.#onResponse(chunk, { ...early, times: AT_ONCE });
      });
      return;
    }
    this.#context.transactions.add(chunk.transactionId, {
      onResponse: (status, comment, times) => {
        this.#onResponse(chunk, { status, comment, times });
      },
      onTimeout: () => {
        this.#context.pace.onSilence(this.#unanswered.size);
        this.#stop({ kind: "timeout" });
        this.#context.want(this);
      },
    });
  }

  /** RFC 4975 §10.5: 413 stops the message now. Whatever else it is counts when the chunk has ended. */
  #onEarly(chunk: OpenChunk, status: number, comment: string): void {
    if (this.#isSettled || this.#failureReport === "no") return;
    if (status === 413) this.#reject(status, comment);
    else chunk.early = { status, comment };
  }

  #onResponse(
    chunk: OpenChunk,
    {
      status,
      comment,
      times,
    }: { readonly status: number; readonly comment: string; readonly times: ResponseTimes },
  ): void {
    if (this.#isSettled) return;
    this.#unanswered.delete(chunk);
    this.#unansweredOctets -= chunk.octets;
    if (status !== 200) {
      this.#onRefused(chunk, status, comment);
      return;
    }
    this.#context.pace.onAccepted(chunk.octets);
    this.#timed.onAnswer(chunk.octets, times);
    this.#acknowledgedOctets += chunk.octets;
    this.events.emit("acknowledged", { octets: this.#acknowledgedOctets });
    this.#settleWhenDone();
    if (this.#needsTurns) this.#context.want(this);
  }

  get #needsTurns(): boolean {
    return !this.#isSettled && (this.#queue.length > 0 || this.#isFinished);
  }

  #onRefused(chunk: OpenChunk, status: number, comment: string): void {
    if (this.#isSettled) return;
    if (allowsRetry(status) && this.#context.pace.fallBack(chunk.octets)) this.#sendAgain(chunk);
    else this.#reject(status, comment);
  }

  #sendAgain(chunk: OpenChunk): void {
    this.#cutHead();
    const { position, pieces } = chunk;
    if (pieces.length > 0)
      this.#queue.unshift({ kind: "octets", position, bytes: Buffer.concat(pieces) });
    this.#queuedOctets += chunk.octets;
    this.#isLastSent = false;
    this.#context.want(this);
  }

  /** Takes off the first item what has left of it, so that others can go before it. */
  #cutHead(): void {
    const head = this.#queue[0];
    const octets = this.#headOctets;
    this.#headOctets = 0;
    if (head?.kind !== "octets" || octets === 0) return;
    const { position, bytes } = head;
    this.#queue[0] = {
      kind: "octets",
      position: position + octets,
      bytes: bytes.subarray(octets),
    };
  }

  #settleWhenDone(): void {
    if (this.#isLastSent && this.#unanswered.size === 0 && this.#queue.length === 0) {
      this.#finishWith({ kind: "acknowledged" });
      this.#context.onSettled(this);
    }
  }

  #reject(status: number, comment: string): void {
    this.#stop({ kind: "rejected", status, ...(comment === "" ? {} : { comment }) });
    this.#context.want(this);
  }

  /** Drops what waits; an interruptible chunk that is open ends with `#` at the next turn. */
  #stop(outcome: MessageOutcome): void {
    if (this.#isSettled) return;
    this.#isAbortDue =
      this.#chunk !== undefined ||
      (outcome.kind === "aborted" && this.#sentEnd > 0 && !this.#isLastSent);
    this.#finishWith(outcome);
    if (!this.#isAbortDue || outcome.kind === "closed") this.#context.onSettled(this);
  }

  #finishWith(outcome: MessageOutcome): void {
    this.#isSettled = true;
    this.#queue.length = 0;
    this.#headOctets = 0;
    this.#queuedOctets = 0;
    this.#short.end();
    this.#settle(outcome);
    this.#announceRoom();
  }

  #announceRoom(): void {
    if (!this.#answeredFull || !this.isWritable) return;
    this.#answeredFull = false;
    this.events.emit("drained", undefined);
  }
}
