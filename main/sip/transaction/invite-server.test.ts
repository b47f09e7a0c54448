import { describe, expect, it } from "vitest";
import { requestOf } from "../../../tests/support/sip-pair.ts";
import { responseTo } from "../message/build.ts";
import type { SipResponse } from "../message/message.ts";
import { type IstState, startInviteServer, stepInviteServer } from "./invite-server.ts";
import type { ServerEvent, ServerTimer } from "./server-fsm.ts";
import { DEFAULT_TIMERS, type TransactionConfig } from "./timers.ts";

const UDP: TransactionConfig = { ...DEFAULT_TIMERS, isReliable: false };
const TCP: TransactionConfig = { ...DEFAULT_TIMERS, isReliable: true };
const INVITE = requestOf("INVITE");
const ACK = requestOf("ACK");

function response(status: number): SipResponse {
  return responseTo(INVITE, status);
}

const TRYING = response(100);
const RINGING = response(180);
const OK = response(200);
const BUSY = response(486);

const timer = (name: ServerTimer): ServerEvent => ({ on: "timer", timer: name });
const respond = (it: SipResponse): ServerEvent => ({ on: "respond", response: it });
const REQUEST: ServerEvent = { on: "request" };
const ACKED: ServerEvent = { on: "ack", ack: ACK };
const FAILED: ServerEvent = { on: "transport-error" };

const FRESH: IstState = {
  name: "proceeding",
  provisional: undefined,
  hasTransportError: false,
};
const RUNG: IstState = { name: "proceeding", provisional: RINGING, hasTransportError: false };
const COMPLETED: IstState = {
  name: "completed",
  final: BUSY,
  gMs: 500,
  hasTransportError: false,
};
const ACCEPTED: IstState = { name: "accepted", hasTransportError: false };
const CONFIRMED: IstState = { name: "confirmed" };
const TERMINATED: IstState = { name: "terminated", cause: "done" };

describe("RFC 3261 §17.2.1 INVITE server transaction", () => {
  describe("in Proceeding", () => {
    it("MUST send 100 unless the TU answers within 200 ms", () => {
      expect(startInviteServer(UDP)).toEqual({
        state: FRESH,
        effects: [{ do: "start-timer", timer: "trying", ms: 200 }],
      });
      expect(stepInviteServer(FRESH, timer("trying"), UDP)).toEqual({
        state: { ...FRESH, provisional: "trying" },
        effects: [{ do: "send-trying" }],
      });
    });

    it("MUST pass provisional responses of the TU and not add a 100 after one", () => {
      expect(stepInviteServer(FRESH, respond(RINGING), UDP)).toEqual({
        state: RUNG,
        effects: [{ do: "stop-timers" }, { do: "send", response: RINGING }],
      });
      expect(stepInviteServer(RUNG, timer("trying"), UDP).effects).toEqual([]);
    });

    it("MUST answer a retransmitted INVITE with the most recent provisional response", () => {
      expect(stepInviteServer(FRESH, REQUEST, UDP).effects).toEqual([]);
      expect(stepInviteServer({ ...FRESH, provisional: "trying" }, REQUEST, UDP).effects).toEqual([
        { do: "send-trying" },
      ]);
      expect(stepInviteServer(RUNG, REQUEST, UDP).effects).toEqual([
        { do: "send", response: RINGING },
      ]);
    });

    it("MUST enter Completed on 300-699 with timers G and H over an unreliable transport", () => {
      for (const status of [300, 486, 699]) {
        const final = response(status);
        expect(stepInviteServer(RUNG, respond(final), UDP)).toEqual({
          state: { ...COMPLETED, final },
          effects: [
            { do: "stop-timers" },
            { do: "send", response: final },
            { do: "start-timer", timer: "G", ms: 500 },
            { do: "start-timer", timer: "H", ms: 32_000 },
          ],
        });
      }
    });

    it("MUST start timer H but not G over a reliable transport", () => {
      expect(stepInviteServer(RUNG, respond(BUSY), TCP).effects.slice(2)).toEqual([
        { do: "start-timer", timer: "H", ms: 32_000 },
      ]);
    });
  });

  describe("in Completed", () => {
    it("MUST double timer G on each firing, up to T2", () => {
      const delays: number[] = [];
      let state: IstState = COMPLETED;
      for (let i = 0; i < 5; i += 1) {
        const next = stepInviteServer(state, timer("G"), UDP);
        state = next.state;
        expect(next.effects[0]).toEqual({ do: "send", response: BUSY });
        const [, started] = next.effects;
        if (started?.do === "start-timer") delays.push(started.ms);
      }
      expect(delays).toEqual([1000, 2000, 4000, 4000, 4000]);
    });

    it("SHOULD send the final response again when the INVITE comes again", () => {
      expect(stepInviteServer(COMPLETED, REQUEST, UDP)).toEqual({
        state: COMPLETED,
        effects: [{ do: "send", response: BUSY }],
      });
    });

    it("MUST enter Confirmed on ACK, with timer I of T4", () => {
      expect(stepInviteServer(COMPLETED, ACKED, UDP)).toEqual({
        state: CONFIRMED,
        effects: [
          { do: "stop-timers" },
          { do: "start-timer", timer: "I", ms: 5000 },
          { do: "tell-ack", ack: ACK },
        ],
      });
    });

    it("MUST end on ACK over a reliable transport, where timer I is 0", () => {
      expect(stepInviteServer(COMPLETED, ACKED, TCP)).toEqual({
        state: TERMINATED,
        effects: [{ do: "stop-timers" }, { do: "tell-ack", ack: ACK }],
      });
    });

    it("MUST tell the TU that no ACK came when timer H fires", () => {
      expect(stepInviteServer(COMPLETED, timer("H"), UDP)).toEqual({
        state: { name: "terminated", cause: "ack-timeout" },
        effects: [{ do: "stop-timers" }],
      });
    });
  });

  it("MUST end in Confirmed when timer I fires", () => {
    expect(stepInviteServer(CONFIRMED, timer("I"), UDP).state).toEqual(TERMINATED);
  });
});

describe("RFC 6026 §7.1 INVITE server transaction in Accepted", () => {
  it("MUST be entered on a 2xx, with timer L of 64*T1 over every transport", () => {
    for (const config of [UDP, TCP]) {
      expect(stepInviteServer(RUNG, respond(OK), config)).toEqual({
        state: ACCEPTED,
        effects: [
          { do: "stop-timers" },
          { do: "send", response: OK },
          { do: "start-timer", timer: "L", ms: 32_000 },
        ],
      });
    }
  });

  it("MUST pass each 2xx of the TU and no other response", () => {
    expect(stepInviteServer(ACCEPTED, respond(OK), UDP)).toEqual({
      state: ACCEPTED,
      effects: [{ do: "send", response: OK }],
    });
    for (const status of [100, 199, 300, 603]) {
      expect(stepInviteServer(ACCEPTED, respond(response(status)), UDP).effects).toEqual([]);
    }
  });

  it("MUST absorb a retransmitted INVITE and pass an ACK to the TU", () => {
    expect(stepInviteServer(ACCEPTED, REQUEST, UDP)).toEqual({ state: ACCEPTED, effects: [] });
    expect(stepInviteServer(ACCEPTED, ACKED, UDP)).toEqual({
      state: ACCEPTED,
      effects: [{ do: "pass-ack", ack: ACK }],
    });
  });

  it("MUST end when timer L fires", () => {
    expect(stepInviteServer(ACCEPTED, timer("L"), UDP).state).toEqual(TERMINATED);
  });
});

describe("RFC 6026 §8.8 transport errors of an INVITE server transaction", () => {
  it("MUST NOT end it; only the cause of its end tells", () => {
    for (const state of [RUNG, COMPLETED, ACCEPTED]) {
      const next = stepInviteServer(state, FAILED, UDP);
      expect(next).toEqual({ state: { ...state, hasTransportError: true }, effects: [] });
    }
    const failed = { ...COMPLETED, hasTransportError: true };
    expect(stepInviteServer(failed, timer("H"), UDP).state).toEqual({
      name: "terminated",
      cause: "transport-error",
    });
    const failedAccepted = { ...ACCEPTED, hasTransportError: true };
    expect(stepInviteServer(failedAccepted, timer("L"), UDP).state).toEqual({
      name: "terminated",
      cause: "transport-error",
    });
  });
});

describe("RFC 3261 §17.2.1 events that an INVITE server transaction has no use for", () => {
  const all: readonly ServerEvent[] = [
    REQUEST,
    ACKED,
    FAILED,
    respond(TRYING),
    respond(OK),
    respond(BUSY),
    ...(["G", "H", "I", "J", "L", "trying", "expiry"] as const).map(timer),
  ];
  const cases: readonly (readonly [string, IstState, readonly ServerEvent[]])[] = [
    [
      "proceeding",
      RUNG,
      [ACKED, ...(["G", "H", "I", "J", "L", "trying", "expiry"] as const).map(timer)],
    ],
    [
      "completed",
      COMPLETED,
      [
        respond(TRYING),
        respond(OK),
        respond(BUSY),
        ...(["I", "J", "L", "trying", "expiry"] as const).map(timer),
      ],
    ],
    [
      "accepted",
      ACCEPTED,
      [
        REQUEST,
        respond(TRYING),
        respond(BUSY),
        ...(["G", "H", "I", "J", "trying", "expiry"] as const).map(timer),
      ],
    ],
    ["confirmed", CONFIRMED, all.filter((event) => event.on !== "timer" || event.timer !== "I")],
    ["terminated", TERMINATED, all],
  ];

  it.each(cases)("MUST leave %s untouched", (_, state, events) => {
    for (const event of events) {
      const next = stepInviteServer(state, event, UDP);
      expect(next.state).toBe(state);
      expect(next.effects).toEqual([]);
    }
  });
});
