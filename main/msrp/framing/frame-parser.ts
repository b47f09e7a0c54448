import {
  AFTER_TERMINATOR,
  type ContinuationFlag,
  endLineFlag,
  matchTerminator,
  suspectedCut,
  terminatorOf,
} from "./end-line.ts";
import { type FrameHead, ParsedHead, parseStartLine, type StartLine } from "./frame-head.ts";
import { LineBuffer } from "./line-buffer.ts";

/** Caps of one header section. The peer cannot raise them. */
export interface FrameLimits {
  readonly lineOctets: number;
  readonly headers: number;
  readonly sectionOctets: number;
}

export const FRAME_LIMITS: FrameLimits = {
  lineOctets: 16_384,
  headers: 64,
  sectionOctets: 65_536,
};

/** Called in the order of the stream. The calls between `onHead` and `onEnd` belong to one frame. */
export interface FrameHandlers {
  onHead(head: FrameHead): void;
  /** A view of the octets given to `push`, or a small copy where an end-line was suspected across two reads. */
  onBody(bytes: Buffer): void;
  onEnd(flag: ContinuationFlag): void;
  /** Framing is lost for good: nothing after it can be trusted, the connection must be closed. Called once. */
  onLost(reason: string): void;
}

const LF = 0x0a;
const CR = 0x0d;
const PREFIX = "MSRP ";

/**
 * Cuts a stream into MSRP frames. The end-line alone ends a body: Byte-Range is not looked at, because a range that
 * lies would make us and the next hop see different frames (RFC 4975 §7.1, §7.3.1). It is found by a native search
 * that skips the needle's length at a time; no octet is looked at in JavaScript but at the end of a read.
 */
export class FrameParser {
  readonly #handlers: FrameHandlers;
  readonly #limits: FrameLimits;
  #state: "start" | "fields" | "body" | "lost" = "start";
  #start: StartLine | undefined;
  #lines: string[] = [];
  #sectionOctets = 0;
  /** The beginning of a header line that the last read cut. */
  readonly #line = new LineBuffer();
  /** In a body: the beginning of what may be the end-line, that the last read cut. */
  #tail: Buffer | undefined;
  #terminator: Buffer = EMPTY;
  #isHeld = false;
  #backlog: Buffer[] = [];

  constructor(handlers: FrameHandlers, limits: FrameLimits = FRAME_LIMITS) {
    this.#handlers = handlers;
    this.#limits = limits;
  }

  /** Octets taken in while held. */
  get backlogOctets(): number {
    return this.#backlog.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  /** True between a frame's first octet and its end-line. */
  get isInsideFrame(): boolean {
    return this.#state !== "start" || this.#line.length > 0;
  }

  push(bytes: Buffer): void {
    if (this.#isHeld) {
      this.#backlog.push(bytes);
      return;
    }
    let at = 0;
    while (at < bytes.length && this.#mayRead()) {
      at = this.#state === "body" ? this.#readBody(bytes, at) : this.#readLine(bytes, at);
    }
    if (at < bytes.length && this.#state !== "lost") this.#backlog.push(bytes.subarray(at));
  }

  #mayRead(): boolean {
    return !this.#isHeld && this.#state !== "lost";
  }

  /** Stops after the running call, until `release`; what is pushed meanwhile is kept. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    for (const bytes of backlog) this.push(bytes);
  }

  /** Takes nothing more. */
  stop(): void {
    this.#state = "lost";
    this.#backlog = [];
  }

  #readLine(bytes: Buffer, at: number): number {
    const lf = bytes.indexOf(LF, at);
    const octets = this.#line.length + (lf < 0 ? bytes.length : lf + 1) - at;
    if (octets > this.#limits.lineOctets + 2) return this.#lose("line too long", bytes);
    if (this.#sectionOctets + octets > this.#limits.sectionOctets) {
      return this.#lose("header section too long", bytes);
    }
    if (lf < 0) {
      this.#keepLine(bytes.subarray(at));
      return bytes.length;
    }
    const line =
      this.#line.length === 0 ? textOf(bytes, at, lf + 1) : this.#joinLine(bytes, at, lf + 1);
    if (line === undefined) return this.#lose("line end without CR", bytes);
    this.#sectionOctets += octets;
    this.#takeLine(line);
    return lf + 1;
  }

  #keepLine(bytes: Buffer): void {
    this.#line.append(bytes);
    if (this.#state !== "start") return;
    // Another protocol is told at its first octets, not after 16 KiB without a line end.
    const text = this.#line
      .view()
      .toString("latin1", 0, Math.min(PREFIX.length, this.#line.length));
    if (!PREFIX.startsWith(text)) this.#lose("not MSRP", bytes);
  }

  #joinLine(bytes: Buffer, at: number, end: number): string | undefined {
    this.#line.append(bytes.subarray(at, end));
    const whole = this.#line.view();
    const line = textOf(whole, 0, whole.length);
    this.#line.clear();
    return line;
  }

  #takeLine(line: string): void {
    if (this.#start === undefined) {
      this.#start = parseStartLine(line);
      if (this.#start === undefined) {
        this.#lose("not an MSRP start line", EMPTY);
        return;
      }
      this.#state = "fields";
      this.#lines.push(line);
      return;
    }
    if (line === "") {
      this.#beginBody(this.#start);
      return;
    }
    if (line.charCodeAt(0) === 0x2d && line.startsWith("-------")) {
      this.#endWithoutBody(this.#start, line);
      return;
    }
    if (this.#lines.length > this.#limits.headers) {
      this.#lose("too many headers", EMPTY);
      return;
    }
    this.#lines.push(line);
  }

  #beginBody(start: StartLine): void {
    const head = this.#head(start, true);
    // Content-Type is what a body begins with (RFC 4975 §9 content-stuff); without it we cannot agree where we are.
    if (head.fields.get("content-type") === undefined) {
      this.#lose("body without Content-Type", EMPTY);
      return;
    }
    this.#terminator = terminatorOf(start.transactionId);
    this.#state = "body";
    this.#handlers.onHead(head);
  }

  #endWithoutBody(start: StartLine, line: string): void {
    const flag = endLineFlag(line, start.transactionId);
    if (flag === undefined) {
      this.#lose("wrong end-line", EMPTY);
      return;
    }
    const head = this.#head(start, false);
    this.#reset();
    this.#handlers.onHead(head);
    this.#handlers.onEnd(flag);
  }

  #head(start: StartLine, hasBody: boolean): FrameHead {
    return new ParsedHead(start, this.#lines, hasBody);
  }

  #reset(): void {
    // A handler may have stopped the parser.
    if (this.#state !== "lost") this.#state = "start";
    this.#start = undefined;
    this.#lines = [];
    this.#sectionOctets = 0;
    this.#tail = undefined;
  }

  #readBody(bytes: Buffer, at: number): number {
    return this.#tail === undefined
      ? this.#scanBody(bytes, at)
      : this.#resolveTail(this.#tail, bytes, at);
  }

  #scanBody(bytes: Buffer, at: number): number {
    const terminator = this.#terminator;
    for (let from = at; ; ) {
      const found = bytes.indexOf(terminator, from);
      if (found < 0) break;
      const match = matchTerminator(bytes, found, terminator);
      if (match === "partial") break;
      if (match !== undefined) {
        this.#emitBody(bytes, at, found);
        this.#endBody(match);
        return found + terminator.length + AFTER_TERMINATOR;
      }
      from = found + 1;
    }
    const cut = suspectedCut(bytes, at, terminator);
    this.#emitBody(bytes, at, cut);
    // A copy: a view would keep the whole read alive.
    if (cut < bytes.length) this.#tail = Buffer.from(bytes.subarray(cut));
    return bytes.length;
  }

  /** Decides about the beginning of an end-line that the last read ended with. */
  #resolveTail(tail: Buffer, bytes: Buffer, at: number): number {
    const longest = this.#terminator.length + AFTER_TERMINATOR;
    const joined = Buffer.concat([tail, bytes.subarray(at, at + longest)]);
    for (let from = 0; from < tail.length; from += 1) {
      if (joined[from] !== CR) continue;
      const match = matchTerminator(joined, from, this.#terminator);
      if (match === undefined) continue;
      this.#emitBody(joined, 0, from);
      if (match === "partial") {
        // Only where `bytes` ends: the joined piece is longer than an end-line otherwise.
        this.#tail = joined.subarray(from);
        return bytes.length;
      }
      this.#tail = undefined;
      this.#endBody(match);
      return at + from + longest - tail.length;
    }
    this.#tail = undefined;
    this.#emitBody(joined, 0, tail.length);
    return at;
  }

  #emitBody(bytes: Buffer, start: number, end: number): void {
    if (start < end) this.#handlers.onBody(bytes.subarray(start, end));
  }

  #endBody(flag: ContinuationFlag): void {
    this.#reset();
    this.#handlers.onEnd(flag);
  }

  /** @returns the end of `bytes`: nothing more is read */
  #lose(reason: string, bytes: Buffer): number {
    if (this.#state !== "lost") {
      this.#state = "lost";
      this.#tail = undefined;
      this.#lines = [];
      this.#handlers.onLost(reason);
    }
    return bytes.length;
  }
}

/** One line without its CRLF, an octet a character; undefined where it ends otherwise. */
function textOf(bytes: Buffer, at: number, end: number): string | undefined {
  if (end - at < 2 || bytes[end - 2] !== CR) return undefined;
  return bytes.latin1Slice(at, end - 2);
}

const EMPTY = Buffer.alloc(0);
