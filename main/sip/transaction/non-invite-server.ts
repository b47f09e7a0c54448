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
 * Non-INVITE server transaction: RFC 3261 §17.2.2 (Figure 8) as amended by RFC 4320 and, for transport errors, by RFC
 * 6026 §8.8.
 */
export type NistState =
  | { readonly name: "trying" }
  | { readonly name: "proceeding"; readonly provisional: Provisional }
  | {
      readonly name: "completed";
      /** undefined after a 408, which is not sent. */
      readonly final: SipResponse | undefined;
    }
  | ServerTerminated;

type Step = ServerStep<NistState>;

/** No 100 before the client's timer E has reached T2, one then (RFC 4320 §4.1). */
export function startNonInviteServer(config: TransactionConfig): Step {
  return {
    state: { name: "trying" },
    effects: [
      { do: "start-timer", timer: "trying", ms: tryingAfterMs(config) },
      // The client gives up with its timer F; RFC 4320 §4.2 wants silence then.
      { do: "start-timer", timer: "expiry", ms: timeoutMs(config) },
    ],
  };
}

/** Sum of the intervals of timer E below T2: 3.5 s with the default timers. */
export function tryingAfterMs(config: TransactionConfig): number {
  let sumMs = 0;
  for (let eMs = config.t1Ms; eMs > 0 && eMs < config.t2Ms; eMs *= 2) sumMs += eMs;
  return sumMs;
}

export function stepNonInviteServer(
  state: NistState,
  event: ServerEvent,
  config: TransactionConfig,
): Step {
  switch (state.name) {
    case "trying":
    case "proceeding":
      return beforeFinal(state, event, config);
    case "completed":
      return inCompleted(state, event);
    case "terminated":
      return unchanged(state);
    default:
      return assertNever(state, "non-INVITE server state");
  }
}

type BeforeFinal = Extract<NistState, { readonly name: "trying" | "proceeding" }>;

function beforeFinal(state: BeforeFinal, event: ServerEvent, config: TransactionConfig): Step {
  switch (event.on) {
    case "request":
      // §17.2.2: in Trying a retransmission is discarded; in Proceeding the provisional response is sent again.
      return { state, effects: state.name === "trying" ? [] : resend(state.provisional) };
    case "respond":
      return event.response.status < 200
        ? provisional(state, event.response, config)
        : final(event.response, config);
    case "timer":
      return timerBeforeFinal(state, event.timer);
    case "ack":
    case "transport-error":
      return unchanged(state);
    default:
      return assertNever(event, "non-INVITE server event");
  }
}

function timerBeforeFinal(state: BeforeFinal, timer: ServerTimer): Step {
  if (timer === "expiry") return ended("done");
  if (timer !== "trying" || state.name !== "trying") return unchanged(state);
  return { state: { name: "proceeding", provisional: "trying" }, effects: [{ do: "send-trying" }] };
}

function provisional(state: BeforeFinal, response: SipResponse, config: TransactionConfig): Step {
  // RFC 4320 §4.1: 100 is the only provisional response to a non-INVITE, over UDP not before its time.
  const isTooEarly = state.name === "trying" && !config.isReliable;
  if (response.status !== 100 || isTooEarly) return unchanged(state);
  return {
    state: { name: "proceeding", provisional: response },
    effects: [{ do: "send", response }],
  };
}

function final(response: SipResponse, config: TransactionConfig): Step {
  // RFC 4320 §4.2: no 408 to a non-INVITE, ever: it would come after the client has given up.
  const isSent = response.status !== 408;
  return {
    // Timer J is 0 over reliable transports.
    state: config.isReliable
      ? { name: "terminated", cause: "done" }
      : { name: "completed", final: isSent ? response : undefined },
    effects: [
      { do: "stop-timers" },
      ...(isSent ? [{ do: "send", response } as const] : []),
      ...(config.isReliable
        ? []
        : [{ do: "start-timer", timer: "J", ms: timeoutMs(config) } as const]),
    ],
  };
}

function inCompleted(
  state: Extract<NistState, { readonly name: "completed" }>,
  event: ServerEvent,
): Step {
  if (event.on === "request") return { state, effects: resend(state.final) };
  return event.on === "timer" && event.timer === "J" ? ended("done") : unchanged(state);
}
