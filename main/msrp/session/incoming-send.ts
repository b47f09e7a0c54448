import { LocalProtocolError } from "../../base/protocol-error.ts";
import type { ByteRange } from "../framing/byte-range.ts";
import type { ContinuationFlag } from "../framing/end-line.ts";
import type { FrameSink } from "../framing/frame-wire.ts";
import { MAX_RANGES, type ReceivedRanges } from "./received-ranges.ts";
import type { SendHead } from "./send-head.ts";
import type {
  ChunkSink,
  FailureReport,
  HeaderLine,
  IncomingChunk,
  MessageReceiver,
  MsrpSession,
} from "./session.ts";

/** What is known of a message that arrives. */
export interface IncomingMessage {
  readonly ranges: ReceivedRanges;
  total: number | "*";
  /** The chunk with `$` was acknowledged. */
  hasLast: boolean;
  state: "open" | "complete" | "aborted";
}

export type Reply = (status: number, comment?: string) => void;

export interface IncomingSendContext {
  readonly send: SendHead;
  readonly message: IncomingMessage;
  readonly failureReport: FailureReport;
  readonly session: MsrpSession;
  readonly receiver: MessageReceiver;
  readonly maxSizeOctets: number;
  readonly reply: Reply;
}

/** One chunk with a body on its way in: checks the length that really arrives, and hands the octets on uncopied. */
export class IncomingSend implements FrameSink, IncomingChunk {
  readonly #context: IncomingSendContext;
  readonly position: number;
  /** One past the last place that this chunk may fill. */
  readonly #limit: number;
  #sink: ChunkSink | undefined;
  #octets = 0;
  #isAnswered = false;
  #hasEnded = false;

  private constructor(context: IncomingSendContext) {
    this.#context = context;
    this.position = context.send.byteRange.start - 1;
    const { end } = context.send.byteRange;
    const { total } = context.message;
    this.#limit = Math.min(
      end === "*" ? Infinity : end,
      total === "*" ? Infinity : total,
      context.maxSizeOctets,
    );
  }

  static begin(context: IncomingSendContext): IncomingSend {
    const chunk = new IncomingSend(context);
    const sink = context.receiver.begin(chunk);
    if ("reject" in sink) chunk.reject(sink.reject, sink.comment);
    else if (!chunk.#isAnswered) chunk.#sink = sink;
    return chunk;
  }

  get session(): MsrpSession {
    return this.#context.session;
  }
  get messageId(): string {
    return this.#context.send.messageId;
  }
  get contentType(): string {
    return this.#context.send.contentType;
  }
  get byteRange(): ByteRange {
    return this.#context.send.byteRange;
  }
  get totalOctets(): number | "*" {
    return this.#context.send.byteRange.total;
  }
  get successReport(): boolean {
    return this.#context.send.successReport;
  }
  get failureReport(): FailureReport {
    return this.#context.failureReport;
  }
  get headers(): readonly HeaderLine[] {
    return this.#context.send.headers;
  }

  reject(status: number, comment?: string): void {
    if (this.#hasEnded) return;
    this.#refuse(status, comment);
  }

  #refuse(status: number, comment?: string): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#sink = undefined;
    this.#context.reply(status, comment);
  }

  onBody(bytes: Buffer): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    const end = this.position + this.#octets + bytes.length;
    if (end > this.#limit) {
      this.#refuseLength(sink);
      return;
    }
    this.#octets += bytes.length;
    if (!sink.write(bytes)) this.#context.session.pauseReading();
  }

  onEnd(flag: ContinuationFlag): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    this.#sink = undefined;
    this.#hasEnded = true;
    const { message } = this.#context;
    if (!message.ranges.add(this.position, this.position + this.#octets)) {
      sink.broken();
      this.#refuse(413, `more than ${String(MAX_RANGES)} ranges`);
      return;
    }
    // `#` on a chunk of ours ends the message (RFC 4975 §7.1); nothing of it may follow.
    if (flag === "#") message.state = "aborted";
    sink.end(flag, (status, comment) => {
      if (this.#isAnswered) throw new LocalProtocolError("a chunk answered twice");
      this.#isAnswered = true;
      if (status === 200) this.#noteComplete(flag);
      this.#context.reply(status, comment);
    });
  }

  onBroken(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.broken();
  }

  /** Longer than announced is a contradiction; longer than accepted must stop (RFC 4975 §10.5). */
  #refuseLength(sink: ChunkSink): void {
    sink.broken();
    if (this.#limit < this.#context.maxSizeOctets) this.reject(400, "longer than its Byte-Range");
    else this.reject(413, "longer than accepted");
  }

  /** A message is complete, and never written again, once its last chunk and every octet have been acknowledged. */
  #noteComplete(flag: ContinuationFlag): void {
    const { message } = this.#context;
    // The `$` chunk defines the length (RFC 4975 §7.3.1).
    if (flag === "$" && message.total === "*") message.total = this.position + this.#octets;
    if (flag === "$") message.hasLast = true;
    const isWhole = message.total !== "*" && message.ranges.covers(message.total);
    if (message.hasLast && isWhole) message.state = "complete";
  }
}
