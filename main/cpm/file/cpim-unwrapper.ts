import type {
  ChunkSink,
  ContinuationFlag,
  IncomingChunk,
  MessageReceiver,
  MsrpReport,
  MsrpSession,
} from "../../msrp/session/session.ts";
import { type CpimWrapper, readCpimWrapper } from "../body/cpim-wrapper.ts";

type Refusal = { readonly reject: number; readonly comment?: string };

/**
 * Takes files out of CPIM wrappers before a receiver sees them (RFC 4975 §8.6, RFC 5547 §9.1). The wrapper's headers
 * are in the first octets of the message only; places, length and REPORTs are those of the message with its wrapper.
 */
export class CpimUnwrapper implements MessageReceiver {
  readonly #inner: MessageReceiver;
  #start: Buffer = Buffer.alloc(0);
  #wrapper: CpimWrapper | undefined;

  constructor(inner: MessageReceiver) {
    this.#inner = inner;
  }

  begin(chunk: IncomingChunk): ChunkSink | Refusal {
    const type = chunk.contentType.split(";", 1)[0]?.trim().toLowerCase();
    if (type !== "message/cpim") return this.#inner.begin(chunk);
    if (this.#wrapper !== undefined) return this.#beginAgain(chunk, this.#wrapper);
    // What stands where is known only when the headers are there.
    if (chunk.position !== this.#start.length)
      return { reject: 400, comment: "the wrapper's headers have not come" };
    return new WrappedSink(chunk, this);
  }

  /** From the sink: octets of the headers, or behind them. "more": nothing of the file is there yet. */
  take(chunk: IncomingChunk, bytes: Buffer): "more" | { sink: ChunkSink; rest: Buffer } | Refusal {
    const before = this.#start.length;
    this.#start = Buffer.concat([this.#start, bytes]);
    const wrapper = readCpimWrapper(this.#start);
    if (wrapper === "more") return wrapper;
    this.#start = this.#start.subarray(0, before);
    if (wrapper === undefined) return { reject: 400, comment: "no CPIM message" };
    if (wrapper.encoding !== undefined) return { reject: 415, comment: wrapper.encoding };
    this.#wrapper = wrapper;
    const sink = this.#beginInner(chunk, wrapper);
    return "reject" in sink ? sink : { sink, rest: bytes.subarray(wrapper.octets - before) };
  }

  /** The headers may come again with what follows them (RFC 4975 §7.3). */
  #beginAgain(chunk: IncomingChunk, wrapper: CpimWrapper): ChunkSink | Refusal {
    const sink = this.#beginInner(chunk, wrapper);
    const known = wrapper.octets - chunk.position;
    return known <= 0 || "reject" in sink ? sink : new SkippingSink(sink, known);
  }

  #beginInner(chunk: IncomingChunk, wrapper: CpimWrapper): ChunkSink | Refusal {
    const { octets, contentType } = wrapper;
    const { messageId, byteRange, position, totalOctets, successReport, failureReport, headers } =
      chunk;
    return this.#inner.begin({
      ...{ messageId, contentType, byteRange, successReport, failureReport, headers },
      session: new WrappedSession(chunk.session, octets),
      position: Math.max(0, position - octets),
      totalOctets: totalOctets === "*" ? "*" : totalOctets - octets,
      reject: (status, comment) => {
        chunk.reject(status, comment);
      },
    });
  }
}

/** A chunk that begins in the headers. */
class WrappedSink implements ChunkSink {
  readonly #chunk: IncomingChunk;
  readonly #unwrapper: CpimUnwrapper;
  #sink: ChunkSink | undefined;

  constructor(chunk: IncomingChunk, unwrapper: CpimUnwrapper) {
    this.#chunk = chunk;
    this.#unwrapper = unwrapper;
  }

  write(bytes: Buffer): boolean {
    if (this.#sink !== undefined) return this.#sink.write(bytes);
    const taken = this.#unwrapper.take(this.#chunk, bytes);
    if (taken === "more") return true;
    if ("reject" in taken) {
      this.#chunk.reject(taken.reject, taken.comment);
      return true;
    }
    this.#sink = taken.sink;
    return taken.rest.length === 0 || taken.sink.write(taken.rest);
  }

  end(flag: ContinuationFlag, reply: (status: number, comment?: string) => void): void {
    if (this.#sink !== undefined) this.#sink.end(flag, reply);
    else if (flag === "$") reply(400, "no CPIM message");
    else reply(200);
  }

  broken(): void {
    this.#sink?.broken();
  }
}

/** Leaves out the first octets. */
class SkippingSink implements ChunkSink {
  readonly #sink: ChunkSink;
  #left: number;

  constructor(sink: ChunkSink, octets: number) {
    this.#sink = sink;
    this.#left = octets;
  }

  write(bytes: Buffer): boolean {
    const rest = bytes.subarray(Math.min(this.#left, bytes.length));
    this.#left -= bytes.length - rest.length;
    return rest.length === 0 || this.#sink.write(rest);
  }

  end(...told: Parameters<ChunkSink["end"]>): void {
    this.#sink.end(...told);
  }

  broken(): void {
    this.#sink.broken();
  }
}

/** The session as the receiver of the file sees it: REPORTs count the wrapper, too. */
class WrappedSession implements MsrpSession {
  readonly localUri: MsrpSession["localUri"];
  readonly remotePath: MsrpSession["remotePath"];
  readonly bound: MsrpSession["bound"];
  readonly events: MsrpSession["events"];
  readonly #session: MsrpSession;
  readonly #wrapperOctets: number;

  constructor(session: MsrpSession, wrapperOctets: number) {
    this.localUri = session.localUri;
    this.remotePath = session.remotePath;
    this.bound = session.bound;
    this.events = session.events;
    this.#session = session;
    this.#wrapperOctets = wrapperOctets;
  }

  send(header: Parameters<MsrpSession["send"]>[0]): ReturnType<MsrpSession["send"]> {
    return this.#session.send(header);
  }

  report(report: MsrpReport): void {
    const { start, end, total } = report.range;
    const more = (octets: number | "*"): number | "*" =>
      octets === "*" ? octets : octets + this.#wrapperOctets;
    this.#session.report({ ...report, range: { start, end: more(end), total: more(total) } });
  }

  pauseReading(): void {
    this.#session.pauseReading();
  }

  resumeReading(): void {
    this.#session.resumeReading();
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
