import { parsePort } from "./decimal.ts";
import { bareHost, bracketHost, sameIpAddress } from "./host-port.ts";
import { err, ok, type Result } from "./result.ts";

/** An MSRP URI (RFC 4975 §6): `msrp://host:port/session-id;tcp`. */
export interface MsrpUri {
  readonly scheme: "msrp" | "msrps";
  readonly user?: string;
  /** Without brackets. */
  readonly host: string;
  /** SDP always carries one (RFC 4975 §8.2); absent only in URIs from headers of lenient peers. */
  readonly port?: number;
  readonly sessionId?: string;
  /** Lower case; `tcp` for both schemes. */
  readonly transport: string;
  /** Parameters after the transport, without their leading semicolon. */
  readonly parameters: readonly string[];
}

export interface MsrpUriError {
  readonly kind: "malformed-msrp-uri";
  readonly text: string;
}

const MAX_URI_LENGTH = 1024;

/** Reads an MSRP URI. Nothing is percent-decoded: session ids compare byte by byte (RFC 4975 §6.1). */
export function parseMsrpUri(text: string): Result<MsrpUri, MsrpUriError> {
  const parsed = text.length > MAX_URI_LENGTH || !isVisibleAscii(text) ? undefined : read(text);
  return parsed === undefined
    ? err({ kind: "malformed-msrp-uri", text: text.slice(0, 200) })
    : ok(parsed);
}

function read(text: string): MsrpUri | undefined {
  const schemeEnd = text.indexOf("://");
  const scheme = text.slice(0, Math.max(schemeEnd, 0)).toLowerCase();
  if (scheme !== "msrp" && scheme !== "msrps") return undefined;
  const [main = "", transport = "", ...parameters] = text.slice(schemeEnd + 3).split(";");
  const slash = main.indexOf("/");
  const authority = parseAuthority(slash < 0 ? main : main.slice(0, slash));
  const sessionId = slash < 0 ? undefined : main.slice(slash + 1);
  if (authority === undefined || sessionId === "" || transport === "") return undefined;
  const session = sessionId === undefined ? {} : { sessionId };
  return { scheme, ...authority, ...session, transport: transport.toLowerCase(), parameters };
}

function parseAuthority(
  authority: string,
): { readonly user?: string; readonly host: string; readonly port?: number } | undefined {
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? undefined : authority.slice(0, at);
  const hostPort = authority.slice(at + 1);
  const portColon = hostPort.startsWith("[")
    ? hostPort.indexOf(":", hostPort.indexOf("]"))
    : hostPort.indexOf(":");
  const hostText = portColon < 0 ? hostPort : hostPort.slice(0, portColon);
  const isBracketed = hostText.startsWith("[");
  if (isBracketed !== hostText.endsWith("]")) return undefined;
  const host = bareHost(hostText);
  if (!(isBracketed ? isIpv6Text(host) : isHostName(host))) return undefined;
  const userPart = user === undefined ? {} : { user };
  if (portColon < 0) return { ...userPart, host };
  const port = parsePort(hostPort.slice(portColon + 1));
  return port === undefined ? undefined : { ...userPart, host, port };
}

/** Digits, letters, colons and dots: what brackets may hold (RFC 3986 §3.2.2), without judging the address. */
function isIpv6Text(text: string): boolean {
  return text.includes(":") && /^[0-9A-Fa-f:.]+$/.test(text);
}

function isHostName(text: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(text);
}

function isVisibleAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}

export function formatMsrpUri(uri: MsrpUri): string {
  const user = uri.user === undefined ? "" : `${uri.user}@`;
  const port = uri.port === undefined ? "" : `:${String(uri.port)}`;
  const session = uri.sessionId === undefined ? "" : `/${uri.sessionId}`;
  const rest = uri.parameters.map((parameter) => `;${parameter}`).join("");
  return `${uri.scheme}://${user}${bracketHost(uri.host)}${port}${session};${uri.transport}${rest}`;
}

/**
 * RFC 4975 §6.1: scheme and host without regard to case, addresses by what they mean, port and session id exactly,
 * transport without regard to case; user and parameters do not count.
 */
export function sameMsrpUri(a: MsrpUri, b: MsrpUri): boolean {
  return (
    a.scheme === b.scheme &&
    (a.host === b.host || sameIpAddress(a.host, b.host)) &&
    a.port === b.port &&
    a.sessionId === b.sessionId &&
    a.transport === b.transport
  );
}
