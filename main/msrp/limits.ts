import { LARGEST_CHUNK_OCTETS } from "./session/peer-pace.ts";

export interface MsrpLimits {
  /** Connections that others opened to us. */
  readonly maxInboundConnections: number;
  /** Of those, how many may not have shown a request for a session yet. */
  readonly maxUnboundConnections: number;
  /** How long a connection that others opened may take until it shows one. */
  readonly unboundTimeoutMs: number;
  /** How long a session waits for its connection, unless its options say otherwise. */
  readonly bindTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** A socket that takes nothing for this long is given up. */
  readonly stallTimeoutMs: number;
  /** Octets that may wait for a peer that does not read: chunks wait elsewhere, so these are answers and REPORTs. */
  readonly queuedOctets: number;
  /** Octets of body after which a chunk of ours ends. */
  readonly maxChunkOctets: number;
}

export const MSRP_LIMITS: MsrpLimits = {
  maxInboundConnections: 2048,
  maxUnboundConnections: 64,
  unboundTimeoutMs: 30_000,
  bindTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  stallTimeoutMs: 60_000,
  queuedOctets: 1_048_576,
  maxChunkOctets: LARGEST_CHUNK_OCTETS,
};
