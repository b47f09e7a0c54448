import { describe, expect, it } from "vitest";
import { requestOf } from "../../../tests/support/sip-pair.ts";
import { responseTo } from "../message/build.ts";
import {
  type NistState,
  startNonInviteServer,
  stepNonInviteServer,
  tryingAfterMs,
} from "./non-invite-server.ts";
import type { ServerEvent, ServerTimer } from "./server-fsm.ts";
import { DEFAULT_TIMERS, type TransactionConfig } from "./timers.ts";

const UDP: TransactionConfig = { ...DEFAULT_TIMERS, isReliable: false };
const TCP: TransactionConfig = { ...DEFAULT_TIMERS, isReliable: true };
const MESSAGE = requestOf("MESSAGE");
const HUNDRED = responseTo(MESSAGE, 100);
const RINGING = responseTo(MESSAGE, 180);
const OK = responseTo(MESSAGE, 200);
const TIMED_OUT = responseTo(MESSAGE, 408);

const timer = (name: ServerTimer): ServerEvent => ({ on: "timer", timer: name });
const respond = (response: typeof OK): ServerEvent => ({ on: "respond", response });
const REQUEST: ServerEvent = { on: "request" };
const ACKED: ServerEvent = { on: "ack", ack: requestOf("ACK") };
const FAILED: ServerEvent = { on: "transport-error" };

const TRYING: NistState = { name: "trying" };
const PROCEEDING: NistState = { name: "proceeding", provisional: HUNDRED };
const COMPLETED: NistState = { name: "completed", final: OK };
const TERMINATED: NistState = { name: "terminated", cause: "done" };

describe("RFC 3261 §17.2.2 non-INVITE server transaction", () => {
  it("MUST discard retransmissions in Trying", () => {
    expect(stepNonInviteServer(TRYING, REQUEST, UDP)).toEqual({ state: TRYING, effects: [] });
  });

  it("MUST send the provisional response again in Proceeding", () => {
    expect(stepNonInviteServer(PROCEEDING, REQUEST, UDP)).toEqual({
      state: PROCEEDING,
      effects: [{ do: "send", response: HUNDRED }],
    });
  });

  it("MUST enter Completed on a final response, with timer J of 64*T1", () => {
    for (const state of [TRYING, PROCEEDING]) {
      expect(stepNonInviteServer(state, respond(OK), UDP)).toEqual({
        state: COMPLETED,
        effects: [
          { do: "stop-timers" },
          { do: "send", response: OK },
          { do: "start-timer", timer: "J", ms: 32_000 },
        ],
      });
    }
  });

  it("MUST end with the final response over a reliable transport, where timer J is 0", () => {
    expect(stepNonInviteServer(TRYING, respond(OK), TCP)).toEqual({
      state: TERMINATED,
      effects: [{ do: "stop-timers" }, { do: "send", response: OK }],
    });
  });

  it("MUST send the final response again in Completed, and end when timer J fires", () => {
    expect(stepNonInviteServer(COMPLETED, REQUEST, UDP).effects).toEqual([
      { do: "send", response: OK },
    ]);
    expect(stepNonInviteServer(COMPLETED, timer("J"), UDP).state).toEqual(TERMINATED);
  });
});

describe("RFC 4320 §4.1 provisional responses to non-INVITE requests", () => {
  it("MUST send a 100 when the client's timer E has reached T2, 3.5 s, and not before", () => {
    expect(tryingAfterMs(UDP)).toBe(3500);
    expect(startNonInviteServer(UDP).effects[0]).toEqual({
      do: "start-timer",
      timer: "trying",
      ms: 3500,
    });
    expect(stepNonInviteServer(TRYING, timer("trying"), UDP)).toEqual({
      state: { name: "proceeding", provisional: "trying" },
      effects: [{ do: "send-trying" }],
    });
  });

  it("MUST NOT send the TU's 100 early over an unreliable transport, and MAY over a reliable one", () => {
    expect(stepNonInviteServer(TRYING, respond(HUNDRED), UDP)).toEqual({
      state: TRYING,
      effects: [],
    });
    expect(stepNonInviteServer(TRYING, respond(HUNDRED), TCP)).toEqual({
      state: PROCEEDING,
      effects: [{ do: "send", response: HUNDRED }],
    });
  });

  it("MUST NOT send any other provisional response", () => {
    for (const state of [TRYING, PROCEEDING]) {
      expect(stepNonInviteServer(state, respond(RINGING), TCP)).toEqual({ state, effects: [] });
    }
  });
});

describe("RFC 4320 §4.2 no 408 to non-INVITE requests", () => {
  it("MUST NOT send 408, and absorbs retransmissions in silence", () => {
    const next = stepNonInviteServer(TRYING, respond(TIMED_OUT), UDP);
    expect(next).toEqual({
      state: { name: "completed", final: undefined },
      effects: [{ do: "stop-timers" }, { do: "start-timer", timer: "J", ms: 32_000 }],
    });
    expect(stepNonInviteServer(next.state, REQUEST, UDP).effects).toEqual([]);
  });

  it("ends without a response when the client has given up", () => {
    expect(startNonInviteServer(UDP).effects[1]).toEqual({
      do: "start-timer",
      timer: "expiry",
      ms: 32_000,
    });
    for (const state of [TRYING, PROCEEDING]) {
      expect(stepNonInviteServer(state, timer("expiry"), UDP)).toEqual({
        state: TERMINATED,
        effects: [{ do: "stop-timers" }],
      });
    }
  });
});

describe("RFC 3261 §17.2.2 events that a non-INVITE server transaction has no use for", () => {
  const timers = ["G", "H", "I", "J", "L", "trying", "expiry"] as const;
  const all: readonly ServerEvent[] = [
    REQUEST,
    ACKED,
    FAILED,
    respond(HUNDRED),
    respond(OK),
    ...timers.map(timer),
  ];
  const cases: readonly (readonly [string, NistState, readonly ServerEvent[]])[] = [
    ["trying", TRYING, [ACKED, FAILED, ...(["G", "H", "I", "J", "L"] as const).map(timer)]],
    [
      "proceeding",
      PROCEEDING,
      [ACKED, FAILED, ...(["G", "H", "I", "J", "L", "trying"] as const).map(timer)],
    ],
    [
      "completed",
      COMPLETED,
      all.filter((event) => event !== REQUEST && !(event.on === "timer" && event.timer === "J")),
    ],
    ["terminated", TERMINATED, all],
  ];

  it.each(cases)("MUST leave %s untouched", (_, state, events) => {
    for (const event of events) {
      const next = stepNonInviteServer(state, event, UDP);
      expect(next.state).toBe(state);
      expect(next.effects).toEqual([]);
    }
  });
});
