import { assertNever } from "../../base/protocol-error.ts";
import type { SipResponse } from "../message/message.ts";
import {
  type ClientEvent,
  type ClientStep,
  TERMINATED,
  type Terminated,
  timedOut,
  unchanged,
  unreachable,
} from "./client-fsm.ts";
import { type TransactionConfig, timeoutMs } from "./timers.ts";

/** INVITE client transaction: RFC 3261 §17.1.1 (Figure 5) as amended by RFC 6026 §7.2 and §8.4. */
export type IctState =
  | {
      readonly name: "calling";
      /** Interval of timer A that is running. */
      readonly aMs: number;
      /** RFC 3261 §9.1: a CANCEL waits for the first provisional response. */
      readonly isCancelWanted: boolean;
      /** The request was sent again over a new connection; it is not sent a third time. */
      readonly wasResent: boolean;
    }
  | { readonly name: "proceeding"; readonly isCancelled: boolean }
  | { readonly name: "completed" }
  | { readonly name: "accepted" }
  | Terminated;

type Step = ClientStep<IctState>;

/** Sends the INVITE; timer A only over unreliable transports, timer B always (§17.1.1.2). */
export function startInviteClient(config: TransactionConfig): Step {
  const { t1Ms, isReliable } = config;
  return {
    state: { name: "calling", aMs: t1Ms, isCancelWanted: false, wasResent: false },
    effects: [
      { do: "send-request" },
      ...(isReliable ? [] : [{ do: "start-timer", timer: "A", ms: t1Ms } as const]),
      { do: "start-timer", timer: "B", ms: timeoutMs(config) },
    ],
  };
}

export function stepInviteClient(
  state: IctState,
  event: ClientEvent,
  config: TransactionConfig,
): Step {
  switch (state.name) {
    case "calling":
      return inCalling(state, event, config);
    case "proceeding":
      return inProceeding(state, event, config);
    case "completed":
      return inCompleted(state, event);
    case "accepted":
      return inAccepted(state, event);
    case "terminated":
      return unchanged(state);
    default:
      return assertNever(state, "INVITE client state");
  }
}

type Calling = Extract<IctState, { readonly name: "calling" }>;
type Proceeding = Extract<IctState, { readonly name: "proceeding" }>;

function inCalling(state: Calling, event: ClientEvent, config: TransactionConfig): Step {
  switch (event.on) {
    case "response":
      return event.response.status < 200
        ? firstProvisional(state, event.response, config)
        : final(event.response, config);
    case "timer":
      return callingTimer(state, event.timer);
    case "transport-error":
    case "moved":
      return unreachable(event.error);
    case "flow-lost":
      // A connection that the other side had just closed says nothing of the other side: try a fresh one, once.
      return state.wasResent
        ? unreachable(event.error)
        : { state: { ...state, wasResent: true }, effects: [{ do: "send-request" }] };
    case "moved-to-udp":
      return {
        state: { ...state, aMs: config.t1Ms },
        effects: [{ do: "start-timer", timer: "A", ms: config.t1Ms }],
      };
    case "cancel":
      return state.isCancelWanted
        ? unchanged(state)
        : { state: { ...state, isCancelWanted: true }, effects: [] };
    default:
      return assertNever(event, "INVITE client event");
  }
}

function callingTimer(state: Calling, timer: string): Step {
  if (timer === "B") return timedOut();
  if (timer !== "A") return unchanged(state);
  // §17.1.1.2: A doubles without bound; B ends it.
  const aMs = state.aMs * 2;
  return {
    state: { ...state, aMs },
    effects: [{ do: "send-request" }, { do: "start-timer", timer: "A", ms: aMs }],
  };
}

function firstProvisional(state: Calling, response: SipResponse, config: TransactionConfig): Step {
  const isCancelled = state.isCancelWanted;
  return {
    state: { name: "proceeding", isCancelled },
    effects: [
      { do: "stop-timers" },
      ...(isCancelled ? cancelEffects(config) : []),
      { do: "tell-response", response },
    ],
  };
}

function cancelEffects(config: TransactionConfig) {
  return [
    { do: "send-cancel" },
    // RFC 3261 §9.1: no final response 64*T1 after the CANCEL: consider the INVITE cancelled and forget it.
    { do: "start-timer", timer: "cancel", ms: timeoutMs(config) },
  ] as const;
}

function inProceeding(state: Proceeding, event: ClientEvent, config: TransactionConfig): Step {
  switch (event.on) {
    case "response":
      return event.response.status < 200
        ? { state, effects: [{ do: "tell-response", response: event.response }] }
        : final(event.response, config);
    case "timer":
      return event.timer === "cancel" ? timedOut() : unchanged(state);
    case "cancel":
      return state.isCancelled
        ? unchanged(state)
        : { state: { name: "proceeding", isCancelled: true }, effects: cancelEffects(config) };
    case "moved": {
      // Whoever rings because of us is told, since nobody waits for the answer any more.
      const { state: end, effects } = unreachable(event.error);
      return {
        state: end,
        effects: state.isCancelled ? effects : [{ do: "send-cancel" }, ...effects],
      };
    }
    case "transport-error":
    case "flow-lost":
    case "moved-to-udp":
      // The request has arrived; the response may come over another connection (§18.2.2).
      return unchanged(state);
    default:
      return assertNever(event, "INVITE client event");
  }
}

function final(response: SipResponse, config: TransactionConfig): Step {
  if (response.status < 300) {
    // RFC 6026 §8.4: stay for 64*T1 to hand every 2xx of every fork to the TU, which acknowledges them.
    return {
      state: { name: "accepted" },
      effects: [
        { do: "stop-timers" },
        { do: "start-timer", timer: "M", ms: timeoutMs(config) },
        { do: "tell-response", response },
      ],
    };
  }
  return {
    // Timer D is 0 over reliable transports: nothing is retransmitted there.
    state: config.isReliable ? TERMINATED : { name: "completed" },
    effects: [
      { do: "stop-timers" },
      { do: "send-ack", response },
      ...(config.isReliable ? [] : [{ do: "start-timer", timer: "D", ms: config.dMs } as const]),
      { do: "tell-response", response },
    ],
  };
}

function inCompleted(state: IctState, event: ClientEvent): Step {
  if (event.on === "response" && event.response.status >= 300) {
    // §17.1.1.2: a retransmitted final response means that our ACK was lost; the TU has heard it once.
    return { state, effects: [{ do: "send-ack", response: event.response }] };
  }
  if (event.on === "timer" && event.timer === "D") return ended();
  // The TU has its final response; an ACK that cannot be sent changes nothing for it.
  if (event.on === "transport-error") return ended();
  return unchanged(state);
}

function inAccepted(state: IctState, event: ClientEvent): Step {
  if (event.on === "response" && event.response.status >= 200 && event.response.status < 300) {
    return { state, effects: [{ do: "tell-response", response: event.response }] };
  }
  return event.on === "timer" && event.timer === "M" ? ended() : unchanged(state);
}

function ended(): Step {
  return { state: TERMINATED, effects: [{ do: "stop-timers" }] };
}
