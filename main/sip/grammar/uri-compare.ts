import type { Parameter } from "./parameters.ts";
import { plainTelNumber } from "./tel.ts";
import type { SipUri, TelUri, Uri } from "./uri-model.ts";

/** Parameters that make two URIs different when only one has them (RFC 3261 §19.1.4). */
const SIGNIFICANT = new Set(["user", "ttl", "method", "maddr", "transport"]);

/**
 * Equal by RFC 3261 §19.1.4: user and password with regard to case, everything else without; a missing port is not a
 * default port; an escaped character equals the plain one where it is not reserved.
 */
export function sameUri(a: Uri, b: Uri): boolean {
  if (a.kind === "sip") return b.kind === "sip" && sameSipUri(a, b);
  if (a.kind === "tel") return b.kind === "tel" && sameTelUri(a, b);
  return b.kind === "other" && a.text === b.text;
}

function sameSipUri(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    sameText(a.user, b.user) &&
    sameText(a.password, b.password) &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    a.port === b.port &&
    sameParameters(a.parameters, b.parameters) &&
    samePairs(byName(a.headers), byName(b.headers))
  );
}

function sameTelUri(a: TelUri, b: TelUri): boolean {
  return (
    plainTelNumber(a.number) === plainTelNumber(b.number) &&
    samePairs(byName(a.parameters), byName(b.parameters))
  );
}

function sameText(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return normalizeEscapes(a) === normalizeEscapes(b);
}

function sameParameters(a: readonly Parameter[], b: readonly Parameter[]): boolean {
  const left = byName(a);
  const right = byName(b);
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other === undefined ? SIGNIFICANT.has(name) : other !== value) return false;
  }
  return [...right.keys()].every((name) => left.has(name) || !SIGNIFICANT.has(name));
}

function samePairs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

function byName(list: readonly Parameter[]): ReadonlyMap<string, string> {
  return new Map(
    list.map(({ name, value }) => [
      normalizeEscapes(name).toLowerCase(),
      normalizeEscapes(value ?? "").toLowerCase(),
    ]),
  );
}

const UNRESERVED = /^[A-Za-z0-9\-_.!~*'()]$/;

/** Writes unreserved characters plainly and all other escapes with upper-case digits, so that equal texts are equal. */
export function normalizeEscapes(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (written: string, digits: string) => {
    const char = String.fromCharCode(Number.parseInt(digits, 16));
    return UNRESERVED.test(char) ? char : written.toUpperCase();
  });
}

/**
 * The key of an address-of-record: `sip:user@host` with a lower-case host, without port, parameters and headers;
 * `tel:` numbers without visual separators. Two spellings of one address give one key (RFC 3261 §10.3 step 5).
 */
export function aorOf(uri: Uri): string {
  if (uri.kind === "tel") return `tel:${plainTelNumber(uri.number)}`;
  if (uri.kind === "other") return uri.text;
  const host = uri.host.toLowerCase();
  const written = host.includes(":") ? `[${host}]` : host;
  return uri.user === undefined ? `sip:${written}` : `sip:${normalizeEscapes(uri.user)}@${written}`;
}
