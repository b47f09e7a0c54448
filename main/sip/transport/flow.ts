import { formatHostPort, type HostPort } from "../../base/host-port.ts";

/** Transports of RFC 3261 §18 as Via and the transport URI parameter name them, in lower case. */
export type SipTransport = "udp" | "tcp" | "tls";

/** A way between two addresses: where a message came from, or where it went. */
export interface Flow {
  readonly transport: SipTransport;
  readonly local: HostPort;
  readonly remote: HostPort;
}

/** Where a request is to go. Addresses, not names: `targetsOf` resolves. */
export interface Target {
  readonly transport: SipTransport;
  /** The URI named its transport (`;transport=`). The size rule of RFC 3261 §18.1.1 holds all the same. */
  readonly isTransportFixed: boolean;
  readonly remote: HostPort;
  /** Of TLS: host of the URI, for which the certificate there has to be (RFC 5922 §7). */
  readonly name?: string;
}

/** RFC 3261 §17: over a reliable transport nothing is retransmitted hop by hop. */
export function isReliable(transport: SipTransport): boolean {
  return transport !== "udp";
}

export function isFlow(where: Target | Flow): where is Flow {
  return "local" in where;
}

/** The key under which a connection is found: transport and both addresses. */
export function flowKey(flow: Flow): string {
  return `${flow.transport} ${formatHostPort(flow.local)} ${formatHostPort(flow.remote)}`;
}

/**
 * The key under which any connection to a place is found. A certificate is checked for one name: requests for another
 * one of the same place have a connection of their own.
 */
export function targetKey({
  transport,
  remote,
  name,
}: Pick<Target, "transport" | "remote" | "name">): string {
  const place = `${transport} ${formatHostPort(remote)}`;
  return name === undefined ? place : `${place} ${name.toLowerCase()}`;
}
