import { describe, expect, it } from "vitest";
import { requestOf } from "../../../tests/support/sip-pair.ts";
import { responseTo } from "../message/build.ts";
import { socketError } from "../transport/socket-failure.ts";
import type { ClientEvent, ClientTimer } from "./client-fsm.ts";
import { type IctState, startInviteClient, stepInviteClient } from "./invite-client.ts";
import { DEFAULT_TIMERS, type TransactionConfig } from "./timers.ts";

const UDP: TransactionConfig = { ...DEFAULT_TIMERS, isReliable: false };
const TCP: TransactionConfig = { ...DEFAULT_TIMERS, isReliable: true };
const INVITE = requestOf("INVITE");
const RINGING = responseTo(INVITE, 180);
const OK = responseTo(INVITE, 200);
const BUSY = responseTo(INVITE, 486);
const ERROR = socketError("ECONNREFUSED", "refused");

const timer = (name: ClientTimer): ClientEvent => ({ on: "timer", timer: name });
const got = (response: typeof OK): ClientEvent => ({ on: "response", response });
const FAILED: ClientEvent = { on: "transport-error", error: ERROR };
const LOST: ClientEvent = { on: "flow-lost", error: ERROR };
const MOVED: ClientEvent = { on: "moved-to-udp" };
const CANCEL: ClientEvent = { on: "cancel" };

const CALLING: IctState = {
  name: "calling",
  aMs: 500,
  isCancelWanted: false,
  wasResent: false,
};
const PROCEEDING: IctState = { name: "proceeding", isCancelled: false };
const CANCELLED: IctState = { name: "proceeding", isCancelled: true };
const COMPLETED: IctState = { name: "completed" };
const ACCEPTED: IctState = { name: "accepted" };
const TERMINATED: IctState = { name: "terminated" };

describe("RFC 3261 §17.1.1.2 INVITE client transaction", () => {
  it("MUST start timers A and B over an unreliable transport, only B over a reliable one", () => {
    expect(startInviteClient(UDP)).toEqual({
      state: CALLING,
      effects: [
        { do: "send-request" },
        { do: "start-timer", timer: "A", ms: 500 },
        { do: "start-timer", timer: "B", ms: 32_000 },
      ],
    });
    expect(startInviteClient(TCP).effects).toEqual([
      { do: "send-request" },
      { do: "start-timer", timer: "B", ms: 32_000 },
    ]);
  });

  describe("in Calling", () => {
    it("MUST retransmit on timer A and double it without bound", () => {
      const delays: number[] = [];
      let state: IctState = CALLING;
      for (let i = 0; i < 6; i += 1) {
        const next = stepInviteClient(state, timer("A"), UDP);
        state = next.state;
        expect(next.effects[0]).toEqual({ do: "send-request" });
        const [, started] = next.effects;
        if (started?.do === "start-timer") delays.push(started.ms);
      }
      expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000]);
    });

    it("MUST tell the TU of a timeout when timer B fires, and not generate an ACK", () => {
      expect(stepInviteClient(CALLING, timer("B"), UDP)).toEqual({
        state: TERMINATED,
        effects: [{ do: "stop-timers" }, { do: "tell-timeout" }],
      });
    });

    it("MUST stop retransmitting and enter Proceeding on a provisional response", () => {
      expect(stepInviteClient(CALLING, got(RINGING), UDP)).toEqual({
        state: PROCEEDING,
        effects: [{ do: "stop-timers" }, { do: "tell-response", response: RINGING }],
      });
    });

    it("SHOULD tell the TU of a transport error and end", () => {
      expect(stepInviteClient(CALLING, FAILED, UDP)).toEqual({
        state: TERMINATED,
        effects: [{ do: "stop-timers" }, { do: "tell-transport-error", error: ERROR }],
      });
    });

    it("sends once more over a fresh connection when the first one is lost, then gives up", () => {
      const resent = stepInviteClient(CALLING, LOST, TCP);
      expect(resent).toEqual({
        state: { ...CALLING, wasResent: true },
        effects: [{ do: "send-request" }],
      });
      expect(stepInviteClient(resent.state, LOST, TCP).effects).toEqual([
        { do: "stop-timers" },
        { do: "tell-transport-error", error: ERROR },
      ]);
    });

    it("MUST start timer A once a size-made TCP attempt has fallen back to UDP (§18.1.1)", () => {
      expect(stepInviteClient(CALLING, MOVED, UDP)).toEqual({
        state: CALLING,
        effects: [{ do: "start-timer", timer: "A", ms: 500 }],
      });
    });
  });

  it.each([
    ["calling", CALLING],
    ["proceeding", PROCEEDING],
  ] as const)("MUST acknowledge 300-699 in %s before the TU hears it, with timer D", (_, state) => {
    expect(stepInviteClient(state, got(BUSY), UDP)).toEqual({
      state: COMPLETED,
      effects: [
        { do: "stop-timers" },
        { do: "send-ack", response: BUSY },
        { do: "start-timer", timer: "D", ms: 32_000 },
        { do: "tell-response", response: BUSY },
      ],
    });
    expect(stepInviteClient(state, got(BUSY), TCP)).toEqual({
      state: TERMINATED,
      effects: [
        { do: "stop-timers" },
        { do: "send-ack", response: BUSY },
        { do: "tell-response", response: BUSY },
      ],
    });
  });

  it("MUST pass every provisional response in Proceeding", () => {
    expect(stepInviteClient(PROCEEDING, got(RINGING), UDP)).toEqual({
      state: PROCEEDING,
      effects: [{ do: "tell-response", response: RINGING }],
    });
  });

  describe("in Completed", () => {
    it("MUST acknowledge a retransmitted final response and not pass it to the TU", () => {
      expect(stepInviteClient(COMPLETED, got(BUSY), UDP)).toEqual({
        state: COMPLETED,
        effects: [{ do: "send-ack", response: BUSY }],
      });
    });

    it("MUST end when timer D fires, or when the ACK cannot be sent", () => {
      for (const event of [timer("D"), FAILED]) {
        expect(stepInviteClient(COMPLETED, event, UDP)).toEqual({
          state: TERMINATED,
          effects: [{ do: "stop-timers" }],
        });
      }
    });
  });
});

describe("RFC 6026 §8.4 INVITE client transaction in Accepted", () => {
  it("MUST be entered on a 2xx, with timer M of 64*T1 over every transport", () => {
    for (const config of [UDP, TCP]) {
      for (const state of [CALLING, PROCEEDING, CANCELLED]) {
        expect(stepInviteClient(state, got(OK), config)).toEqual({
          state: ACCEPTED,
          effects: [
            { do: "stop-timers" },
            { do: "start-timer", timer: "M", ms: 32_000 },
            { do: "tell-response", response: OK },
          ],
        });
      }
    }
  });

  it("MUST pass every further 2xx, and end when timer M fires", () => {
    expect(stepInviteClient(ACCEPTED, got(OK), UDP)).toEqual({
      state: ACCEPTED,
      effects: [{ do: "tell-response", response: OK }],
    });
    expect(stepInviteClient(ACCEPTED, timer("M"), UDP).state).toEqual(TERMINATED);
  });
});

describe("RFC 3261 §9.1 cancelling an INVITE client transaction", () => {
  it("MUST NOT send the CANCEL before a provisional response", () => {
    const wanted = stepInviteClient(CALLING, CANCEL, UDP);
    expect(wanted).toEqual({ state: { ...CALLING, isCancelWanted: true }, effects: [] });
    expect(stepInviteClient(wanted.state, got(RINGING), UDP)).toEqual({
      state: CANCELLED,
      effects: [
        { do: "stop-timers" },
        { do: "send-cancel" },
        { do: "start-timer", timer: "cancel", ms: 32_000 },
        { do: "tell-response", response: RINGING },
      ],
    });
  });

  it("MUST NOT send it at all when the final response comes first", () => {
    const wanted: IctState = { ...CALLING, isCancelWanted: true };
    const effects = stepInviteClient(wanted, got(OK), UDP).effects.map((effect) => effect.do);
    expect(effects).not.toContain("send-cancel");
  });

  it("sends one CANCEL at once in Proceeding", () => {
    expect(stepInviteClient(PROCEEDING, CANCEL, UDP)).toEqual({
      state: CANCELLED,
      effects: [{ do: "send-cancel" }, { do: "start-timer", timer: "cancel", ms: 32_000 }],
    });
    expect(stepInviteClient(CANCELLED, CANCEL, UDP)).toEqual({ state: CANCELLED, effects: [] });
  });

  it("SHOULD consider the INVITE cancelled 64*T1 after the CANCEL", () => {
    expect(stepInviteClient(CANCELLED, timer("cancel"), UDP)).toEqual({
      state: TERMINATED,
      effects: [{ do: "stop-timers" }, { do: "tell-timeout" }],
    });
  });
});

describe("RFC 3261 §17.1.1 events that an INVITE client transaction has no use for", () => {
  const timers = ["A", "B", "D", "E", "F", "K", "M", "cancel"] as const;
  const all: readonly ClientEvent[] = [
    got(RINGING),
    got(OK),
    got(BUSY),
    FAILED,
    LOST,
    MOVED,
    CANCEL,
    ...timers.map(timer),
  ];
  const timersBut = (...names: readonly ClientTimer[]): readonly ClientEvent[] =>
    timers.filter((name) => !names.includes(name)).map(timer);
  const cases: readonly (readonly [string, IctState, readonly ClientEvent[]])[] = [
    ["calling", CALLING, timersBut("A", "B")],
    ["proceeding", PROCEEDING, [FAILED, LOST, MOVED, ...timersBut("cancel")]],
    ["completed", COMPLETED, [got(RINGING), got(OK), LOST, MOVED, CANCEL, ...timersBut("D")]],
    [
      "accepted",
      ACCEPTED,
      [got(RINGING), got(BUSY), FAILED, LOST, MOVED, CANCEL, ...timersBut("M")],
    ],
    ["terminated", TERMINATED, all],
  ];

  it.each(cases)("MUST leave %s untouched", (_, state, events) => {
    for (const event of events) {
      const next = stepInviteClient(state, event, UDP);
      expect(next.state).toBe(state);
      expect(next.effects).toEqual([]);
    }
  });
});
