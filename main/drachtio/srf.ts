import type { Undo } from "../base/events.ts";
import type { HostPort } from "../base/host-port.ts";
import type { Result } from "../base/result.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { SipRequest, SipResponse } from "../sip/message/message.ts";

/**
 * SIP for applications: the port that the CPM client and the Participating Function are written against.
 * `srf.node.ts` implements it with drachtio-srf. Messages are those of `sip/message`, bodies are true octets, every
 * promise settles in bounded time, and no failure is thrown.
 */
export interface Srf {
  /** The address our Contact and Via name. */
  readonly local: HostPort;
  /** Value of the Contact that is written where the application gives none. */
  readonly contact: string;
  /**
   * Sends a request outside a dialog; not INVITE. A 401 or 407 is answered inside when credentials are configured.
   * @returns the final response of any class
   */
  request(options: OutgoingRequest): Promise<Result<SipResponse, SipFailure>>;
  invite(options: OutgoingInvite): InviteUac;
  /** One handler; without one, INVITEs get 480. */
  onInvite(handler: (invite: InviteUas) => void): Undo;
  /** Requests outside a dialog, for example MESSAGE or NOTIFY. Methods nobody handles get 405. */
  onRequest(method: string, handler: (request: IncomingRequest) => void): Undo;
  /**
   * Keeps the TCP connection to a next hop alive by pings (RFC 5626 §4.4.1), the next after `nextPingMs` each time. Over
   * UDP it does nothing.
   * @param hop the `sip:` URI that requests were sent to
   * @param onLost called once, when the connection has failed
   */
  keepAlive(hop: string, nextPingMs: () => number, onLost: () => void): Undo;
  /** Ends the use of the stack; whatever is pending fails with `closed`. The transaction layer stays open. */
  close(): Promise<void>;
}

export interface SipBody {
  readonly contentType: string;
  readonly content: Buffer;
}

export interface OutgoingRequest {
  readonly method: string;
  /** Request-URI. */
  readonly uri: string;
  /** name-addr or URI without a tag; the stack adds one. */
  readonly from: string;
  /** Default: the Request-URI. */
  readonly to?: string;
  readonly headers: readonly HeaderField[];
  readonly body?: SipBody;
  /** Preloaded Route values in order; the first is the next hop (RFC 3261 §8.1.2, RFC 3608). */
  readonly route?: readonly string[];
  /** `sip:` URI the request is sent to when there is no Route; default: the outbound hop, else the Request-URI. */
  readonly nextHop?: string;
  /** Aborting ends the wait with `cancelled`. A non-INVITE transaction cannot be taken back (RFC 3261 §9.1). */
  readonly signal?: AbortSignal;
  /** REGISTER refreshes keep their Call-ID (RFC 3261 §10.2). */
  readonly callId?: string;
  /** With a kept Call-ID: above the last one used. */
  readonly cseq?: number;
}

export type OutgoingInvite = Omit<OutgoingRequest, "method">;

export type SipFailure = {
  readonly kind: "timeout" | "transport" | "cancelled" | "closed" | "rejected-locally";
  readonly message: string;
};

export interface InviteUac {
  readonly callId: string;
  /** 101 to 199, from every early dialog. */
  onProvisional(handler: (response: SipResponse) => void): Undo;
  readonly outcome: Promise<InviteOutcome>;
  /**
   * CANCEL by the rules of RFC 3261 §9.1. When a 2xx crosses it, the stack ACKs and sends BYE itself and the outcome
   * is a failure `cancelled`. Harmless after the outcome.
   * @param reason value of a Reason header (RFC 3326)
   */
  cancel(reason?: string): void;
}

export type InviteOutcome =
  /** ACK was sent. */
  | { readonly kind: "answered"; readonly dialog: SrfDialog; readonly response: SipResponse }
  | { readonly kind: "refused"; readonly response: SipResponse }
  | { readonly kind: "failed"; readonly failure: SipFailure };

export interface InviteUas {
  readonly request: SipRequest;
  readonly source: HostPort;
  /** Our tag in every response to this INVITE. */
  readonly localTag: string;
  provisional(status: number, headers?: readonly HeaderField[]): void;
  /**
   * 200 with the answer, retransmitted by the stack.
   * @returns the dialog once the ACK came; `timeout` when none came in 64*T1 (BYE was sent), `cancelled` when a
   *   CANCEL was first
   */
  accept(answer: {
    readonly headers: readonly HeaderField[];
    readonly body: SipBody;
  }): Promise<Result<SrfDialog, SipFailure>>;
  refuse(status: number, reason?: string, headers?: readonly HeaderField[]): void;
  /** 200 to the CANCEL and 487 to the INVITE were already sent. */
  onCancel(handler: (cancel: SipRequest) => void): Undo;
}

export interface ResponseOptions {
  readonly reason?: string;
  readonly headers?: readonly HeaderField[];
  readonly body?: SipBody;
}

export interface IncomingRequest {
  readonly request: SipRequest;
  readonly source: HostPort;
  /** One final response; later calls are ignored. */
  respond(status: number, options?: ResponseOptions): void;
}

/** A confirmed INVITE dialog. */
export interface SrfDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** The handler answers, possibly later; unanswered after 4 s it is answered with 200. Without a handler 200 at once. */
  onBye(handler: (bye: IncomingRequest) => void): Undo;
  /** Without a handler re-INVITEs get 488. */
  onReinvite(handler: (request: IncomingRequest) => void): Undo;
  /** Other requests in the dialog; methods nobody handles get 405. */
  onRequest(method: string, handler: (request: IncomingRequest) => void): Undo;
  /** The stack ended the dialog: no ACK came, 408 or 481 inside it, the stack was closed. Not called after a BYE of either side. */
  onLost(handler: (why: string) => void): Undo;
  bye(headers?: readonly HeaderField[]): Promise<Result<SipResponse, SipFailure>>;
  /** Sends a re-INVITE, ACKs its 2xx, and tries again after 491 (RFC 3261 §14.1). */
  reinvite(
    body: SipBody,
    headers?: readonly HeaderField[],
  ): Promise<Result<SipResponse, SipFailure>>;
  request(
    method: string,
    options?: { readonly headers?: readonly HeaderField[]; readonly body?: SipBody },
  ): Promise<Result<SipResponse, SipFailure>>;
}
