/** What the abuse bench tells its processes over the IPC channel of `fork`. */

export const ABUSE_DOMAIN = "abuse.example";
export const ABUSE_PASSWORD = "abuse";

/** First message to a process. */
export type AbuseRole =
  | { readonly kind: "core"; readonly pf: string; readonly users: readonly string[] }
  | { readonly kind: "pf" }
  | FloodRole
  | CrowdRole
  | {
      readonly kind: "people";
      readonly core: number;
      readonly folder: string;
      readonly pairs: number;
    }
  | CallsRole;

/** Requests of nobody, each another one. */
export interface FloodRole {
  readonly kind: "flood";
  readonly core: number;
  readonly perSecond: number;
  readonly durationMs: number;
}

/**
 * Connections that bring an octet now and then, others that bring nothing, and TLS handshakes that stop half-way, twenty from
 * each address.
 */
export interface CrowdRole {
  readonly kind: "crowd";
  readonly ports: readonly number[];
  readonly tlsPorts: readonly number[];
  readonly slow: number;
  readonly idle: number;
  readonly half: number;
}

/** So many sessions at once, each with half a message on its way. */
export interface CallsRole {
  readonly kind: "calls";
  readonly core: number;
  readonly callers: number;
  readonly perCaller: number;
}

/** A server listens. */
export interface Listening {
  readonly port: number;
  readonly msrpPort?: number;
  readonly tls: TlsDoor;
}

/** How a server is reached over TLS. */
export interface TlsDoor {
  readonly port: number;
  readonly fingerprint: string;
}

export interface FloodDone {
  readonly sent: number;
  readonly heard: number;
}

export interface CrowdReady {
  readonly open: number;
  /** Handshakes that are not over. */
  readonly half: number;
}

export type PeopleTask =
  | { readonly task: "transfers"; readonly durationMs: number; readonly everyMs: number }
  /** Somebody who was not there before signs in and sends a file. */
  | { readonly task: "newcomer"; readonly tls?: TlsDoor };

export interface TransfersDone {
  readonly setUpMs: readonly number[];
  readonly whole: number;
  readonly begun: number;
}

export interface NewcomerDone {
  readonly signedInMs: number;
  readonly setUpMs: number;
  readonly isWhole: boolean;
}

export interface CallsOpen {
  readonly open: number;
}

export interface CallsDone {
  readonly whole: number;
}
