import { describe, expect, it } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import { card } from "../../../tests/renderer/fixtures/cards.ts";
import { EMPTY_STACK, leaveAfterMs, leaveStack, nextStack, type Stack } from "./stack.ts";

function cards(...list: readonly Card[]): Readonly<Record<string, Card>> {
  return Object.fromEntries(list.map((one) => [one.id, one]));
}

const old = card({ id: "old", state: "ringing", startedMs: 1 });
const young = card({ id: "young", state: "ringing", startedMs: 2 });

function stackOf(...list: readonly Card[]): Stack {
  return nextStack(EMPTY_STACK, cards(...list), []);
}

describe("ux 3.5 the stack of offers", () => {
  it("the oldest is on top", () => {
    expect(stackOf(young, old).ids).toEqual(["old", "young"]);
  });

  it("a card stays in its place while it changes", () => {
    const next = nextStack(stackOf(old, young), cards({ ...old, state: "elsewhere" }, young), []);
    expect(next.ids).toEqual(["old", "young"]);
  });

  it("is the same object where nothing has changed", () => {
    const stack = stackOf(old);
    expect(nextStack(stack, cards({ ...old, files: [] }), [])).toBe(stack);
  });

  it("what had ended before the window came is not put over the page", () => {
    expect(stackOf({ ...old, state: "missed" }).ids).toEqual([]);
  });

  it("a silenced offer leaves, and comes back when it is looked for", () => {
    const silenced = cards({ ...old, isSilenced: true });
    const stack = nextStack(stackOf(old), silenced, []);
    expect(stack.ids).toEqual([]);
    expect(nextStack(stack, silenced, ["old"]).ids).toEqual(["old"]);
  });

  it("what was put away does not come back", () => {
    const stack = leaveStack(stackOf(old), "old");
    expect(nextStack(stack, cards({ ...old, state: "transferring" }), []).ids).toEqual([]);
  });

  it("outgoing offers, and those that a rule took, are never in it", () => {
    expect(
      stackOf(
        { ...old, direction: "outgoing" },
        { ...young, state: "accepting", isAutoAccepted: true },
      ).ids,
    ).toEqual([]);
  });
});

describe("ux 3.5 E to J: who leaves by itself", () => {
  it.each([
    ["elsewhere", 8000],
    ["declinedElsewhere", 8000],
    ["cancelled", 8000],
    ["noLongerRinging", 8000],
    ["verified", 8000],
    ["missed", undefined],
    ["damaged", undefined],
    ["ringing", undefined],
    ["transferring", undefined],
  ] as const)("%s: %s ms", (state, ms) => {
    expect(leaveAfterMs(state, false)).toBe(ms);
  });

  it("a transfer that runs, or did not come to its end, leaves only where the list shows it", () => {
    for (const state of ["transferring", "interrupted", "damaged"] as const)
      expect(leaveAfterMs(state, true)).toBe(8000);
    expect(leaveAfterMs("missed", true)).toBeUndefined();
  });
});
