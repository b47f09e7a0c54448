import type { SipHeaders } from "./headers.ts";

/**
 * How header text became characters: UTF-8 where the octets allow it, else one character per octet, so that what we
 * forward has the octets we received. Absent means UTF-8.
 */
export type HeaderEncoding = "utf8" | "latin1";

export interface SipRequest {
  readonly kind: "request";
  /** Case-sensitive (RFC 3261 §7.1). */
  readonly method: string;
  /** Request-URI as written; may be nonsense until `validateRequest` has passed. */
  readonly uri: string;
  readonly headers: SipHeaders;
  readonly body: Buffer;
  readonly encoding?: HeaderEncoding;
  /** As written, only when it is not SIP/2.0. */
  readonly version?: string;
}

export interface SipResponse {
  readonly kind: "response";
  /** 100 to 699. */
  readonly status: number;
  readonly reason: string;
  readonly headers: SipHeaders;
  readonly body: Buffer;
  readonly encoding?: HeaderEncoding;
}

export type SipMessage = SipRequest | SipResponse;

/** The body of a message that has none. */
export const NO_BODY: Buffer = Buffer.alloc(0);
