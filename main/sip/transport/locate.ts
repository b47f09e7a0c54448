import { isIpAddress } from "../../base/host-port.ts";
import type { Resolver } from "../../base/ports.ts";
import { parameter } from "../grammar/parameters.ts";
import type { SipUri } from "../grammar/uri.ts";
import type { SipTransport, Target } from "./flow.ts";
import { defaultPort } from "./via-rules.ts";

/**
 * Where a request for this URI may be sent, best first (RFC 3263 §4). The transport is the URI's, TLS for sips, else
 * UDP as §4.1 orders for a numeric host or an explicit port. Names are looked up as A and AAAA; NAPTR and SRV are not
 * asked.
 * @returns empty when the transport is not spoken here or the name has no address
 */
export async function targetsOf(
  uri: SipUri,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<readonly Target[]> {
  const named = parameter(uri.parameters, "transport");
  const transport = transportOf(uri, named);
  if (transport === undefined) return [];
  const maddr = parameter(uri.parameters, "maddr");
  const host = maddr === undefined || maddr === "" ? uri.host : maddr;
  const port = uri.port ?? defaultPort(transport);
  const addresses = isIpAddress(host) ? [host] : await resolver.addresses(host, signal);
  return addresses.map((address) => ({
    transport,
    isTransportFixed: named !== undefined,
    remote: { host: address, port },
  }));
}

function transportOf(uri: SipUri, named: string | undefined): SipTransport | undefined {
  const name = named?.toLowerCase();
  if (uri.scheme === "sips") {
    // RFC 3261 §26.2.2: with sips, `transport=tcp` means TLS over TCP.
    return name === undefined || name === "tcp" || name === "tls" ? "tls" : undefined;
  }
  if (name === undefined) return "udp";
  return name === "udp" || name === "tcp" || name === "tls" ? name : undefined;
}
