import { ok, type Result } from "../../base/result.ts";
import { ALPHANUM, Cursor, quote, tableOf } from "./cursor.ts";
import { formatParameters, type Parameters, readParameters } from "./parameters.ts";
import { malformed, type SipParseError } from "./parse-error.ts";
import { trimLws } from "./split.ts";
import { formatUri, parseUri, type Uri } from "./uri.ts";

/** An address with its name and the header's parameters: From, To, Contact, Route, P-Asserted-Identity and others. */
export interface NameAddr {
  readonly displayName?: string;
  readonly uri: Uri;
  /** The URI exactly as written. */
  readonly uriText: string;
  /** Parameters of the header field, not of the URI. */
  readonly parameters: Parameters;
}

const TOKEN_OR_BLANK = tableOf(ALPHANUM, "-.!%*_+`'~ \t");

/**
 * Reads one name-addr or addr-spec with parameters. Without angle brackets everything after the first semicolon belongs
 * to the header and the URI may hold no comma and no question mark (RFC 3261 §20.10).
 */
export function parseNameAddr(text: string): Result<NameAddr, SipParseError> {
  const cursor = new Cursor(text);
  cursor.skipLws();
  if (cursor.peek() === '"') {
    const displayName = cursor.quotedString();
    if (displayName === undefined) return malformed("quote without end", text);
    cursor.skipLws();
    return parseBracketed(cursor, displayName);
  }
  const less = text.indexOf("<", cursor.index);
  if (less < 0) return parseAddrSpec(cursor);
  const displayName = trimLws(text.slice(cursor.index, less));
  if (!isPlainDisplayName(displayName)) return malformed("display name needs quotes", text);
  cursor.index = less;
  return parseBracketed(cursor, displayName);
}

/** Tokens with blanks between; characters beyond ASCII, which many send unquoted, do no harm. */
function isPlainDisplayName(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x80 && TOKEN_OR_BLANK[code] !== 1) return false;
  }
  return true;
}

function parseBracketed(cursor: Cursor, displayName: string): Result<NameAddr, SipParseError> {
  const { text } = cursor;
  if (!cursor.eat("<")) return malformed("angle bracket expected", text);
  const end = text.indexOf(">", cursor.index);
  if (end < 0) return malformed("angle bracket without end", text);
  const uriText = text.slice(cursor.index, end);
  cursor.index = end + 1;
  return finish(cursor, uriText, displayName);
}

function parseAddrSpec(cursor: Cursor): Result<NameAddr, SipParseError> {
  const { text } = cursor;
  const semicolon = text.indexOf(";", cursor.index);
  const end = semicolon < 0 ? text.length : semicolon;
  const uriText = trimLws(text.slice(cursor.index, end));
  if (uriText.includes("?") || uriText.includes(",")) {
    return malformed("URI needs angle brackets", text);
  }
  cursor.index = end;
  return finish(cursor, uriText, "");
}

function finish(
  cursor: Cursor,
  uriText: string,
  displayName: string,
): Result<NameAddr, SipParseError> {
  const uri = parseUri(uriText);
  if (!uri.ok) return uri;
  const parameters = readParameters(cursor);
  if (parameters === undefined || !cursor.atEnd) {
    return malformed("malformed parameters of an address", cursor.text);
  }
  const name = displayName === "" ? {} : { displayName };
  return ok({ ...name, uri: uri.value, uriText, parameters });
}

/** Always with angle brackets, so that URI and header parameters stay apart; the name always in quotes. */
export function formatNameAddr(address: {
  readonly displayName?: string;
  readonly uri: Uri | string;
  readonly parameters?: Parameters;
}): string {
  const name = address.displayName === undefined ? "" : `${quote(address.displayName)} `;
  const uri = typeof address.uri === "string" ? address.uri : formatUri(address.uri);
  return `${name}<${uri}>${formatParameters(address.parameters ?? [])}`;
}
