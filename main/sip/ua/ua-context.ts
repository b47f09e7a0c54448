import type { Undo } from "../../base/events.ts";
import { bracketHost, type HostPort } from "../../base/host-port.ts";
import type { Clock, Log, Random } from "../../base/ports.ts";
import type { HeaderField } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type {
  ClientHandlers,
  ClientTransaction,
  ServerTransaction,
} from "../transaction/transaction.ts";
import type { Flow, SipTransport, Target } from "../transport/flow.ts";
import type { DigestClient } from "./digest-client.ts";
import type { Locator } from "./locator.ts";
import { LEAST_MIN_SE_S, type SessionTimerConfig } from "./session-timer.ts";

/** The part of the transaction layer that a user agent needs. */
export interface UaTransactions {
  onRequest(handler: (tx: ServerTransaction) => void): void;
  onAck(handler: (ack: SipRequest, flow: Flow) => void): void;
  onStrayResponse(handler: (response: SipResponse, flow: Flow) => void): void;
  request(request: SipRequest, target: Target | Flow, handlers: ClientHandlers): ClientTransaction;
  isMerged(tx: ServerTransaction): boolean;
  sendAck(ack: SipRequest, target: Target | Flow): void;
  keepAlive(target: Target, nextPingMs: () => number, onLost: () => void): Undo;
}

/** What the parts of one user agent share. */
export interface UaContext {
  readonly transactions: UaTransactions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly locator: Locator;
  readonly digest: DigestClient | undefined;
  readonly local: HostPort;
  /** Value of the Contact we give where the application gives none. */
  readonly contact: string;
  /** User-Agent of requests where the application gives none. */
  readonly userAgent: string | undefined;
  readonly config: UaConfig;
}

/** The fields with our User-Agent, unless they have one. */
export function withUserAgent(
  context: UaContext,
  fields: readonly HeaderField[],
): readonly HeaderField[] {
  const { userAgent } = context;
  const isGiven = fields.some((field) => field.name.toLowerCase() === "user-agent");
  if (userAgent === undefined || isGiven) return fields;
  return [...fields, { name: "User-Agent", value: userAgent }];
}

/** A target refresh names its Contact; ours, where the application gives none. */
export function withLocalContact(
  headers: readonly HeaderField[],
  { contact }: UaContext,
): readonly HeaderField[] {
  const isGiven = headers.some(({ name }) => name.toLowerCase() === "contact");
  return isGiven ? headers : [{ name: "Contact", value: contact }, ...headers];
}

export interface UaConfig extends SessionTimerConfig {
  /** RFC 3261 Table 4: T1 and T2 also time the retransmissions of a 2xx (§13.3.1.4). */
  readonly t1Ms: number;
  readonly t2Ms: number;
  /**
   * An INVITE without a final response is given up after this time. Above every ring time and every proxy's timer C, so
   * that it only catches applications and peers that have forgotten the INVITE.
   */
  readonly inviteLimitMs: number;
  /** Dialogs that others began, early ones among them; beyond that an INVITE gets 486 with Retry-After. */
  readonly maxReceivedDialogs: number;
}

/** Extensions that a peer may require of us (RFC 3262, RFC 4028), and that our INVITEs offer. */
export const SUPPORTED_OPTIONS: readonly string[] = ["100rel", "timer"];

export const DEFAULT_UA_CONFIG: UaConfig = {
  t1Ms: 500,
  t2Ms: 4000,
  inviteLimitMs: 300_000,
  maxReceivedDialogs: Number.POSITIVE_INFINITY,
  minSessionS: LEAST_MIN_SE_S,
};

/**
 * RFC 3261 §8.1.1.8: where requests of this dialog reach us.
 * @param transport absent where we listen on UDP and TCP
 */
export function defaultContact(
  local: HostPort,
  user: string | undefined,
  transport?: SipTransport,
): string {
  const userPart = user === undefined ? "" : `${user}@`;
  const named = transport === undefined ? "" : `;transport=${transport}`;
  return `<sip:${userPart}${bracketHost(local.host)}:${String(local.port)}${named}>`;
}
