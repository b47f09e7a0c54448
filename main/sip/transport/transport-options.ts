import type { HostPort } from "../../base/host-port.ts";
import type { TlsIdentity, TlsTrust } from "../../base/ports.ts";
import type { SipTransport, Target } from "./flow.ts";

/** How a TransportLayer is opened. Everything but `listen` has a default. */
export interface TransportOptions {
  /** Address and port for UDP and TCP alike; port 0 takes a port that is free for both. */
  readonly listen: HostPort;
  /** Host to write into Via when it differs from `listen.host`, for example behind a wildcard address. */
  readonly sentByHost?: string;
  readonly limits?: Partial<TransportLimits>;
  /** Absent: TLS is not spoken. */
  readonly tls?: TransportTls;
}

/** SIP over TLS (RFC 3261 §26.2.1). */
export interface TransportTls {
  /** By what the other side is known where we connect to it. */
  trustOf(target: Pick<Target, "remote" | "name">): TlsTrust;
  /** Shown to those who ask; needed to listen. */
  readonly identity?: TlsIdentity;
  /** Absent: others do not connect to us. The host may be another one than that of UDP and TCP. */
  readonly listen?: HostPort;
  /** Nothing is sent or taken by any other transport, whatever a route or a contact says. */
  readonly isRequired?: boolean;
}

/** Bounds on what others can make us hold, and on how long. */
export interface TransportLimits {
  /** Connections that others opened, at one time. */
  readonly inboundConnections: number;
  readonly inboundConnectionsPerHost: number;
  /** Of those, how many may be of somebody who has not yet been vouched for. */
  readonly unprovenConnectionsPerHost: number;
  /** An inbound connection must have brought its first whole message within this time. */
  readonly firstMessageMs: number;
  /** A connection without a message in either direction for this long is closed. */
  readonly idleMs: number;
  readonly connectMs: number;
  /** Octets that may wait for one connection to be established or to drain. */
  readonly queuedOctets: number;
  /** RFC 3261 §18.1.1: a request larger than this goes over a congestion-controlled transport. */
  readonly udpRequestOctets: number;
}

export const DEFAULT_LIMITS: TransportLimits = {
  inboundConnections: 2048,
  inboundConnectionsPerHost: 2048,
  unprovenConnectionsPerHost: 2048,
  firstMessageMs: 32_000,
  idleMs: 900_000,
  connectMs: 10_000,
  queuedOctets: 1_048_576,
  udpRequestOctets: 1300,
};

/** Of a server whose port anybody can reach. */
export const OPEN_LIMITS: TransportLimits = { ...DEFAULT_LIMITS, unprovenConnectionsPerHost: 20 };

/** Of a device whose port anybody can reach: its core needs one connection, other devices need none. */
export const OPEN_DEVICE_LIMITS: TransportLimits = { ...OPEN_LIMITS, inboundConnections: 16 };

/** Knows whom the transport does not listen to for now. */
export interface TransportGuard {
  /** Asked before anything is read, of each datagram and each new connection. */
  isSilenced(from: HostPort, transport: SipTransport): boolean;
  /** What came from there was no message, or not for us. */
  wasted(from: HostPort, transport: SipTransport): void;
}
