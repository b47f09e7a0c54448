import { parsePort } from "./decimal.ts";

/** An address and port. IPv6 addresses are bare here (`::1`); brackets belong to text forms only. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, with brackets around IPv6 addresses. */
export function formatHostPort(address: HostPort): string {
  return `${bracketHost(address.host)}:${String(address.port)}`;
}

/** The host as URIs and headers write it: IPv6 addresses in brackets (RFC 3261 §25.1 IPv6reference). */
export function bracketHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Removes the brackets of an IPv6 reference. */
export function bareHost(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** Reads `host:port`; an IPv6 host needs brackets. undefined when either part is missing or wrong. */
export function parseHostPort(text: string): HostPort | undefined {
  const colon = text.lastIndexOf(":");
  if (colon <= 0) return undefined;
  const hostText = text.slice(0, colon);
  const port = parsePort(text.slice(colon + 1));
  if (port === undefined) return undefined;
  const isBracketed = hostText.startsWith("[") && hostText.endsWith("]");
  if (hostText.includes(":") && !isBracketed) return undefined;
  const host = bareHost(hostText);
  return host === "" ? undefined : { host, port };
}

/** Same address and port; host names compare without regard to case. */
export function sameHostPort(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.host.toLowerCase() === b.host.toLowerCase();
}

/** Whether two texts name one IP address; IPv6 addresses have many spellings (RFC 5952). */
export function sameIpAddress(a: string, b: string): boolean {
  return a === b || spelledOut(a) === spelledOut(b);
}

/** Eight groups without leading zeros; anything else than an IPv6 address in lower case. */
function spelledOut(host: string): string {
  if (!host.includes(":")) return host.toLowerCase();
  const [head = "", tail] = bareHost(host).toLowerCase().split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail ?? "");
  const missing = tail === undefined ? 0 : Math.max(8 - before.length - after.length, 0);
  return [...before, ...Array.from({ length: missing }, () => "0"), ...after].join(":");
}

function groupsOf(text: string): readonly string[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    const quad = group.split(".").map(Number);
    const [a = 0, b = 0, c = 0, d = 0] = quad;
    if (quad.length === 4) return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
    return [group.replace(/^0+(?=.)/, "")];
  });
}

/** An IPv4 or IPv6 address rather than a name (loose: decides how to resolve, not whether the text is well-formed). */
export function isIpAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** 127/8, ::1 or `localhost`. */
export function isLoopback(host: string): boolean {
  const bare = bareHost(host).toLowerCase();
  return (isIpAddress(bare) && bare.startsWith("127.")) || bare === "::1" || bare === "localhost";
}
