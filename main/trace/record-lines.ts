import type { TraceRecord, TraceSummary } from "../../shared/model/trace-record.ts";
import { err, ok, type Result } from "../base/result.ts";

/** Why one line of a trace file is not a record. */
export interface RecordLineError {
  readonly kind: "malformed-trace-line";
  readonly what: string;
}

/**
 * Octets of the longest line that is read. A SIP message of 64 KiB needs about 88 KiB in base64; a longer line is
 * damage, and a reader that waits for its end would keep it all in memory.
 */
export const MAX_LINE_OCTETS = 512 * 1024;

/** One record as one line, without its line feed. */
export function formatRecord(record: TraceRecord): string {
  return JSON.stringify(record);
}

/** Reads one line. Unknown members are ignored, so that newer writers stay readable. */
export function parseRecord(line: string): Result<TraceRecord, RecordLineError> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return malformed("not JSON");
  }
  const record = pick(value, RECORD_CHECKS);
  if (typeof record === "string") return malformed(record);
  const summary = pick(record["summary"], SUMMARY_CHECKS);
  if (typeof summary === "string") return malformed(`summary ${summary}`);
  // Checked border: every member passed the check of its name in the tables below.
  return ok({ ...record, summary } as unknown as TraceRecord);
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isCount: Check = (value) => Number.isSafeInteger(value);
const isFlag: Check = (value) => typeof value === "boolean";

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function oneOf(...values: readonly string[]): Check {
  return (value) => typeof value === "string" && values.includes(value);
}

const RECORD_CHECKS: Readonly<Record<keyof TraceRecord, Check>> = {
  t: (value) => typeof value === "string" && /^\d{1,20}$/.test(value),
  process: isText,
  n: isCount,
  element: (value) => typeof value === "string" && value !== "",
  peer: isText,
  local: isText,
  remote: isText,
  dir: oneOf("in", "out"),
  proto: oneOf("sip", "msrp"),
  transport: oneOf("udp", "tcp", "tls"),
  summary: (value) => typeof value === "object",
  raw: isText,
};

const SUMMARY_CHECKS: Readonly<Record<keyof TraceSummary, Check>> = {
  method: optional(isText),
  status: optional(isCount),
  cseq: optional(isText),
  callId: optional(isText),
  fromTag: optional(isText),
  toTag: optional(isText),
  topBranch: optional(isText),
  reason: optional(isText),
  conversationId: optional(isText),
  messageId: optional(isText),
  tid: optional(isText),
  byteRange: optional(isText),
  flag: optional(oneOf("$", "+", "#")),
  hasBody: optional(isFlag),
};

/** The members that the checks name, or the name of the first that is wrong. */
function pick(
  value: unknown,
  checks: Readonly<Record<string, Check>>,
): Readonly<Record<string, unknown>> | string {
  if (!isObject(value)) return "not an object";
  const picked: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(checks)) {
    const member = value[name];
    if (!check(member)) return name;
    if (member !== undefined) picked[name] = member;
  }
  return picked;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(what: string): Result<never, RecordLineError> {
  return err({ kind: "malformed-trace-line", what });
}

const LINE_FEED = 0x0a;

/** Cuts a stream of octets into lines; a line above the limit is dropped and counted, never kept. */
export class LineCutter {
  readonly #maxOctets: number;
  #parts: Buffer[] = [];
  #octets = 0;
  #isTooLong = false;
  #dropped = 0;

  constructor(maxOctets = MAX_LINE_OCTETS) {
    this.#maxOctets = maxOctets;
  }

  /** Lines that were longer than the limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The lines that `bytes` completes. Keeps a reference to the rest of `bytes`. */
  push(bytes: Buffer): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, start);
      if (end < 0) break;
      this.#keep(bytes.subarray(start, end));
      this.#finish(lines);
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
    return lines;
  }

  /** The last line when the stream ends without a line feed. */
  end(): readonly string[] {
    const lines: string[] = [];
    if (this.#octets > 0 || this.#isTooLong) this.#finish(lines);
    return lines;
  }

  #keep(part: Buffer): void {
    if (part.length === 0 || this.#isTooLong) return;
    if (this.#octets + part.length > this.#maxOctets) {
      this.#isTooLong = true;
      this.#parts = [];
      return;
    }
    this.#parts.push(part);
    this.#octets += part.length;
  }

  #finish(lines: string[]): void {
    if (this.#isTooLong) {
      this.#dropped += 1;
    } else {
      const line = Buffer.concat(this.#parts).toString("utf8").trim();
      if (line !== "") lines.push(line);
    }
    this.#parts = [];
    this.#octets = 0;
    this.#isTooLong = false;
  }
}

/** Records of several processes in one order: by time, within one process by its counter. */
export function mergeRecords(traces: readonly (readonly TraceRecord[])[]): readonly TraceRecord[] {
  return traces.flat().sort((a, b) => compareTimes(a.t, b.t) || compareInProcess(a, b));
}

function compareTimes(a: string, b: string): number {
  // Digits only: the longer number is the larger one once leading zeros are gone, and writers write none.
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compareInProcess(a: TraceRecord, b: TraceRecord): number {
  if (a.process === b.process) return a.n - b.n;
  // What was sent stands before what was received in the same nanosecond.
  if (a.dir !== b.dir) return a.dir === "out" ? -1 : 1;
  return a.process < b.process ? -1 : 1;
}
