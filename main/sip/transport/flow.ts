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

/** The key under which any connection to a place is found. */
export function targetKey(target: {
  readonly transport: SipTransport;
  readonly remote: HostPort;
}): string {
  return `${target.transport} ${formatHostPort(target.remote)}`;
}
