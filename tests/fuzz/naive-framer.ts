import { isUtf8 } from "node:buffer";

/** A frame as the reference sees it; the parts of its head are left as they were written. */
export interface NaiveFrame {
  readonly transactionId: string;
  /** Method, or status and comment. */
  readonly what: string;
  /** Field lines, without CRLF. */
  readonly lines: readonly string[];
  readonly body: string | undefined;
  /** undefined where the stream ends inside the frame. */
  readonly flag: string | undefined;
}

export interface NaiveStream {
  readonly frames: readonly NaiveFrame[];
  /** Nothing after this point can be framed. */
  readonly isLost: boolean;
  /** The stream ends inside a frame. */
  readonly isInside: boolean;
}

const START = /^MSRP ([A-Za-z0-9][A-Za-z0-9.\-+%=]{3,31}) ([A-Z_]{1,32}|[0-9]{3}(?: .*)?)$/s;
const LINE = 16_384;
const FIELDS = 64;
const SECTION = 65_536;

type Head = Pick<NaiveFrame, "transactionId" | "what" | "lines">;

interface Reading {
  readonly frame?: NaiveFrame;
  /** What is left behind the frame; undefined: the framing is lost in it. */
  readonly rest?: string;
}

/**
 * RFC 4975 §7 read literally, on the whole stream at once, a character an octet: a start line, fields up to an end-line,
 * or up to a blank line and then everything before the first end-line with this transaction id. Slow, and obvious.
 */
export function naiveFrames(stream: string): NaiveStream {
  const frames: NaiveFrame[] = [];
  for (let rest = stream; rest !== ""; ) {
    const read = readFrame(rest);
    if (read.frame !== undefined) frames.push(read.frame);
    if (read.rest === undefined) return { frames, isLost: true, isInside: false };
    if (read.frame?.flag === undefined) return { frames, isLost: false, isInside: true };
    rest = read.rest;
  }
  return { frames, isLost: false, isInside: false };
}

/** The next line as written, with its end where it has one; undefined where it is none, or longer than allowed. */
function nextLine(stream: string, before: number): string | undefined {
  const end = stream.indexOf("\n") + 1;
  const written = end === 0 ? stream : stream.slice(0, end);
  const isTooLong = written.length > LINE + 2 || before + written.length > SECTION;
  return isTooLong || (end > 0 && !written.endsWith("\r\n")) ? undefined : written;
}

function readFrame(stream: string): Reading {
  const first = nextLine(stream, 0);
  if (first === undefined) return {};
  // The stream ends in a line: more may come, unless what is there begins no MSRP.
  if (!first.endsWith("\n")) return "MSRP ".startsWith(first.slice(0, 5)) ? { rest: "" } : {};
  const [, transactionId, what] = START.exec(first.slice(0, -2)) ?? [];
  if (transactionId === undefined || what === undefined) return {};
  return readFields({ transactionId, what, lines: [] }, stream.slice(first.length), first.length);
}

function readFields(head: Head, stream: string, before: number): Reading {
  const written = nextLine(stream, before);
  if (written === undefined) return {};
  if (!written.endsWith("\n")) return { rest: "" };
  const rest = stream.slice(written.length);
  const line = written.slice(0, -2);
  if (line === "") return readBody(head, rest);
  if (line.startsWith("-------")) {
    const flag = ["$", "+", "#"].find((one) => line === `-------${head.transactionId}${one}`);
    return flag === undefined ? {} : { frame: { ...head, body: undefined, flag }, rest };
  }
  if (head.lines.length >= FIELDS) return {};
  return readFields({ ...head, lines: [...head.lines, line] }, rest, before + written.length);
}

function readBody(head: Head, rest: string): Reading {
  // content-stuff begins with the type (RFC 4975 §9).
  if (!head.lines.some(isContentType)) return {};
  const ends = ["$", "+", "#"]
    .map((flag) => ({ flag, at: rest.indexOf(`\r\n-------${head.transactionId}${flag}\r\n`) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  const [first] = ends;
  if (first === undefined) return { frame: { ...head, body: rest, flag: undefined }, rest: "" };
  const frame = { ...head, body: rest.slice(0, first.at), flag: first.flag };
  return { frame, rest: rest.slice(first.at + 2 + 7 + head.transactionId.length + 3) };
}

/** UTF-8 without control characters but tabs may stand in what follows the colon. */
function isContentType(line: string): boolean {
  const value = line.slice("content-type:".length);
  const isClean = Array.from(value).every(
    (char) => char === "\t" || (char >= " " && char !== "\x7f"),
  );
  return (
    line.toLowerCase().startsWith("content-type:") &&
    isClean &&
    isUtf8(Buffer.from(value, "latin1"))
  );
}
