import { parseDecimalIn } from "../../base/decimal.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { malformed, type SipParseError, sipParseError } from "../grammar/parse-error.ts";
import { DATAGRAM_LIMITS, type SipLimits } from "./limits.ts";
import type { SipMessage } from "./message.ts";
import { parseHead } from "./parse-head.ts";

/** `partial` holds start line and header fields where they could be read, so that a request can be refused with 400. */
export interface SipMessageError extends SipParseError {
  readonly partial?: SipMessage;
}

const HEAD_END = "\r\n\r\n";
const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads one datagram. Without Content-Length the body reaches to the end; octets beyond it are ignored; fewer than it
 * says are an error (RFC 3261 §18.3). Empty lines before the start line are skipped (§7.5). The body shares the
 * datagram's memory.
 */
export function parseSipMessage(
  bytes: Buffer,
  limits: SipLimits = DATAGRAM_LIMITS,
): Result<SipMessage, SipMessageError> {
  if (bytes.length > limits.messageOctets) return err(sipParseError("message too long", "", 513));
  let start = 0;
  while (bytes[start] === CR && bytes[start + 1] === LF) start += 2;
  const headEnd = bytes.indexOf(HEAD_END, start, "latin1");
  if (headEnd < 0) return malformed("header fields without end", excerpt(bytes, start));
  if (headEnd - start > limits.headOctets) return malformed("header fields too long", "");

  const head = parseHead(bytes.subarray(start, headEnd), limits);
  if (!head.ok) return head;
  const message = head.value;
  const length = contentLengthOf(message);
  if (!length.ok) return err({ ...length.error, partial: message });
  const bodyStart = headEnd + HEAD_END.length;
  const available = bytes.length - bodyStart;
  const bodyOctets = length.value ?? available;
  if (bodyOctets > available) {
    return err({ ...sipParseError("body shorter than Content-Length"), partial: message });
  }
  if (bodyOctets > limits.bodyOctets) {
    return err({ ...sipParseError("body too long", "", 513), partial: message });
  }
  return ok(withBody(message, bytes.subarray(bodyStart, bodyStart + bodyOctets)));
}

/** An empty view would keep the whole datagram in memory for as long as the message lives. */
function withBody(message: SipMessage, body: Buffer): SipMessage {
  return body.length === 0 ? message : { ...message, body };
}

function excerpt(bytes: Buffer, start: number): string {
  return bytes.toString("latin1", start, Math.min(bytes.length, start + 200));
}

/** Beyond any body that we take; keeps the arithmetic exact. */
const MAX_CONTENT_LENGTH = 2 ** 31;

/**
 * Content-Length, undefined when absent. Several that agree count as one; several that differ leave no way to know where
 * the message ends.
 */
export function contentLengthOf(message: SipMessage): Result<number | undefined, SipParseError> {
  const values = message.headers.list("Content-Length");
  const [first] = values;
  if (first === undefined) return ok(undefined);
  const length = parseDecimalIn(first, 0, MAX_CONTENT_LENGTH);
  if (length === undefined) return malformed("malformed Content-Length", first);
  const agree = values.every((value) => parseDecimalIn(value, 0, MAX_CONTENT_LENGTH) === length);
  return agree ? ok(length) : malformed("Content-Lengths that differ", values.join(", "));
}
