import { parsePort } from "../../base/decimal.ts";
import { bracketHost } from "../../base/host-port.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { ALPHANUM, consistsOf, tableOf } from "./cursor.ts";
import type { Parameter } from "./parameters.ts";
import { malformed, type SipParseError, sipParseError } from "./parse-error.ts";
import { isTelNumber } from "./tel.ts";
import type { SipUri, TelUri, Uri } from "./uri-model.ts";

const MARK = "-_.!~*'()";
const SCHEME = tableOf(ALPHANUM, "+-.");
const USER = tableOf(ALPHANUM, MARK, "&=+$,;?/", "%");
const PASSWORD = tableOf(ALPHANUM, MARK, "&=+$,", "%");
const HOST_NAME = tableOf(ALPHANUM, "-._");
const IPV6 = tableOf("0123456789abcdefABCDEF:.");
const PARAMETER = tableOf(ALPHANUM, MARK, "[]/:&+$", "%");
const HEADER = tableOf(ALPHANUM, MARK, "[]/?:+$", "%");
const ANY_URI = tableOf(ALPHANUM, MARK, ";/?:@&=+$,[]#%");

/** Reads a URI of any scheme. White space, angle brackets and characters that need an escape are errors. */
export function parseUri(text: string): Result<Uri, SipParseError> {
  const colon = text.indexOf(":");
  if (colon <= 0) return malformed("URI without scheme", text);
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme === "sip" || scheme === "sips") return parseAfterScheme(scheme, text, colon + 1);
  if (!consistsOf(scheme, SCHEME)) return malformed("malformed URI scheme", text);
  if (!isEscapedText(text, ANY_URI)) return malformed("character not allowed in a URI", text);
  return scheme === "tel" ? parseTel(text) : ok({ kind: "other", scheme, text });
}

/** As {@link parseUri}, and 416 for any other scheme (RFC 3261 §8.2.2.1). */
export function parseSipUri(text: string): Result<SipUri, SipParseError> {
  const parsed = parseUri(text);
  if (!parsed.ok) return parsed;
  const uri = parsed.value;
  return uri.kind === "sip" ? ok(uri) : err(sipParseError("not a SIP URI", text, 416));
}

function parseAfterScheme(
  scheme: "sip" | "sips",
  text: string,
  start: number,
): Result<SipUri, SipParseError> {
  // Neither parameters nor headers may hold a bare "@", so the last one ends the user part.
  const at = text.lastIndexOf("@");
  const userInfo = at < 0 ? {} : parseUserInfo(text.slice(start, at));
  if (userInfo === undefined) return malformed("malformed user part", text);
  const hostStart = at < 0 ? start : at + 1;

  const question = text.indexOf("?", hostStart);
  const headersStart = question < 0 ? text.length : question;
  const semicolon = text.indexOf(";", hostStart);
  const hostEnd = semicolon < 0 || semicolon > headersStart ? headersStart : semicolon;

  const hostPort = parseHostPart(text.slice(hostStart, hostEnd));
  if (hostPort === undefined) return malformed("malformed host or port", text);
  const parameters = parsePairs(text.slice(hostEnd + 1, headersStart), ";", PARAMETER);
  if (parameters === undefined) return malformed("malformed URI parameter", text);
  const headers = parsePairs(text.slice(headersStart + 1), "&", HEADER);
  if (headers === undefined) return malformed("malformed URI header", text);
  return ok({ kind: "sip", scheme, ...userInfo, ...hostPort, parameters, headers });
}

function parseUserInfo(
  text: string,
): { readonly user: string; readonly password?: string } | undefined {
  const colon = text.indexOf(":");
  const user = colon < 0 ? text : text.slice(0, colon);
  if (!isEscapedText(user, USER)) return undefined;
  if (colon < 0) return { user };
  const password = text.slice(colon + 1);
  return password === "" || isEscapedText(password, PASSWORD) ? { user, password } : undefined;
}

/** `host[:port]` as URIs and Via write it; undefined when malformed. Host without brackets. */
export function parseHostPart(
  text: string,
): { readonly host: string; readonly port?: number } | undefined {
  const isReference = text.startsWith("[");
  const bracketEnd = isReference ? text.indexOf("]") : 0;
  if (bracketEnd < 0) return undefined;
  const colon = text.indexOf(":", bracketEnd);
  const written = colon < 0 ? text : text.slice(0, colon);
  const host = isReference ? text.slice(1, bracketEnd) : written;
  if (isReference && written.length !== bracketEnd + 1) return undefined;
  if (!consistsOf(host, isReference ? IPV6 : HOST_NAME)) return undefined;
  if (colon < 0) return { host };
  const port = parsePort(text.slice(colon + 1));
  return port === undefined ? undefined : { host, port };
}

function parsePairs(
  text: string,
  separator: string,
  table: Uint8Array,
): readonly Parameter[] | undefined {
  if (text === "") return [];
  const pairs: Parameter[] = [];
  for (const part of text.split(separator)) {
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!isEscapedText(name, table)) return undefined;
    if (equals < 0) {
      pairs.push({ name });
      continue;
    }
    const value = part.slice(equals + 1);
    if (value !== "" && !isEscapedText(value, table)) return undefined;
    pairs.push({ name, value });
  }
  return pairs;
}

function parseTel(text: string): Result<TelUri, SipParseError> {
  const start = text.indexOf(":") + 1;
  const semicolon = text.indexOf(";", start);
  const end = semicolon < 0 ? text.length : semicolon;
  const number = text.slice(start, end);
  const parameters = parsePairs(text.slice(end + 1), ";", PARAMETER);
  if (!isTelNumber(number) || parameters === undefined) return malformed("malformed tel URI", text);
  return ok({ kind: "tel", number, parameters });
}

/** Characters of the set, and `%` only before two hexadecimal digits. */
function isEscapedText(text: string, table: Uint8Array): boolean {
  if (!consistsOf(text, table)) return false;
  for (let i = text.indexOf("%"); i >= 0; i = text.indexOf("%", i + 1)) {
    if (!isHex(text.charCodeAt(i + 1)) || !isHex(text.charCodeAt(i + 2))) return false;
  }
  return true;
}

function isHex(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

export function formatUri(uri: Uri): string {
  if (uri.kind === "other") return uri.text;
  if (uri.kind === "tel") return `tel:${uri.number}${formatPairs(uri.parameters, ";", ";")}`;
  const password = uri.password === undefined ? "" : `:${uri.password}`;
  const user = uri.user === undefined ? "" : `${uri.user}${password}@`;
  const port = uri.port === undefined ? "" : `:${String(uri.port)}`;
  const parameters = formatPairs(uri.parameters, ";", ";");
  return `${uri.scheme}:${user}${bracketHost(uri.host)}${port}${parameters}${formatPairs(uri.headers, "?", "&")}`;
}

function formatPairs(pairs: readonly Parameter[], first: string, next: string): string {
  let text = "";
  for (const { name, value } of pairs) {
    text += `${text === "" ? first : next}${value === undefined ? name : `${name}=${value}`}`;
  }
  return text;
}

export { aorOf, sameUri } from "./uri-compare.ts";
export type { SipUri, Uri } from "./uri-model.ts";
