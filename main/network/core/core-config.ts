import type { HostPort } from "../../base/host-port.ts";
import type { LimitProfile } from "../../base/limit-profile.ts";
import type { SipDigestAlgorithm } from "../../sip/ua/digest.ts";

/** One user of the home network. Only hashes are kept: H(user:domain:password) as hexadecimal text. */
export interface CoreUser {
  /** `sip:alice@a.example`. */
  readonly aor: string;
  readonly ha1: {
    readonly md5?: string;
    readonly sha256?: string;
    readonly sha512Trunc256?: string;
  };
}

export interface CoreConfig {
  /** The home domain; also the digest realm. */
  readonly domain: string;
  readonly users: readonly CoreUser[];
  /** SIP URI of the server that requests for `triggeredServices` pass through, in both session cases. */
  readonly participatingFunction?: string;
  /** ICSIs that trigger it; one that ends with a dot stands for all that begin with it. Default: every CPM service. */
  readonly triggeredServices?: readonly string[];
  /** What becomes of a request whose server does not answer: refused with 503 (default), or sent on without it. */
  readonly onServerFailure?: "terminate" | "continue";
  /** Other home networks: domain to the SIP URI of its core. */
  readonly neighbours: ReadonlyMap<string, string>;
  /** Address that Record-Route and Service-Route name; default: the one that the transport listens on. */
  readonly publicAddress?: HostPort;
  readonly digestAlgorithms?: readonly SipDigestAlgorithm[];
  /** Session interval put into requests that ask for none (RFC 4028 §8.1); default: none. */
  readonly sessionExpiresS?: number;
  readonly limits?: Partial<CoreLimits>;
  /** Whom the core may be reached by, and so how much it listens to each; default `lab`. */
  readonly profile?: LimitProfile;
}

export interface CoreLimits {
  readonly contactsPerAor: number;
  readonly branches: number;
  readonly minExpiresS: number;
  readonly maxExpiresS: number;
  /** The shortest session interval (RFC 4028 §8.1). */
  readonly minSessionS: number;
  /** Timer C: more than three minutes (RFC 3261 §16.6 step 11), and more than people get to answer. */
  readonly timerCMs: number;
  /** The turn of one device in a sequential search (RFC 3841 §9.1). */
  readonly sequentialRingMs: number;
  /** A server that has sent nothing after this time has failed. */
  readonly serverAnswerMs: number;
  /** How long a server may take to send a request back with its dialog identifier. */
  readonly originalDialogLifeMs: number;
  readonly originalDialogs: number;
  /** Subscriptions to the registration of one user (RFC 3680). */
  readonly subscriptionsPerAor: number;
}

export const CORE_LIMITS: CoreLimits = {
  contactsPerAor: 10,
  branches: 10,
  minExpiresS: 60,
  maxExpiresS: 3_600,
  minSessionS: 90,
  timerCMs: 240_000,
  sequentialRingMs: 30_000,
  serverAnswerMs: 2_000,
  originalDialogLifeMs: 300_000,
  // Two a call and five minutes each: 330 calls a second with an application server.
  originalDialogs: 200_000,
  subscriptionsPerAor: 20,
};

/** Every OMA CPM service (TS 24.229 ICSI of the form `…icsi.oma.cpm.…`). */
export const CPM_SERVICES = ["urn:urn-7:3gpp-service.ims.icsi.oma.cpm."] as const;
