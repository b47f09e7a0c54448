import type { HostPort } from "../../base/host-port.ts";
import type { SocketError } from "../../base/ports.ts";
import type { SipParseError } from "../grammar/parse-error.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { Flow, SipTransport } from "./flow.ts";

/** A request as it leaves: with transport and sent-by in its top Via. */
export interface SentVia {
  readonly request: SipRequest;
  readonly transport: SipTransport;
}

export interface TransportEvents {
  readonly request: { readonly request: SipRequest; readonly flow: Flow };
  readonly response: { readonly response: SipResponse; readonly flow: Flow };
  /** A connection is gone; `places` are the keys (`targetKey`) of the places that requests reached over it. */
  readonly flowClosed: { readonly flow: Flow; readonly places: readonly string[] };
  /** What could not be read. A request that could be answered has been refused. */
  readonly malformed: { readonly flow: Flow; readonly error: SipParseError };
  /** The system could not send a datagram to that address. */
  readonly unreachable: { readonly remote: HostPort; readonly error: SocketError };
  /** We have another address: answers to what is under way cannot come any more. */
  readonly moved: { readonly error: SocketError };
}

/** What was turned away since the transport was opened. */
export interface TransportCounters {
  readonly malformed: number;
  /** Responses whose top Via is not ours (RFC 3261 §18.1.2). */
  readonly misrouted: number;
  /** Inbound connections over the limit. */
  readonly refusedConnections: number;
}
