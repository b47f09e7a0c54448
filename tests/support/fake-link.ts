import { bareHost, formatHostPort, type HostPort } from "../../main/base/host-port.ts";

/** One direction between two ends. An end is an address, or `address:port` (`[::1]:5060`); left out, it is any. */
export interface Link {
  readonly from?: string;
  readonly to?: string;
}

export function matches(link: Link, from: HostPort, to: HostPort): boolean {
  return isEnd(link.from, from) && isEnd(link.to, to);
}

function isEnd(pattern: string | undefined, end: HostPort): boolean {
  if (pattern === undefined) return true;
  return canonicalHost(pattern) === end.host || pattern.toLowerCase() === formatHostPort(end);
}

export function canonicalHost(host: string): string {
  const bare = bareHost(host).toLowerCase();
  return bare === "localhost" ? "127.0.0.1" : bare;
}

export function isIpv6(host: string): boolean {
  return host.includes(":");
}
