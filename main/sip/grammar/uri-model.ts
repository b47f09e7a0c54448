import type { Parameter, Parameters } from "./parameters.ts";

/** A SIP or SIPS URI (RFC 3261 §19.1). Nothing is percent-decoded: what is written again is what was read. */
export interface SipUri {
  readonly kind: "sip";
  readonly scheme: "sip" | "sips";
  readonly user?: string;
  readonly password?: string;
  /** Without brackets. */
  readonly host: string;
  readonly port?: number;
  readonly parameters: Parameters;
  readonly headers: readonly Parameter[];
}

/** RFC 3966. */
export interface TelUri {
  readonly kind: "tel";
  /** As written, with its visual separators. */
  readonly number: string;
  readonly parameters: Parameters;
}

export interface OtherUri {
  readonly kind: "other";
  /** Lower case. */
  readonly scheme: string;
  /** The whole URI. */
  readonly text: string;
}

export type Uri = SipUri | TelUri | OtherUri;
