import type { SocketError } from "../../base/ports.ts";
import type { SipResponse } from "../message/message.ts";

/**
 * Timers of client transactions by the letters of RFC 3261 Table 4 and RFC 6026 §8.4; `cancel` is the 64*T1 that RFC
 * 3261 §9.1 gives a cancelled INVITE.
 */
export type ClientTimer = "A" | "B" | "D" | "E" | "F" | "K" | "M" | "cancel";

/** What happens to a client transaction. */
export type ClientEvent =
  | { readonly on: "response"; readonly response: SipResponse }
  | { readonly on: "timer"; readonly timer: ClientTimer }
  | { readonly on: "transport-error"; readonly error: SocketError }
  /** The connection that carried the request is gone. */
  | { readonly on: "flow-lost"; readonly error: SocketError }
  /** The request fell back to UDP (RFC 3261 §18.1.1); `isReliable` of the configuration is false from now on. */
  | { readonly on: "moved-to-udp" }
  /** This machine has another address: no answer can come. */
  | { readonly on: "moved"; readonly error: SocketError }
  | { readonly on: "cancel" };

/** What the runner does for a client transaction, in order. */
export type ClientEffect =
  | { readonly do: "send-request" }
  | { readonly do: "send-ack"; readonly response: SipResponse }
  | { readonly do: "send-cancel" }
  | { readonly do: "start-timer"; readonly timer: ClientTimer; readonly ms: number }
  | { readonly do: "stop-timers" }
  | { readonly do: "tell-response"; readonly response: SipResponse }
  | { readonly do: "tell-timeout" }
  | { readonly do: "tell-transport-error"; readonly error: SocketError };

/** The last state; the runner forgets the transaction. */
export interface Terminated {
  readonly name: "terminated";
}

export interface ClientStep<State> {
  readonly state: State | Terminated;
  readonly effects: readonly ClientEffect[];
}

export const TERMINATED: Terminated = { name: "terminated" };

export function unchanged<State>(state: State): ClientStep<State> {
  return { state, effects: [] };
}

/** RFC 3261 §17.1.1.2 and §17.1.2.2: the TU is told and the transaction is gone. */
export function timedOut(): ClientStep<never> {
  return { state: TERMINATED, effects: [{ do: "stop-timers" }, { do: "tell-timeout" }] };
}

export function unreachable(error: SocketError): ClientStep<never> {
  return {
    state: TERMINATED,
    effects: [{ do: "stop-timers" }, { do: "tell-transport-error", error }],
  };
}
