import { assertNever } from "../../base/protocol-error.ts";
import type { SipResponse } from "../message/message.ts";
import {
  ended,
  type Provisional,
  resend,
  type ServerEvent,
  type ServerStep,
  type ServerTerminated,
  type ServerTimer,
  unchanged,
} from "./server-fsm.ts";
import { type TransactionConfig, timeoutMs } from "./timers.ts";

/**
 * INVITE server transaction: RFC 3261 §17.2.1 (Figure 7) as amended by RFC 6026 §7.1 and §8.7. A transport error ends
 * nothing (RFC 6026 §8.8): the state goes on absorbing INVITEs, and only the cause of its end remembers.
 */
export type IstState =
  | {
      readonly name: "proceeding";
      readonly provisional: Provisional;
      readonly hasTransportError: boolean;
    }
  | {
      readonly name: "completed";
      readonly final: SipResponse;
      /** Interval of timer G that is running. */
      readonly gMs: number;
      readonly hasTransportError: boolean;
    }
  | { readonly name: "accepted"; readonly hasTransportError: boolean }
  | { readonly name: "confirmed" }
  | ServerTerminated;

type Step = ServerStep<IstState>;
type Proceeding = Extract<IstState, { readonly name: "proceeding" }>;
type Completed = Extract<IstState, { readonly name: "completed" }>;
type Accepted = Extract<IstState, { readonly name: "accepted" }>;

/** A TU that says nothing for 200 ms has a 100 sent for it (§17.2.1). */
export function startInviteServer(config: TransactionConfig): Step {
  return {
    state: { name: "proceeding", provisional: undefined, hasTransportError: false },
    effects: [{ do: "start-timer", timer: "trying", ms: config.tryingAfterMs }],
  };
}

export function stepInviteServer(
  state: IstState,
  event: ServerEvent,
  config: TransactionConfig,
): Step {
  switch (state.name) {
    case "proceeding":
      return inProceeding(state, event, config);
    case "completed":
      return inCompleted(state, event, config);
    case "accepted":
      return inAccepted(state, event);
    case "confirmed":
      return event.on === "timer" && event.timer === "I" ? ended("done") : unchanged(state);
    case "terminated":
      return unchanged(state);
    default:
      return assertNever(state, "INVITE server state");
  }
}

function inProceeding(state: Proceeding, event: ServerEvent, config: TransactionConfig): Step {
  switch (event.on) {
    case "request":
      // §17.2.1: the most recent provisional response MUST be sent again.
      return { state, effects: resend(state.provisional) };
    case "respond":
      return event.response.status < 200
        ? {
            state: { ...state, provisional: event.response },
            effects: [{ do: "stop-timers" }, { do: "send", response: event.response }],
          }
        : final(state, event.response, config);
    case "timer":
      return event.timer === "trying" && state.provisional === undefined
        ? { state: { ...state, provisional: "trying" }, effects: [{ do: "send-trying" }] }
        : unchanged(state);
    case "transport-error":
      return { state: { ...state, hasTransportError: true }, effects: [] };
    case "ack":
      return unchanged(state);
    default:
      return assertNever(event, "INVITE server event");
  }
}

function final(state: Proceeding, response: SipResponse, config: TransactionConfig): Step {
  const { hasTransportError } = state;
  if (response.status < 300) {
    return {
      state: { name: "accepted", hasTransportError },
      effects: [
        { do: "stop-timers" },
        { do: "send", response },
        { do: "start-timer", timer: "L", ms: timeoutMs(config) },
      ],
    };
  }
  return {
    state: { name: "completed", final: response, gMs: config.t1Ms, hasTransportError },
    effects: [
      { do: "stop-timers" },
      { do: "send", response },
      ...(config.isReliable ? [] : [{ do: "start-timer", timer: "G", ms: config.t1Ms } as const]),
      { do: "start-timer", timer: "H", ms: timeoutMs(config) },
    ],
  };
}

function inCompleted(state: Completed, event: ServerEvent, config: TransactionConfig): Step {
  switch (event.on) {
    case "request":
      return { state, effects: [{ do: "send", response: state.final }] };
    case "ack":
      return {
        // Timer I is 0 over reliable transports: no second ACK can follow.
        state: config.isReliable ? { name: "terminated", cause: "done" } : { name: "confirmed" },
        effects: [
          { do: "stop-timers" },
          ...(config.isReliable
            ? []
            : [{ do: "start-timer", timer: "I", ms: config.t4Ms } as const]),
          { do: "tell-ack", ack: event.ack },
        ],
      };
    case "timer":
      return completedTimer(state, event.timer, config);
    case "transport-error":
      return { state: { ...state, hasTransportError: true }, effects: [] };
    case "respond":
      // §17.2.1: the TU's further final responses are discarded.
      return unchanged(state);
    default:
      return assertNever(event, "INVITE server event");
  }
}

function completedTimer(state: Completed, timer: ServerTimer, config: TransactionConfig): Step {
  if (timer === "H") return ended(state.hasTransportError ? "transport-error" : "ack-timeout");
  if (timer !== "G") return unchanged(state);
  const gMs = Math.min(state.gMs * 2, config.t2Ms);
  return {
    state: { ...state, gMs },
    effects: [
      { do: "send", response: state.final },
      { do: "start-timer", timer: "G", ms: gMs },
    ],
  };
}

function inAccepted(state: Accepted, event: ServerEvent): Step {
  switch (event.on) {
    case "respond":
      // RFC 6026 §7.1: the TU retransmits its 2xx through the transaction.
      return event.response.status >= 200 && event.response.status < 300
        ? { state, effects: [{ do: "send", response: event.response }] }
        : unchanged(state);
    case "ack":
      return { state, effects: [{ do: "pass-ack", ack: event.ack }] };
    case "timer":
      if (event.timer !== "L") return unchanged(state);
      return ended(state.hasTransportError ? "transport-error" : "done");
    case "transport-error":
      return { state: { ...state, hasTransportError: true }, effects: [] };
    case "request":
      // RFC 6026 §7.1: retransmitted INVITEs are absorbed, nothing is sent.
      return unchanged(state);
    default:
      return assertNever(event, "INVITE server event");
  }
}
