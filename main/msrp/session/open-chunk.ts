import type { TraceStamp } from "../../../shared/model/trace-record.ts";
import type { Random } from "../../base/ports.ts";
import { type ContinuationFlag, endLine, suspectedCut, terminatorOf } from "../framing/end-line.ts";
import type { ChunkWriter } from "../framing/frame-wire.ts";
import { headerLines, newTransactionId, type Paths, pathLines } from "../framing/serialize.ts";
import type { OutgoingHeader } from "./outgoing-message.ts";
import { joinedView } from "./short-pieces.ts";

/** What all chunks of one message share. */
export interface ChunkContext {
  readonly random: Random;
  readonly messageId: string;
  readonly totalOctets: number | "*";
  /** Header lines before and after Byte-Range, each with its CRLF. */
  readonly linesBefore: string;
  readonly linesAfter: string;
}

/** Paths and Message-ID before the range, report wishes and content after it (RFC 4975 §9: Content-Type is last). */
export function chunkContext(
  messageId: string,
  header: OutgoingHeader,
  paths: Paths,
  random: Random,
): ChunkContext {
  const wishes: [string, string][] = [];
  if (header.successReport) wishes.push(["Success-Report", "yes"]);
  if (header.failureReport !== "yes") wishes.push(["Failure-Report", header.failureReport]);
  const others = (header.headers ?? []).map(({ name, value }): [string, string] => [name, value]);
  return {
    random,
    messageId,
    totalOctets: header.totalOctets,
    linesBefore: pathLines(paths) + headerLines([["Message-ID", messageId]]),
    linesAfter: headerLines([...wishes, ...others, ["Content-Type", header.contentType]]),
  };
}

/** One SEND that is being written: head first, then octets as they come, then the end-line. */
export class OpenChunk {
  readonly transactionId: string;
  /** 0-based place of the first octet. */
  readonly position: number;
  /** What was written, where it may have to go again. */
  readonly pieces: Buffer[] = [];
  /** The response that came before its end. */
  early: { readonly status: number; readonly comment: string } | undefined;
  readonly #keepsOctets: boolean;
  readonly #context: ChunkContext;
  readonly #terminator: Buffer;
  #octets = 0;
  #head = "";
  #byteRange = "";
  #stamp: TraceStamp | undefined;
  /** The last octets written, where they may be the beginning of our end-line. */
  #suspect: Buffer | undefined;

  constructor(position: number, context: ChunkContext, keepsOctets: boolean) {
    this.position = position;
    this.#keepsOctets = keepsOctets;
    this.#context = context;
    this.transactionId = newTransactionId(context.random);
    this.#terminator = terminatorOf(this.transactionId);
  }

  get octets(): number {
    return this.#octets;
  }

  /** 0-based place of the octet that comes next. */
  get end(): number {
    return this.position + this.#octets;
  }

  open(writer: ChunkWriter): void {
    const { totalOctets, linesBefore, linesAfter } = this.#context;
    // Interruptible, hence without an end (RFC 4975 §7.1.1); an empty message has its own form.
    const end = totalOctets === 0 ? "0" : "*";
    this.#byteRange = `${String(this.position + 1)}-${end}/${String(totalOctets)}`;
    this.#head = `MSRP ${this.transactionId} SEND\r\n${linesBefore}Byte-Range: ${this.#byteRange}\r\n${linesAfter}\r\n`;
    this.#stamp = writer.stamp();
    writer.writeText(this.#head);
  }

  /** @returns false, and nothing is written, when the octets would read as this chunk's end-line */
  write(bytes: Buffer, writer: ChunkWriter): boolean {
    if (this.#collides(bytes)) return false;
    this.#suspect = this.#suspectAfter(bytes);
    if (this.#keepsOctets) this.#keep(bytes);
    this.#octets += bytes.length;
    writer.writeBytes(bytes);
    return true;
  }

  #keep(bytes: Buffer): void {
    const last = this.pieces.pop();
    const joined = last === undefined ? bytes : joinedView(last, bytes);
    if (joined !== undefined) this.pieces.push(joined);
    else if (last !== undefined) this.pieces.push(last, bytes);
  }

  close(flag: ContinuationFlag, writer: ChunkWriter): void {
    const end = endLine(this.transactionId, flag);
    writer.writeText(`\r\n${end}`);
    writer.record({
      summary: {
        method: "SEND",
        tid: this.transactionId,
        messageId: this.#context.messageId,
        byteRange: this.#byteRange,
        flag,
        hasBody: true,
      },
      text: this.#head + end,
      ...(this.#stamp === undefined ? {} : { stamp: this.#stamp }),
    });
  }

  /** RFC 4975 §7.1: the end-line must not occur in the body, not even across two pieces. */
  #collides(bytes: Buffer): boolean {
    const terminator = this.#terminator;
    if (this.#suspect !== undefined) {
      const joined = Buffer.concat([this.#suspect, bytes.subarray(0, terminator.length)]);
      if (joined.includes(terminator)) return true;
    }
    return bytes.includes(terminator);
  }

  #suspectAfter(bytes: Buffer): Buffer | undefined {
    const isShort = bytes.length < this.#terminator.length;
    const recent =
      this.#suspect !== undefined && isShort ? Buffer.concat([this.#suspect, bytes]) : bytes;
    const cut = suspectedCut(recent, 0, this.#terminator);
    return cut < recent.length ? recent.subarray(cut) : undefined;
  }
}
