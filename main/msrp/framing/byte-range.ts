import { parseDecimal } from "../../base/decimal.ts";
import { err, ok, type Result } from "../../base/result.ts";

/**
 * Octets of the message body that one chunk carries. 1-based, both ends inclusive, unlike every buffer here
 * (RFC 4975 §7.1). An empty body is `1-0/0`: the end lies one before the start.
 */
export interface ByteRange {
  readonly start: number;
  /** `*`: not known when the chunk began, or the chunk may be interrupted. */
  readonly end: number | "*";
  readonly total: number | "*";
}

export interface ByteRangeError {
  readonly kind: "malformed-range";
  readonly what: string;
  /** At most 100 characters of the value, for the trace. */
  readonly text: string;
}

/** The range of a chunk that carries no Byte-Range field: from the first octet, all else unknown. */
export const WHOLE_MESSAGE: ByteRange = { start: 1, end: "*", total: "*" };

/**
 * Reads a Byte-Range value and refuses every contradiction in it: start 0, an end before the start (one before is an
 * empty body), an end or start past the total.
 * @param text field value without CRLF, e.g. `1-2048/9000`
 */
export function parseByteRange(text: string): Result<ByteRange, ByteRangeError> {
  const fail = (what: string): Result<ByteRange, ByteRangeError> =>
    err({ kind: "malformed-range", what, text: text.slice(0, 100) });
  const dash = text.indexOf("-");
  const slash = text.indexOf("/", dash + 1);
  if (dash < 0 || slash < 0) return fail("not start-end/total");

  const start = parseDecimal(text.slice(0, dash));
  const end = parseNumberOrStar(text.slice(dash + 1, slash));
  const total = parseNumberOrStar(text.slice(slash + 1));
  if (start === undefined || end === undefined || total === undefined) return fail("not a number");
  const contradiction = contradictionIn({ start, end, total });
  return contradiction === undefined ? ok({ start, end, total }) : fail(contradiction);
}

function contradictionIn({ start, end, total }: ByteRange): string | undefined {
  if (start === 0) return "start is 0";
  if (end !== "*" && end < start - 1) return "end before start";
  if (end !== "*" && total !== "*" && end > total) return "end past total";
  return total !== "*" && start > total + 1 ? "start past total" : undefined;
}

function parseNumberOrStar(text: string): number | "*" | undefined {
  return text === "*" ? "*" : parseDecimal(text);
}

export function formatByteRange(range: ByteRange): string {
  return `${String(range.start)}-${String(range.end)}/${String(range.total)}`;
}
