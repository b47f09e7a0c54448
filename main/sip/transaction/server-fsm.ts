import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ServerEnd } from "./transaction.ts";

/**
 * Timers of server transactions by the letters of RFC 3261 Table 4 and RFC 6026 §7.1; `trying` makes the 100 of a silent
 * TU, `expiry` ends a non-INVITE that is never answered.
 */
export type ServerTimer = "G" | "H" | "I" | "J" | "L" | "trying" | "expiry";

/** What happens to a server transaction. */
export type ServerEvent =
  /** The request came again. */
  | { readonly on: "request" }
  | { readonly on: "ack"; readonly ack: SipRequest }
  /** The TU answers. */
  | { readonly on: "respond"; readonly response: SipResponse }
  | { readonly on: "timer"; readonly timer: ServerTimer }
  | { readonly on: "transport-error" };

/** What the runner does for a server transaction, in order. */
export type ServerEffect =
  | { readonly do: "send"; readonly response: SipResponse }
  /** A 100 made by the transaction itself. */
  | { readonly do: "send-trying" }
  | { readonly do: "start-timer"; readonly timer: ServerTimer; readonly ms: number }
  | { readonly do: "stop-timers" }
  /** The ACK of a 3xx-6xx. */
  | { readonly do: "tell-ack"; readonly ack: SipRequest }
  /** An ACK with the INVITE's branch after a 2xx: it belongs to the dialog. */
  | { readonly do: "pass-ack"; readonly ack: SipRequest };

/** The last state; the runner tells the TU the cause and forgets the transaction. */
export interface ServerTerminated {
  readonly name: "terminated";
  readonly cause: ServerEnd;
}

export interface ServerStep<State> {
  readonly state: State | ServerTerminated;
  readonly effects: readonly ServerEffect[];
}

/** What is sent again when the request comes again: the TU's latest, or the transaction's own 100. */
export type Provisional = SipResponse | "trying" | undefined;

export function unchanged<State>(state: State): ServerStep<State> {
  return { state, effects: [] };
}

export function ended(cause: ServerEnd): ServerStep<never> {
  return { state: { name: "terminated", cause }, effects: [{ do: "stop-timers" }] };
}

export function resend(provisional: Provisional): readonly ServerEffect[] {
  if (provisional === undefined) return [];
  return provisional === "trying"
    ? [{ do: "send-trying" }]
    : [{ do: "send", response: provisional }];
}
