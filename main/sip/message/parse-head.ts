import { parseDecimalIn } from "../../base/decimal.ts";
import { ok, type Result } from "../../base/result.ts";
import { isToken } from "../grammar/cursor.ts";
import { malformed, type SipParseError } from "../grammar/parse-error.ts";
import { isLws, trimLws } from "../grammar/split.ts";
import { type HeaderField, SipHeaders } from "./headers.ts";
import type { SipLimits } from "./limits.ts";
import { type HeaderEncoding, NO_BODY, type SipMessage } from "./message.ts";

const VERSION = "SIP/2.0";

/**
 * Reads start line and header fields: everything before the empty line. Judges only what has to be right to find the
 * fields; Request-URI, version and values are left to whoever needs them, so that a message with a fault elsewhere can
 * still be refused properly or forwarded.
 * @param head octets up to and without the CRLF CRLF
 * @returns the message with an empty body
 */
export function parseHead(head: Buffer, limits: SipLimits): Result<SipMessage, SipParseError> {
  const { text, encoding } = decode(head);
  const endOfStartLine = indexOfLineEnd(text, 0);
  const startLine = text.slice(0, endOfStartLine);
  if (startLine.length > limits.lineOctets) return malformed("start line too long", text);
  if (hasBareLineEnd(startLine)) return malformed("bare CR or LF in the start line", startLine);
  const headers = parseFields(text, endOfStartLine + 2, limits);
  if (!headers.ok) return headers;
  const rest = {
    headers: SipHeaders.of(headers.value),
    body: NO_BODY,
    ...(encoding === "utf8" ? {} : { encoding }),
  };
  return startLine.slice(0, 4).toUpperCase() === "SIP/"
    ? parseStatusLine(startLine, rest)
    : parseRequestLine(startLine, rest);
}

function decode(head: Buffer): { readonly text: string; readonly encoding: HeaderEncoding } {
  const text = head.toString("latin1");
  if (isAscii(text)) return { text, encoding: "utf8" };
  const wide = head.toString("utf8");
  // Decoding replaces what is not UTF-8, so only valid octets survive the way there and back.
  return Buffer.from(wide, "utf8").equals(head)
    ? { text: wide, encoding: "utf8" }
    : { text, encoding: "latin1" };
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function indexOfLineEnd(text: string, from: number): number {
  const end = text.indexOf("\r\n", from);
  return end < 0 ? text.length : end;
}

/** Others may take a lone CR or LF for a line end and see header fields that we do not: never let one through. */
function hasBareLineEnd(line: string): boolean {
  return line.includes("\n") || line.includes("\r");
}

type Rest = Pick<SipMessage, "headers" | "body" | "encoding">;

function parseRequestLine(line: string, rest: Rest): Result<SipMessage, SipParseError> {
  const first = line.indexOf(" ");
  const last = line.lastIndexOf(" ");
  if (first <= 0 || first === last) return malformed("malformed request line", line);
  const method = line.slice(0, first);
  if (!isToken(method)) return malformed("malformed method", line);
  const uri = line.slice(first + 1, last);
  const version = line.slice(last + 1);
  const isOurs = version === VERSION || version.toUpperCase() === VERSION;
  return ok({ kind: "request", method, uri, ...rest, ...(isOurs ? {} : { version }) });
}

function parseStatusLine(line: string, rest: Rest): Result<SipMessage, SipParseError> {
  const isOurs = line.slice(0, 8).toUpperCase() === `${VERSION} `;
  const code = line.slice(8, 11);
  const status = code.length === 3 ? parseDecimalIn(code, 100, 699) : undefined;
  const after = line.charAt(11);
  // The blank after the code is due even without a reason phrase (RFC 3261 §7.2), but some leave it out.
  if (!isOurs || status === undefined || (after !== " " && after !== "")) {
    return malformed("malformed status line", line);
  }
  return ok({ kind: "response", status, reason: line.slice(12), ...rest });
}

function parseFields(
  text: string,
  start: number,
  limits: SipLimits,
): Result<readonly HeaderField[], SipParseError> {
  const fields: HeaderField[] = [];
  let at = start;
  while (at < text.length) {
    const end = indexOfFieldEnd(text, at);
    if (end - at > limits.lineOctets) return malformed("header field too long", text.slice(at));
    if (fields.length >= limits.headerFields) return malformed("too many header fields", "");
    const field = parseField(text, at, end);
    if (field === undefined) return malformed("malformed header field", text.slice(at, end));
    fields.push(field);
    at = end + 2;
  }
  return ok(fields);
}

/** End of the field that begins at `start`: its continuation lines begin with a blank (RFC 3261 §7.3.1). */
function indexOfFieldEnd(text: string, start: number): number {
  let end = indexOfLineEnd(text, start);
  while (isLws(text.charCodeAt(end + 2))) end = indexOfLineEnd(text, end + 2);
  return end;
}

function parseField(text: string, start: number, end: number): HeaderField | undefined {
  const colon = text.indexOf(":", start);
  if (colon < 0 || colon >= end) return undefined;
  let nameEnd = colon;
  while (nameEnd > start && isLws(text.charCodeAt(nameEnd - 1))) nameEnd -= 1;
  const name = text.slice(start, nameEnd);
  if (!isToken(name)) return undefined;
  const written = text.slice(colon + 1, end);
  const value = written.includes("\r\n")
    ? trimLws(written.split("\r\n").map(trimLws).filter(isNotEmpty).join(" "))
    : trimLws(written);
  return hasBareLineEnd(value) ? undefined : { name, value };
}

function isNotEmpty(text: string): boolean {
  return text !== "";
}
