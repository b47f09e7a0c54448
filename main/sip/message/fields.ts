import { parseDecimalIn } from "../../base/decimal.ts";
import { ok, type Result } from "../../base/result.ts";
import { type CSeq, parseCSeq } from "../grammar/cseq.ts";
import { type NameAddr, parseNameAddr } from "../grammar/name-addr.ts";
import { parameter } from "../grammar/parameters.ts";
import { malformed, type SipParseError } from "../grammar/parse-error.ts";
import { parseVia, type Via } from "../grammar/via.ts";
import type { SipHeaders } from "./headers.ts";
import type { SipMessage } from "./message.ts";

/** A header's meaning, read when it is asked for. A mandatory header that is missing is an error as well. */
export type Field<T> = Result<T, SipParseError>;

// Transport, transactions and user agents all read these, some of them several times: read once, remembered.

export function topViaOf(message: SipMessage): Field<Via> {
  return message.headers.remembered("via", readTopVia);
}

/** Gives the top Via to fields whose top Via says just that. */
export function knowTopVia(headers: SipHeaders, via: Via): void {
  headers.know("via", ok(via));
}

function readTopVia(headers: SipHeaders): Field<Via> {
  const text = headers.first("Via");
  return text === undefined ? malformed("Via is missing", "") : parseVia(text);
}

export function fromOf(message: SipMessage): Field<NameAddr> {
  return message.headers.remembered("from", readFrom);
}

function readFrom(headers: SipHeaders): Field<NameAddr> {
  return single(headers, "From", parseNameAddr);
}

export function toOf(message: SipMessage): Field<NameAddr> {
  return message.headers.remembered("to", readTo);
}

function readTo(headers: SipHeaders): Field<NameAddr> {
  return single(headers, "To", parseNameAddr);
}

export function cseqOf(message: SipMessage): Field<CSeq> {
  return message.headers.remembered("cseq", readCSeq);
}

function readCSeq(headers: SipHeaders): Field<CSeq> {
  return single(headers, "CSeq", parseCSeq);
}

export function callIdOf(message: SipMessage): Field<string> {
  return single(message.headers, "Call-ID", (text) =>
    text === "" || text.includes(" ") ? malformed("malformed Call-ID", text) : ok(text),
  );
}

/** Exactly one field, as §20 asks of these headers. */
function single<T>(headers: SipHeaders, name: string, parse: (text: string) => Field<T>): Field<T> {
  const [text, second] = headers.getAll(name);
  if (text === undefined) return malformed(`${name} is missing`, "");
  return second === undefined ? parse(text) : malformed(`several ${name}`, second);
}

export function fromTagOf(message: SipMessage): string | undefined {
  return tagOf(fromOf(message));
}

export function toTagOf(message: SipMessage): string | undefined {
  return tagOf(toOf(message));
}

function tagOf(address: Field<NameAddr>): string | undefined {
  if (!address.ok) return undefined;
  const tag = parameter(address.value.parameters, "tag");
  return tag === "" ? undefined : tag;
}

/** undefined when absent; otherwise 0 to 255. */
export function maxForwardsOf(message: SipMessage): Field<number | undefined> {
  return optionalNumber(message, "Max-Forwards", 255);
}

/** Seconds; undefined when absent. */
export function expiresOf(message: SipMessage): Field<number | undefined> {
  return optionalNumber(message, "Expires", 2 ** 32 - 1);
}

function optionalNumber(message: SipMessage, name: string, max: number): Field<number | undefined> {
  const text = message.headers.get(name);
  if (text === undefined) return ok(undefined);
  const value = parseDecimalIn(text, 0, max);
  return value === undefined ? malformed(`malformed ${name}`, text) : ok(value);
}

/** All Contact values, or `*` (RFC 3261 §10.2.2). */
export function contactsOf(message: SipMessage): Field<readonly NameAddr[] | "*"> {
  const texts = message.headers.list("Contact");
  return texts.length === 1 && texts[0] === "*" ? ok("*") : parseAll(texts, parseNameAddr);
}

export function routesOf(message: SipMessage): Field<readonly NameAddr[]> {
  return parseAll(message.headers.list("Route"), parseNameAddr);
}

export function recordRoutesOf(message: SipMessage): Field<readonly NameAddr[]> {
  return parseAll(message.headers.list("Record-Route"), parseNameAddr);
}

export function viasOf(message: SipMessage): Field<readonly Via[]> {
  return parseAll(message.headers.list("Via"), parseVia);
}

/** All values of a header made of addresses: P-Asserted-Identity, Path, Service-Route … */
export function addressesOf(message: SipMessage, name: string): Field<readonly NameAddr[]> {
  return parseAll(message.headers.list(name), parseNameAddr);
}

function parseAll<T>(
  texts: readonly string[],
  parse: (text: string) => Field<T>,
): Field<readonly T[]> {
  const values: T[] = [];
  for (const text of texts) {
    const parsed = parse(text);
    if (!parsed.ok) return parsed;
    values.push(parsed.value);
  }
  return ok(values);
}
