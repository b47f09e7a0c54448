import { isIpAddress } from "../../base/host-port.ts";
import type { Resolver, ServiceRecord } from "../../base/ports.ts";
import { parameter } from "../grammar/parameters.ts";
import type { SipUri } from "../grammar/uri.ts";
import type { SipTransport, Target } from "./flow.ts";
import { defaultPort } from "./via-rules.ts";

/** Whatever a name server says, no more places than this are tried. */
const MAX_TARGETS = 16;

/** What a URI leaves open, and what it settles. */
interface Question {
  readonly host: string;
  readonly port: number | undefined;
  readonly isSecure: boolean;
  /** Named by the URI. */
  readonly transport: SipTransport | undefined;
}

/** A service to look up: its name, and the transport that it means. */
interface Service {
  readonly name: string;
  readonly transport: SipTransport;
}

/**
 * Where a request for this URI may be sent, best first (RFC 3263 §4): the transport by the URI, else by NAPTR, else by the
 * SRV records there are; the port by the URI, else by SRV; addresses by A and AAAA. A numeric host or a port settles all
 * of it. Single-label names, such as `localhost`, are known to hosts files and not to name servers: they have addresses
 * only.
 * @returns empty when the transport is not spoken here or the name has no address
 */
export async function targetsOf(
  uri: SipUri,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<readonly Target[]> {
  const question = questionOf(uri);
  if (question === undefined) return [];
  const { host, port, isSecure, transport } = question;
  const hasRecords = port === undefined && !isIpAddress(host) && host.includes(".");
  if (hasRecords) {
    for (const service of await servicesFor(question, resolver, signal)) {
      const records = await resolver.services(service.name, signal);
      const targets = await addressed(question, service, { records, resolver, signal });
      if (targets.length > 0) return targets;
    }
  }
  const used = transport ?? (isSecure ? "tls" : "udp");
  const addresses = isIpAddress(host) ? [host] : await resolver.addresses(host, signal);
  return addresses.map((address) => ({
    transport: used,
    isTransportFixed: transport !== undefined,
    remote: { host: address, port: port ?? defaultPort(used) },
    ...nameFor(used, host),
  }));
}

/** RFC 5922 §7.2: the name that the URI has, never one that the name service gave for it. */
function nameFor(transport: SipTransport, host: string): { readonly name?: string } {
  return transport === "tls" ? { name: host } : {};
}

/** undefined: a transport that is not spoken here. */
function questionOf(uri: SipUri): Question | undefined {
  const maddr = parameter(uri.parameters, "maddr");
  const name = parameter(uri.parameters, "transport")?.toLowerCase();
  const isSecure = uri.scheme === "sips";
  const transport = name === undefined ? undefined : namedTransport(name, isSecure);
  if (name !== undefined && transport === undefined) return undefined;
  const host = maddr === undefined || maddr === "" ? uri.host : maddr;
  return { host, port: uri.port, isSecure, transport };
}

function namedTransport(name: string, isSecure: boolean): SipTransport | undefined {
  // RFC 3261 §26.2.2: with sips, `transport=tcp` means TLS over TCP.
  if (isSecure) return name === "tcp" || name === "tls" ? "tls" : undefined;
  return name === "udp" || name === "tcp" || name === "tls" ? name : undefined;
}

const POINTED: ReadonlyMap<string, SipTransport> = new Map([
  ["SIP+D2U", "udp"],
  ["SIP+D2T", "tcp"],
  ["SIPS+D2T", "tls"],
]);

/** RFC 3263 §4.1: which services to look up, in this order. */
async function servicesFor(
  { host, isSecure, transport }: Question,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<readonly Service[]> {
  const all: readonly Service[] = [
    { name: `_sip._udp.${host}`, transport: "udp" },
    { name: `_sip._tcp.${host}`, transport: "tcp" },
    { name: `_sips._tcp.${host}`, transport: "tls" },
  ];
  const isUsable = (one: Service): boolean =>
    transport === undefined ? one.transport !== "tls" || isSecure : one.transport === transport;
  const usable = all.filter((one) => isUsable(one) && (!isSecure || one.transport === "tls"));
  if (transport !== undefined) return usable;
  const pointed = (await resolver.pointers(host, signal)).flatMap(({ service, replacement }) => {
    const means = POINTED.get(service.toUpperCase());
    return means === undefined ? [] : [{ name: replacement, transport: means }];
  });
  // §4.1 lets us pass over secure records of a plain URI: who wants TLS names it.
  const chosen = pointed.filter((one) => (one.transport === "tls") === isSecure);
  return chosen.length > 0 ? chosen : usable;
}

async function addressed(
  { transport, host: name }: Question,
  service: Service,
  from: {
    readonly records: readonly ServiceRecord[];
    readonly resolver: Resolver;
    readonly signal: AbortSignal;
  },
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const { target, port } of from.records) {
    // RFC 2782: a single dot says that the service is decidedly not there.
    if (target === "" || target === "." || targets.length >= MAX_TARGETS) continue;
    for (const host of await from.resolver.addresses(target, from.signal)) {
      targets.push({
        transport: service.transport,
        // What records chose is as settled as what the URI names, but for the size of a request.
        isTransportFixed: transport !== undefined,
        remote: { host, port },
        ...nameFor(service.transport, name),
      });
    }
  }
  return targets.slice(0, MAX_TARGETS);
}
