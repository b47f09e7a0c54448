import { describe, expect, it } from "vitest";
import { requestOf } from "../../../tests/support/sip-pair.ts";
import { responseTo } from "../message/build.ts";
import { socketError } from "../transport/socket-failure.ts";
import type { ClientEvent, ClientTimer } from "./client-fsm.ts";
import { type NictState, startNonInviteClient, stepNonInviteClient } from "./non-invite-client.ts";
import { DEFAULT_TIMERS, type TransactionConfig } from "./timers.ts";

const UDP: TransactionConfig = { ...DEFAULT_TIMERS, isReliable: false };
const TCP: TransactionConfig = { ...DEFAULT_TIMERS, isReliable: true };
const MESSAGE = requestOf("MESSAGE");
const HUNDRED = responseTo(MESSAGE, 100);
const OK = responseTo(MESSAGE, 200);
const ERROR = socketError("ECONNREFUSED", "refused");

const timer = (name: ClientTimer): ClientEvent => ({ on: "timer", timer: name });
const got = (response: typeof OK): ClientEvent => ({ on: "response", response });
const FAILED: ClientEvent = { on: "transport-error", error: ERROR };
const LOST: ClientEvent = { on: "flow-lost", error: ERROR };
const MOVED: ClientEvent = { on: "moved-to-udp" };
const CANCEL: ClientEvent = { on: "cancel" };

const TRYING: NictState = { name: "trying", eMs: 500, wasResent: false };
const PROCEEDING: NictState = { name: "proceeding" };
const COMPLETED: NictState = { name: "completed" };
const TERMINATED: NictState = { name: "terminated" };

describe("RFC 3261 §17.1.2.2 non-INVITE client transaction", () => {
  it("MUST start timers E and F over an unreliable transport, only F over a reliable one", () => {
    expect(startNonInviteClient(UDP)).toEqual({
      state: TRYING,
      effects: [
        { do: "send-request" },
        { do: "start-timer", timer: "E", ms: 500 },
        { do: "start-timer", timer: "F", ms: 32_000 },
      ],
    });
    expect(startNonInviteClient(TCP).effects).toEqual([
      { do: "send-request" },
      { do: "start-timer", timer: "F", ms: 32_000 },
    ]);
  });

  it("MUST double timer E in Trying up to T2", () => {
    const delays: number[] = [];
    let state: NictState = TRYING;
    for (let i = 0; i < 5; i += 1) {
      const next = stepNonInviteClient(state, timer("E"), UDP);
      state = next.state;
      expect(next.effects[0]).toEqual({ do: "send-request" });
      const [, started] = next.effects;
      if (started?.do === "start-timer") delays.push(started.ms);
    }
    expect(delays).toEqual([1000, 2000, 4000, 4000, 4000]);
  });

  it("MUST retransmit every T2 in Proceeding", () => {
    expect(stepNonInviteClient(PROCEEDING, timer("E"), UDP)).toEqual({
      state: PROCEEDING,
      effects: [{ do: "send-request" }, { do: "start-timer", timer: "E", ms: 4000 }],
    });
  });

  it.each([
    ["trying", TRYING],
    ["proceeding", PROCEEDING],
  ] as const)("SHOULD tell the TU of a timeout and of a transport error in %s", (_, state) => {
    expect(stepNonInviteClient(state, timer("F"), UDP)).toEqual({
      state: TERMINATED,
      effects: [{ do: "stop-timers" }, { do: "tell-timeout" }],
    });
    expect(stepNonInviteClient(state, FAILED, UDP)).toEqual({
      state: TERMINATED,
      effects: [{ do: "stop-timers" }, { do: "tell-transport-error", error: ERROR }],
    });
  });

  it.each([
    ["trying", TRYING],
    ["proceeding", PROCEEDING],
  ] as const)(
    "MUST pass provisional and final responses in %s, then wait for timer K",
    (_, state) => {
      expect(stepNonInviteClient(state, got(HUNDRED), UDP)).toEqual({
        state: PROCEEDING,
        effects: [{ do: "tell-response", response: HUNDRED }],
      });
      expect(stepNonInviteClient(state, got(OK), UDP)).toEqual({
        state: COMPLETED,
        effects: [
          { do: "stop-timers" },
          { do: "start-timer", timer: "K", ms: 5000 },
          { do: "tell-response", response: OK },
        ],
      });
      expect(stepNonInviteClient(state, got(OK), TCP)).toEqual({
        state: TERMINATED,
        effects: [{ do: "stop-timers" }, { do: "tell-response", response: OK }],
      });
    },
  );

  it("MUST end when timer K fires", () => {
    expect(stepNonInviteClient(COMPLETED, timer("K"), UDP).state).toEqual(TERMINATED);
  });

  it("sends once more over a fresh connection when the first one is lost, then gives up", () => {
    const resent = stepNonInviteClient(TRYING, LOST, TCP);
    expect(resent).toEqual({
      state: { ...TRYING, wasResent: true },
      effects: [{ do: "send-request" }],
    });
    expect(stepNonInviteClient(resent.state, LOST, TCP).state).toEqual(TERMINATED);
  });

  it("MUST start timer E once a size-made TCP attempt has fallen back to UDP (§18.1.1)", () => {
    expect(stepNonInviteClient(TRYING, MOVED, UDP).effects).toEqual([
      { do: "start-timer", timer: "E", ms: 500 },
    ]);
    expect(stepNonInviteClient(PROCEEDING, MOVED, UDP).effects).toEqual([
      { do: "start-timer", timer: "E", ms: 4000 },
    ]);
  });
});

describe("RFC 3261 §17.1.2 events that a non-INVITE client transaction has no use for", () => {
  const timers = ["A", "B", "D", "E", "F", "K", "M", "cancel"] as const;
  const all: readonly ClientEvent[] = [
    got(HUNDRED),
    got(OK),
    FAILED,
    LOST,
    MOVED,
    CANCEL,
    ...timers.map(timer),
  ];
  const timersBut = (...names: readonly ClientTimer[]): readonly ClientEvent[] =>
    timers.filter((name) => !names.includes(name)).map(timer);
  const cases: readonly (readonly [string, NictState, readonly ClientEvent[]])[] = [
    ["trying", TRYING, [CANCEL, ...timersBut("E", "F")]],
    ["proceeding", PROCEEDING, [LOST, CANCEL, ...timersBut("E", "F")]],
    [
      "completed",
      COMPLETED,
      [got(HUNDRED), got(OK), FAILED, LOST, MOVED, CANCEL, ...timersBut("K")],
    ],
    ["terminated", TERMINATED, all],
  ];

  it.each(cases)("MUST leave %s untouched", (_, state, events) => {
    for (const event of events) {
      const next = stepNonInviteClient(state, event, UDP);
      expect(next.state).toBe(state);
      expect(next.effects).toEqual([]);
    }
  });
});
