import { randomInt } from "node:crypto";
import { Resolver as DnsResolver, lookup } from "node:dns/promises";
import { isIpAddress } from "./host-port.ts";
import type { PointerRecord, Resolver, ServiceRecord } from "./ports.ts";
import { orderServices } from "./srv-order.ts";

/** A name server that does not answer may hold a call back for this long at most. */
const DNS_TIMEOUT_MS = 1500;
const DNS_TRIES = 2;
const DRAW_STEPS = 1_000_000;

/**
 * Addresses come from the system's resolver, its hosts file included, in the system's order; SRV and NAPTR from its name
 * servers. A name that does not exist, a server that fails and an aborted question all give an empty list: for the caller
 * there is nowhere to send to.
 */
export function systemResolver(): Resolver {
  const dns = new DnsResolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES });
  return {
    addresses: async (host, signal) =>
      isIpAddress(host) ? [host] : asked(() => addressesOf(host), signal),
    services: (name, signal) => asked(() => servicesOf(dns, name), signal),
    pointers: (name, signal) => asked(() => pointersOf(dns, name), signal),
  };
}

async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, order: "verbatim" });
  return found.map((entry) => entry.address);
}

async function servicesOf(dns: DnsResolver, name: string): Promise<readonly ServiceRecord[]> {
  const found = await dns.resolveSrv(name);
  return orderServices(found, () => randomInt(DRAW_STEPS) / DRAW_STEPS).map((one) => ({
    target: one.name,
    port: one.port,
  }));
}

async function pointersOf(dns: DnsResolver, name: string): Promise<readonly PointerRecord[]> {
  const found = await dns.resolveNaptr(name);
  return found
    .filter((one) => one.flags.toLowerCase() === "s" && one.regexp === "")
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
    .map(({ service, replacement }) => ({ service, replacement }));
}

async function asked<T>(
  question: () => Promise<readonly T[]>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  if (signal.aborted) return [];
  // All failures mean the same here; the sender reports the name it could not reach.
  const answer = question().catch(() => []);
  let stop: () => void = () => undefined;
  const aborted = new Promise<readonly T[]>((resolve) => {
    stop = () => {
      resolve([]);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
  const first = await Promise.race([answer, aborted]);
  signal.removeEventListener("abort", stop);
  return first;
}
