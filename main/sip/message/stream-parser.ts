import { type SipParseError, sipParseError } from "../grammar/parse-error.ts";
import { type SipLimits, STREAM_LIMITS } from "./limits.ts";
import type { SipMessage } from "./message.ts";
import { contentLengthOf } from "./parse.ts";
import { parseHead } from "./parse-head.ts";

/**
 * What a stream yields. Keep-alives are CRLFs between messages (RFC 5626 §3.5.1): the first of two is reported as a
 * `pong`, the second as the `ping` that both make together, so that the outcome does not depend on how the octets were
 * split. An error means that framing is lost: nothing after it can be read, close the connection.
 */
export type StreamItem =
  | {
      readonly kind: "message";
      readonly message: SipMessage;
      /** The octets of this one message, for the trace. */
      readonly raw: Buffer;
    }
  | { readonly kind: "keep-alive"; readonly signal: "ping" | "pong" }
  | { readonly kind: "error"; readonly error: SipParseError };

const HEAD_END = "\r\n\r\n";
const CR = 0x0d;
/** First octet of a TLS handshake (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16;
const LF = 0x0a;

interface Awaited {
  /** Start line, header fields and the empty line. */
  readonly head: Buffer;
  readonly message: SipMessage;
  readonly bodyOctets: number;
}

/**
 * Frames messages on a byte stream (RFC 3261 §18.3): several in one segment, or one in as many segments as it has octets.
 * Holds at most one message; each octet is searched once.
 */
export class SipStreamParser {
  readonly #limits: SipLimits;
  /** Unread octets are `#start` to `#end`; what lies behind is room to grow. */
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  /** The buffer that we allocated ourselves; any other belongs to the caller and has no room of ours behind it. */
  #owned: Buffer | undefined;
  /** No end of the header fields begins before this index. */
  #searched = 0;
  #awaited: Awaited | undefined;
  #isAfterPong = false;
  #isLost = false;

  constructor(limits: SipLimits = STREAM_LIMITS) {
    this.#limits = limits;
  }

  /** True while a message has begun and not ended: a connection that stays so for long is stalled. */
  get isInMessage(): boolean {
    return this.#awaited !== undefined || this.#end > this.#start;
  }

  /** The last keep-alive was the answer to a ping of ours: it is not half of one. */
  endKeepAlive(): void {
    this.#isAfterPong = false;
  }

  /** `bytes` may be kept, and bodies may share its memory. After an error nothing more comes. */
  push(bytes: Buffer): readonly StreamItem[] {
    if (this.#isLost) return [];
    this.#append(bytes);
    const items: StreamItem[] = [];
    for (let item = this.#next(); item !== undefined; item = this.#next()) {
      items.push(item);
      if (item.kind === "error") {
        this.#isLost = true;
        this.#buffer = Buffer.alloc(0);
        break;
      }
    }
    return items;
  }

  #append(bytes: Buffer): void {
    const held = this.#end - this.#start;
    if (held === 0) {
      this.#buffer = bytes;
      this.#start = 0;
      this.#end = bytes.length;
      this.#searched = 0;
      return;
    }
    const needed = held + bytes.length;
    // A new buffer whenever the octets do not fit behind the old ones: bodies already handed out keep their memory.
    if (this.#end + bytes.length > this.#buffer.length || !this.#isOwned()) {
      const grown = Buffer.allocUnsafe(Math.max(needed, held * 2, 1024));
      this.#buffer.copy(grown, 0, this.#start, this.#end);
      this.#searched -= this.#start;
      this.#buffer = grown;
      this.#owned = grown;
      this.#start = 0;
      this.#end = held;
    }
    bytes.copy(this.#buffer, this.#end);
    this.#end += bytes.length;
  }

  #isOwned(): boolean {
    return this.#buffer === this.#owned;
  }

  #next(): StreamItem | undefined {
    const item = this.#awaited === undefined ? this.#nextHead() : undefined;
    if (item !== undefined) return item;
    const awaited = this.#awaited;
    return awaited === undefined ? undefined : this.#nextBody(awaited);
  }

  #nextHead(): StreamItem | undefined {
    if (this.#buffer[this.#start] === CR && this.#end > this.#start) return this.#keepAlive();
    if (this.#end > this.#start) this.#isAfterPong = false;
    // A hello has no end that could be waited for, and whoever sent it waits for an answer.
    if (this.#end > this.#start && this.#buffer[this.#start] === TLS_HANDSHAKE) {
      return lost("TLS where it is not spoken");
    }
    const headEnd = this.#indexOfHeadEnd();
    const headOctets = (headEnd < 0 ? this.#end : headEnd) - this.#start;
    // Up to three octets of an end that is still under way belong to no head.
    const isTooLong =
      headOctets > this.#limits.headOctets &&
      (headEnd >= 0 || headOctets - this.#endBegun() > this.#limits.headOctets);
    if (isTooLong) return lost("header fields too long");
    return headEnd < 0 ? undefined : this.#takeHead(headEnd);
  }

  #takeHead(headEnd: number): StreamItem | undefined {
    const headOctets = headEnd - this.#start;
    const parsed = parseHead(this.#buffer.subarray(this.#start, headEnd), this.#limits);
    if (!parsed.ok) return { kind: "error", error: parsed.error };
    const message = parsed.value;
    const length = contentLengthOf(message);
    if (!length.ok) return { kind: "error", error: length.error };
    if (length.value === undefined) return lost("Content-Length is missing");
    const total = headOctets + HEAD_END.length + length.value;
    if (length.value > this.#limits.bodyOctets || total > this.#limits.messageOctets) {
      return lost("body too long");
    }
    const bodyStart = headEnd + HEAD_END.length;
    const head = this.#buffer.subarray(this.#start, bodyStart);
    this.#start = bodyStart;
    this.#searched = bodyStart;
    this.#awaited = { head, message, bodyOctets: length.value };
    return undefined;
  }

  #nextBody({ head, message, bodyOctets }: Awaited): StreamItem | undefined {
    if (this.#end - this.#start < bodyOctets) return undefined;
    const body = this.#buffer.subarray(this.#start, this.#start + bodyOctets);
    this.#start += bodyOctets;
    this.#searched = this.#start;
    this.#awaited = undefined;
    if (bodyOctets === 0) return { kind: "message", message, raw: head };
    const raw = Buffer.concat([head, body]);
    return { kind: "message", message: { ...message, body }, raw };
  }

  #keepAlive(): StreamItem | undefined {
    if (this.#end - this.#start < 2) return undefined;
    if (this.#buffer[this.#start + 1] !== LF) return lost("CR without LF");
    this.#start += 2;
    this.#searched = this.#start;
    const signal = this.#isAfterPong ? "ping" : "pong";
    this.#isAfterPong = !this.#isAfterPong;
    return { kind: "keep-alive", signal };
  }

  /** How many octets of the empty line's CRLFs the unread ones end with. */
  #endBegun(): number {
    for (let octets = HEAD_END.length - 1; octets > 0; octets -= 1) {
      const tail = this.#buffer.latin1Slice(Math.max(this.#start, this.#end - octets), this.#end);
      if (tail === HEAD_END.slice(0, octets)) return octets;
    }
    return 0;
  }

  #indexOfHeadEnd(): number {
    const unread = this.#buffer.subarray(0, this.#end);
    const found = unread.indexOf(HEAD_END, Math.max(this.#start, this.#searched), "latin1");
    // The last three octets may be the beginning of an end that is still under way.
    if (found < 0) this.#searched = this.#end - (HEAD_END.length - 1);
    return found;
  }
}

function lost(what: string): StreamItem {
  return { kind: "error", error: sipParseError(what) };
}
