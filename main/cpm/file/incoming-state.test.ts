import { describe, expect, it } from "vitest";
import {
  type IncomingEffect,
  type IncomingEvent,
  type IncomingState,
  RINGING,
  stepIncoming,
} from "./incoming-state.ts";

const ANY: readonly IncomingEvent[] = [
  { name: "accept", files: [0] },
  { name: "decline", where: "everywhere" },
  { name: "cancel" },
  { name: "shut-down" },
  { name: "ring-timeout" },
  { name: "cancelled", cause: undefined, isOnlyDevice: false },
  { name: "prepared" },
  { name: "not-prepared", isSpace: true },
  { name: "acknowledged" },
  { name: "not-acknowledged" },
  { name: "octets" },
  { name: "bye", cause: undefined, isOnlyDevice: false },
  { name: "lost" },
  { name: "settled" },
];

function stepped(...events: IncomingEvent[]): {
  readonly state: IncomingState;
  readonly effects: readonly IncomingEffect[];
} {
  let step: ReturnType<typeof stepIncoming> = { state: RINGING, effects: [] };
  for (const event of events) step = stepIncoming(step.state, event);
  return step;
}

const ACCEPT: IncomingEvent = { name: "accept", files: [0, 2] };
const ANSWERED = [ACCEPT, { name: "prepared" }, { name: "acknowledged" }] as const;

describe("CR C.x.x.x.2 step 6: one device accepts", () => {
  it("MUST make room before the 200 and tell the user after the ACK", () => {
    expect(stepped(ACCEPT).effects).toEqual([
      { do: "stop-ringing" },
      { do: "prepare", files: [0, 2] },
    ]);
    expect(stepped(ACCEPT, { name: "prepared" }).effects).toEqual([{ do: "answer" }]);
    expect(stepped(...ANSWERED).effects).toEqual([{ do: "receive" }]);
  });

  it("MUST start receiving when octets overtake the ACK, once", () => {
    const early = stepped(ACCEPT, { name: "prepared" }, { name: "octets" });
    expect(early.effects).toEqual([{ do: "receive" }]);
    expect(stepIncoming(early.state, { name: "acknowledged" }).effects).toEqual([]);
  });

  it.each([
    [["cancel"], ["receive", "bye", "stop-files"]],
    [["pause"], ["receive", "leave"]],
    [
      ["pause", "cancel"],
      ["receive", "bye", "stop-files"],
    ],
    [
      ["cancel", "pause", "resume"],
      ["receive", "bye", "stop-files"],
    ],
    [["pause", "resume"], ["receive"]],
    [
      ["cancel", "octets"],
      ["receive", "bye", "stop-files"],
    ],
  ] as const)("MUST do after the ACK what the user says before it: %s", (names, done) => {
    const wishes = names.map((name): IncomingEvent => ({ name }));
    const answered = stepped(ACCEPT, { name: "prepared" }, ...wishes);
    expect(answered.effects).toEqual([]);
    const { effects } = stepIncoming(answered.state, { name: "acknowledged" });
    expect(effects.map((effect) => effect.do)).toEqual(done);
  });

  it("leaves what it took when the device stops before the ACK", () => {
    expect(stepped(ACCEPT, { name: "prepared" }, { name: "shut-down" }).effects).toEqual([
      { do: "receive" },
      { do: "leave", why: "stopped" },
    ]);
  });

  it("MUST refuse with 403 when there is no room, with 500 when storing fails otherwise", () => {
    const statusAfter = (isSpace: boolean): unknown =>
      stepped(ACCEPT, { name: "not-prepared", isSpace }).effects[0];
    expect(statusAfter(true)).toEqual({ do: "refuse", status: 403 });
    expect(statusAfter(false)).toEqual({ do: "refuse", status: 500 });
  });

  it("MUST give everything back when no ACK comes (RFC 3261 §13.3.1.4)", () => {
    const { state, effects } = stepped(ACCEPT, { name: "prepared" }, { name: "not-acknowledged" });
    expect(state.name).toBe("ended");
    expect(effects.map((effect) => effect.do)).toEqual(["stop-files", "tell-failed", "end"]);
  });
});

describe("RFC 3326: what a CANCEL means on this device", () => {
  it.each([
    [200, "tell-elsewhere", "elsewhere"],
    [603, "tell-elsewhere", "elsewhere"],
    [600, "tell-elsewhere", "elsewhere"],
    [408, "tell-missed", "missed"],
    [487, "tell-cancelled", "cancelled"],
    [500, "tell-cancelled", "cancelled"],
  ])("MUST read cause %i as %s", (cause, told, outcome) => {
    const { effects } = stepped({ name: "cancelled", cause: { cause }, isOnlyDevice: false });
    expect(effects.slice(1).map((effect) => effect.do)).toEqual([told, "end"]);
    expect(effects.at(-1)).toEqual({ do: "end", outcome });
  });

  it("MUST blame the sender for a CANCEL without Reason only when there is no other device", () => {
    const by = (isOnlyDevice: boolean): unknown =>
      stepped({ name: "cancelled", cause: undefined, isOnlyDevice }).effects[1];
    expect(by(true)).toMatchObject({ do: "tell-cancelled", by: "peer" });
    expect(by(false)).toMatchObject({ do: "tell-cancelled", by: "unknown" });
  });

  it("MUST call it a lost race when this device had accepted too", () => {
    for (const events of [[ACCEPT], [ACCEPT, { name: "prepared" } as const]]) {
      const { effects } = stepped(...events, {
        name: "cancelled",
        cause: { cause: 200 },
        isOnlyDevice: false,
      });
      expect(effects[0]).toMatchObject({ do: "stop-files", isQuiet: true });
      expect(effects[1]).toMatchObject({ do: "tell-elsewhere", isLostRace: true });
    }
  });
});

describe("RFC 3261 §13.2.2.4: BYE after our 200", () => {
  const bye = (cause: number | undefined, isOnlyDevice: boolean): IncomingEvent => ({
    name: "bye",
    cause: cause === undefined ? undefined : { cause },
    isOnlyDevice,
  });

  it("MUST mean another device's success before any octet", () => {
    for (const event of [bye(undefined, false), bye(200, false), bye(200, true)]) {
      const { effects } = stepped(...ANSWERED, event);
      expect(effects.map((effect) => effect.do)).toEqual(["stop-files", "tell-elsewhere", "end"]);
    }
  });

  it.each([
    ["after octets", [...ANSWERED, { name: "octets" }, bye(undefined, false)]],
    ["on the only device", [...ANSWERED, bye(undefined, true)]],
    ["with cause 487", [...ANSWERED, bye(487, false)]],
    ["with cause 408", [...ANSWERED, bye(408, false)]],
    ["after the user's own cancel", [...ANSWERED, { name: "cancel" }, bye(undefined, false)]],
  ] satisfies [string, IncomingEvent[]][])("MUST end the transfer %s", (_when, events) => {
    const { state, effects } = stepped(...events);
    expect(state.name).toBe("receiving");
    expect(effects.map((effect) => effect.do)).toEqual(["stop-files"]);
  });

  it("MUST leave time for octets that the BYE overtook, unless the sender stopped on purpose", () => {
    const octets = { name: "octets" } as const;
    expect(stepped(...ANSWERED, octets, bye(undefined, false)).effects[0]).toMatchObject({
      isGraceful: true,
    });
    expect(stepped(...ANSWERED, octets, bye(487, false)).effects[0]).toMatchObject({
      isGraceful: false,
    });
  });
});

describe("ux.md 3.1 Paused, and a device that goes away", () => {
  it.each([
    ["pause", "paused"],
    ["shut-down", "stopped"],
  ] as const)("MUST leave the session at %s and keep what has come", (name, why) => {
    const { state, effects } = stepped(...ANSWERED, { name });
    expect(effects).toEqual([{ do: "leave", why }]);
    expect(stepIncoming(state, { name }).effects).toEqual([]);
  });

  it("MUST know a sender's pause by its words, and take other causes for an interruption", () => {
    const cause = (text: string): IncomingEvent => ({
      ...{ name: "bye", isOnlyDevice: true, cause: { cause: 480, text } },
    });
    const codes = ["Transfer paused", "Gone fishing"].map((text) => {
      const [effect] = stepped(...ANSWERED, { name: "octets" }, cause(text)).effects;
      return effect?.do === "stop-files" ? [effect.code, effect.isGraceful] : [];
    });
    expect(codes).toEqual([
      ["peer-paused", true],
      ["connection", true],
    ]);
  });
});

describe("RFC 3261 §9.2, §13.3: events that lost a race", () => {
  it("MUST change nothing once the offer has ended", () => {
    const { state } = stepped({ name: "ring-timeout" });
    for (const event of ANY) expect(stepIncoming(state, event)).toEqual({ state, effects: [] });
  });

  it.each([
    ["ringing", [], ["prepared", "not-prepared", "acknowledged", "octets", "bye", "settled"]],
    ["preparing", [ACCEPT], ["accept", "ring-timeout", "acknowledged", "octets", "bye", "settled"]],
    [
      "answering",
      [ACCEPT, { name: "prepared" }],
      ["accept", "decline", "ring-timeout", "prepared", "bye", "settled"],
    ],
    ["receiving", ANSWERED, ["accept", "decline", "ring-timeout", "cancelled", "prepared"]],
  ] satisfies [string, readonly IncomingEvent[], readonly string[]][])(
    "MUST ignore in %s what belongs to another state",
    (name, events, ignored) => {
      const { state } = stepped(...events);
      expect(state.name).toBe(name);
      for (const event of ANY.filter((one) => ignored.includes(one.name)))
        expect(stepIncoming(state, event)).toEqual({ state, effects: [] });
    },
  );

  it("MUST send BYE once when the user cancels twice", () => {
    const { state } = stepped(...ANSWERED, { name: "cancel" });
    expect(stepIncoming(state, { name: "cancel" }).effects).toEqual([]);
  });
});
