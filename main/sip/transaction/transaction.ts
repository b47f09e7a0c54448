import type { Undo } from "../../base/events.ts";
import type { SocketError } from "../../base/ports.ts";
import type { HeaderField } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { Flow, Target } from "../transport/flow.ts";

/** Why a server transaction ended. `ack-timeout`: a 3xx-6xx to an INVITE was never acknowledged (timer H). */
export type ServerEnd = "done" | "ack-timeout" | "transport-error";

/** A request that arrived and the way its responses go back (RFC 3261 §17.2). */
export interface ServerTransaction {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly isInvite: boolean;
  /** Of a CANCEL: the INVITE's transaction that it means, if there is one (RFC 3261 §9.2). */
  readonly cancelled?: ServerTransaction;
  /** A final response was given to `respond`. */
  readonly hasFinal: boolean;
  /**
   * Sends a response. 1xx any number; 2xx to an INVITE any number (RFC 6026 §7.1: the TU retransmits them); any other
   * final response once. What is not allowed any more is ignored and logged.
   */
  respond(response: SipResponse): void;
  /** At most one call; at once when the transaction has already ended. */
  onEnd(handler: (cause: ServerEnd) => void): Undo;
  /** The ACK of a 3xx-6xx came. The ACK of a 2xx goes to `TransactionLayer.onAck`. */
  onAck(handler: (ack: SipRequest) => void): Undo;
}

/** What a client transaction tells its TU (RFC 3261 §17.1). */
export interface ClientHandlers {
  /** Every 1xx; every 2xx to an INVITE (RFC 6026 §7.2); one 3xx-6xx to an INVITE, already acknowledged; one final to others. */
  onResponse(response: SipResponse): void;
  /** No final response in time (timers B and F; 64*T1 after a CANCEL). The TU treats it as 408. */
  onTimeout(): void;
  /** The request could not be sent. The TU treats it as 503. */
  onTransportError(error: SocketError): void;
  /** Last call: nothing follows. */
  onEnd?(): void;
}

export interface ClientTransaction {
  /** With our Via on top. */
  readonly request: SipRequest;
  readonly branch: string;
  readonly target: Target;
  /**
   * RFC 3261 §9.1, INVITE only: sends a CANCEL once a provisional response is there. Does nothing after a final
   * response. Without a final response 64*T1 after the CANCEL the TU hears `onTimeout`.
   * @param headers added to the CANCEL, for example Reason
   */
  cancel(headers?: readonly HeaderField[]): void;
}
