import { assertNever } from "../../base/protocol-error.ts";
import type { SipResponse } from "../message/message.ts";
import {
  type ClientEvent,
  type ClientStep,
  type ClientTimer,
  TERMINATED,
  type Terminated,
  timedOut,
  unchanged,
  unreachable,
} from "./client-fsm.ts";
import { type TransactionConfig, timeoutMs } from "./timers.ts";

/** Non-INVITE client transaction: RFC 3261 §17.1.2 (Figure 6). */
export type NictState =
  | {
      readonly name: "trying";
      /** Interval of timer E that is running. */
      readonly eMs: number;
      readonly wasResent: boolean;
    }
  | { readonly name: "proceeding" }
  | { readonly name: "completed" }
  | Terminated;

type Step = ClientStep<NictState>;

/** Sends the request; timer E only over unreliable transports, timer F always (§17.1.2.2). */
export function startNonInviteClient(config: TransactionConfig): Step {
  const { t1Ms, isReliable } = config;
  return {
    state: { name: "trying", eMs: t1Ms, wasResent: false },
    effects: [
      { do: "send-request" },
      ...(isReliable ? [] : [{ do: "start-timer", timer: "E", ms: t1Ms } as const]),
      { do: "start-timer", timer: "F", ms: timeoutMs(config) },
    ],
  };
}

export function stepNonInviteClient(
  state: NictState,
  event: ClientEvent,
  config: TransactionConfig,
): Step {
  switch (state.name) {
    case "trying":
      return inTrying(state, event, config);
    case "proceeding":
      return inProceeding(state, event, config);
    case "completed":
      return event.on === "timer" && event.timer === "K"
        ? { state: TERMINATED, effects: [{ do: "stop-timers" }] }
        : unchanged(state);
    case "terminated":
      return unchanged(state);
    default:
      return assertNever(state, "non-INVITE client state");
  }
}

type Trying = Extract<NictState, { readonly name: "trying" }>;

function inTrying(state: Trying, event: ClientEvent, config: TransactionConfig): Step {
  switch (event.on) {
    case "response":
      return event.response.status < 200
        ? provisional(event.response)
        : final(event.response, config);
    case "timer":
      return tryingTimer(state, event.timer, config);
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
        state: { ...state, eMs: config.t1Ms },
        effects: [{ do: "start-timer", timer: "E", ms: config.t1Ms }],
      };
    case "cancel":
      // RFC 3261 §9.1: a CANCEL means an INVITE and nothing else.
      return unchanged(state);
    default:
      return assertNever(event, "non-INVITE client event");
  }
}

function tryingTimer(state: Trying, timer: ClientTimer, config: TransactionConfig): Step {
  if (timer === "F") return timedOut();
  if (timer !== "E") return unchanged(state);
  const eMs = Math.min(state.eMs * 2, config.t2Ms);
  return {
    state: { ...state, eMs },
    effects: [{ do: "send-request" }, { do: "start-timer", timer: "E", ms: eMs }],
  };
}

/** Timer E goes on as it runs; its next interval is T2 (§17.1.2.2). */
function provisional(response: SipResponse): Step {
  return { state: { name: "proceeding" }, effects: [{ do: "tell-response", response }] };
}

function inProceeding(state: NictState, event: ClientEvent, config: TransactionConfig): Step {
  switch (event.on) {
    case "response":
      return event.response.status < 200
        ? provisional(event.response)
        : final(event.response, config);
    case "timer":
      if (event.timer === "F") return timedOut();
      if (event.timer !== "E") return unchanged(state);
      return {
        state,
        effects: [{ do: "send-request" }, { do: "start-timer", timer: "E", ms: config.t2Ms }],
      };
    case "transport-error":
    case "moved":
      return unreachable(event.error);
    case "moved-to-udp":
      return { state, effects: [{ do: "start-timer", timer: "E", ms: config.t2Ms }] };
    case "flow-lost":
    case "cancel":
      // The request has arrived; the response may come over another connection (§18.2.2).
      return unchanged(state);
    default:
      return assertNever(event, "non-INVITE client event");
  }
}

function final(response: SipResponse, config: TransactionConfig): Step {
  return {
    // Timer K is 0 over reliable transports.
    state: config.isReliable ? TERMINATED : { name: "completed" },
    effects: [
      { do: "stop-timers" },
      ...(config.isReliable ? [] : [{ do: "start-timer", timer: "K", ms: config.t4Ms } as const]),
      { do: "tell-response", response },
    ],
  };
}
