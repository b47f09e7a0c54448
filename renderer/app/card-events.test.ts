import { describe, expect, it } from "vitest";
import type { Card, CardState } from "../../shared/model/card.ts";
import { card } from "../../tests/renderer/fixtures/cards.ts";
import { cardEvents, milestonesPassed } from "./card-events.ts";

function kinds(
  before: CardState | undefined,
  now: CardState,
  direction: Card["direction"] = "incoming",
): readonly string[] {
  const next = { c: card({ id: "c", state: now, direction }) };
  const old = before === undefined ? {} : { c: card({ id: "c", state: before, direction }) };
  return cardEvents(old, next).map(({ kind }) => kind);
}

describe("ux 3.16 what is announced", () => {
  it.each([
    [undefined, "ringing", "arrived"],
    ["ringing", "elsewhere", "elsewhere"],
    ["ringing", "missed", "missed"],
    ["ringing", "cancelled", "cancelled"],
    ["accepting", "transferring", "accepted"],
    ["transferring", "stalled", "stalled"],
    ["verifying", "verified", "done"],
    ["verifying", "damaged", "failed"],
  ] as const)("incoming: from %s to %s is %s", (before, now, kind) => {
    expect(kinds(before, now)).toEqual([kind]);
  });

  it.each([
    ["waiting", "declined", "result"],
    ["waiting", "noanswer", "result"],
    ["transferring", "partly", "result"],
    ["transferring", "verified", "done"],
  ] as const)("outgoing: from %s to %s is %s", (before, now, kind) => {
    expect(kinds(before, now, "outgoing")).toEqual([kind]);
  });

  it("what the user left out of an offer is nothing that failed", () => {
    expect(kinds("verifying", "partly")).toEqual(["done"]);
    const old = { c: card({ id: "c", state: "verifying" }) };
    const problem = { code: "storage", message: "b.txt was not stored.", action: "" };
    const now = { c: card({ id: "c", state: "partly", problem }) };
    expect(cardEvents(old, now).map(({ kind }) => kind)).toEqual(["failed"]);
  });

  it("nothing is said of what the user did, of what does not change, or of old cards", () => {
    expect(kinds("ringing", "declined")).toEqual([]);
    expect(kinds("ringing", "ringing")).toEqual([]);
    expect(kinds(undefined, "missed")).toEqual([]);
    expect(kinds("stalled", "transferring")).toEqual([]);
  });

  it("a milestone is passed once", () => {
    expect([24, 25, 26, 51].map((now, at) => milestonesPassed([0, 24, 25, 26][at] ?? 0, now, 25))) //
      .toEqual([false, true, false, true]);
  });
});
