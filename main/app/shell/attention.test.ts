import { describe, expect, it } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import { makeCard, makeCardFile } from "../../../tests/support/cards.ts";
import { Attention, type AttentionInput, type AttentionStep, isPromptWanted } from "./attention.ts";

const ON = { areNotificationsOn: true, isDoNotDisturb: false };

function step(of: Attention, part: Partial<AttentionInput>): AttentionStep {
  return of.step({ changed: [], asking: [], isMainFocused: false, settings: ON, ...part });
}

function shown(of: Attention, part: Partial<AttentionInput>): string[] {
  return step(of, part).show.map(({ kind, card }) => `${kind} ${card.id}`);
}

describe("notification of an offer", () => {
  it("is shown once, whatever changes meanwhile", () => {
    const of = new Attention([]);
    expect(shown(of, { asking: [makeCard()] })).toEqual(["offer c1"]);
    expect(shown(of, { asking: [makeCard({ freeOctets: 5 })] })).toEqual([]);
  });

  it("is withdrawn as soon as the offer is answered, here or anywhere else", () => {
    const of = new Attention([]);
    step(of, { asking: [makeCard({ id: "a" }), makeCard({ id: "b" })] });
    expect(step(of, { asking: [makeCard({ id: "b" })] }).close).toEqual(["a"]);
    expect(step(of, { asking: [makeCard({ id: "b" })] }).close).toEqual([]);
    expect(step(of, { asking: [] }).close).toEqual(["b"]);
  });

  it("is not shown to who looks at the window, nor later", () => {
    const of = new Attention([]);
    const asking = [makeCard()];
    expect(step(of, { asking, isMainFocused: true })).toEqual({
      show: [],
      close: [],
      isFlashing: false,
    });
    expect(shown(of, { asking })).toEqual([]);
  });

  it.each([false, null])("is not shown while the setting is %s", (areNotificationsOn) => {
    const settings = { ...ON, areNotificationsOn };
    expect(shown(new Attention([]), { asking: [makeCard()], settings })).toEqual([]);
  });
});

describe("attention of the taskbar", () => {
  it("is asked for once an offer, and not of who looks", () => {
    const of = new Attention([]);
    const asking: Card[] = [makeCard({ id: "a" })];
    expect(step(of, { asking }).isFlashing).toBe(true);
    expect(step(of, { asking }).isFlashing).toBe(false);
    asking.push(makeCard({ id: "b" }));
    expect(step(of, { asking, isMainFocused: true }).isFlashing).toBe(false);
    expect(step(of, { asking }).isFlashing).toBe(false);
  });
});

describe("notice of what a rule accepted", () => {
  const files = [makeCardFile({ state: "waiting" })];
  const accepted = makeCard({ id: "auto", state: "transferring", isAutoAccepted: true, files });
  const taking = { ...accepted, state: "accepting", files: [makeCardFile()] } as const;

  it("is shown once and not withdrawn", () => {
    const of = new Attention([]);
    expect(shown(of, { changed: [taking] })).toEqual([]);
    expect(shown(of, { changed: [accepted] })).toEqual(["autoAccepted auto"]);
    const again = step(of, { changed: [{ ...accepted, state: "verified" }] });
    expect(again).toEqual({ show: [], close: [], isFlashing: false });
  });

  it("is none where its user has to be asked after all: that is told as every offer is", () => {
    const of = new Attention([]);
    step(of, { changed: [taking] });
    const asking = [makeCard({ id: "auto" })];
    expect(shown(of, { changed: asking, asking })).toEqual(["offer auto"]);
  });

  it("is none of a card that the history gives back", () => {
    const of = new Attention([]);
    const ended = makeCard({ ...accepted, state: "interrupted" });
    expect(shown(of, { changed: [ended] })).toEqual([]);
    expect(shown(of, { changed: [accepted] })).toEqual([]);
  });

  it("is no news after a start", () => {
    expect(shown(new Attention([accepted]), { changed: [accepted] })).toEqual([]);
  });

  it("waits for nobody who does not want to be disturbed", () => {
    const settings = { ...ON, isDoNotDisturb: true };
    const of = new Attention([]);
    step(of, { changed: [taking], settings });
    expect(shown(of, { changed: [accepted], settings })).toEqual([]);
  });
});

describe("the small window for offers", () => {
  const state = {
    hasActionButtons: false,
    askingCount: 1,
    isMainLookedAt: false,
    settings: ON,
  };

  it("is there where notifications have no buttons and nobody looks", () => {
    expect(isPromptWanted(state)).toBe(true);
    expect(isPromptWanted({ ...state, settings: { ...ON, areNotificationsOn: null } })).toBe(true);
  });

  it.each([
    ["notifications have buttons", { hasActionButtons: true }],
    ["no offer waits", { askingCount: 0 }],
    ["the user looks at the main window", { isMainLookedAt: true }],
    ["the user said no", { settings: { ...ON, areNotificationsOn: false } }],
  ])("is not there when %s", (_when, part) => {
    expect(isPromptWanted({ ...state, ...part })).toBe(false);
  });
});
