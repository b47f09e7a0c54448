import { describe, expect, it } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import { makeCard, makeCardFile } from "../../../tests/support/cards.ts";
import { CardBook } from "./card-book.ts";

function book(...cards: Card[]): CardBook {
  return new CardBook(cards);
}

function change(of: CardBook, ...payload: Card[]): void {
  of.apply({ name: "cards.changed", payload });
}

function moving(id: string, octets: number, sizeOctets: number): Card {
  const files = [makeCardFile({ octets, sizeOctets, state: "transferring" })];
  return makeCard({ id, state: "transferring", files });
}

describe("badge", () => {
  it("counts offers that wait, not those that are silenced or answered", () => {
    const of = book(makeCard({ id: "a" }), makeCard({ id: "b", isSilenced: true }));
    expect(of.badge).toBe(1);
    change(of, makeCard({ id: "a", state: "accepting" }));
    expect(of.badge).toBe(0);
  });

  it("counts what was missed until the user has looked", () => {
    const of = book(makeCard());
    change(of, makeCard({ state: "missed" }));
    expect(of.badge).toBe(1);
    of.markSeen();
    expect(of.badge).toBe(0);
  });

  it("counts nothing that the user looks at while it happens", () => {
    const of = book(makeCard({ id: "a" }), moving("b", 50, 100));
    const payload = [
      makeCard({ id: "a", state: "missed" }),
      makeCard({ id: "b", state: "failed" }),
    ];
    of.apply({ name: "cards.changed", payload }, true);
    expect([of.badge, of.progress.mode]).toEqual([0, "idle"]);
  });

  it("never counts what another device took", () => {
    const of = book(makeCard());
    change(of, makeCard({ state: "elsewhere" }));
    expect(of.badge).toBe(0);
  });

  it("forgets what was missed when its card is put away or removed", () => {
    const of = book(makeCard({ id: "a", state: "missed" }), makeCard({ id: "b", state: "missed" }));
    change(of, makeCard({ id: "a", state: "missed", isDismissed: true }));
    of.apply({ name: "cards.removed", payload: ["b"] });
    expect(of.badge).toBe(0);
  });

  it("lists waiting offers oldest first", () => {
    const of = book(makeCard({ id: "new", startedMs: 9 }), makeCard({ id: "old", startedMs: 1 }));
    expect(of.asking.map(({ id }) => id)).toEqual(["old", "new"]);
  });
});

describe("overall progress", () => {
  it("is idle without transfers", () => {
    expect(book(makeCard()).progress).toEqual({ mode: "idle" });
  });

  it("sums the octets of all transfers that run", () => {
    const of = book(moving("a", 0, 100), moving("b", 50, 300), makeCard({ id: "c" }));
    of.apply({ name: "card.progress", payload: { id: "a", octets: 50, files: [] } });
    expect(of.progress).toEqual({ mode: "normal", ratio: 0.25 });
  });

  it("leaves declined files out", () => {
    const files = [
      makeCardFile({ octets: 50, sizeOctets: 100, state: "transferring" }),
      makeCardFile({ index: 1, sizeOctets: 900, state: "declined" }),
    ];
    expect(book(makeCard({ state: "transferring", files })).progress).toMatchObject({ ratio: 0.5 });
  });

  it("stays within 0 and 1 whatever is told", () => {
    const of = book(moving("a", 0, 100));
    of.apply({ name: "card.progress", payload: { id: "a", octets: 900, files: [] } });
    expect(of.progress).toMatchObject({ ratio: 1 });
    expect(book(moving("a", 0, 0)).progress).toMatchObject({ ratio: 1 });
  });

  it("is paused when nothing of it moves", () => {
    for (const state of ["stalled", "paused", "reconnecting", "waitingForSpace"] as const)
      expect(book(makeCard({ state })).progress.mode).toBe("paused");
    expect(book(makeCard({ state: "stalled" }), moving("b", 0, 1)).progress.mode).toBe("normal");
  });

  it("shows a failure until the user has looked, and not one of an earlier start", () => {
    expect(book(makeCard({ state: "failed" })).progress.mode).toBe("idle");
    const of = book(moving("a", 0, 1));
    change(of, makeCard({ id: "a", state: "failed" }));
    expect(of.progress.mode).toBe("error");
    of.markSeen();
    expect(of.progress.mode).toBe("idle");
  });

  it("takes no progress of a card that is not there", () => {
    const of = book(moving("a", 10, 100));
    of.apply({ name: "card.progress", payload: { id: "x", octets: 90, files: [] } });
    expect(of.progress).toMatchObject({ ratio: 0.1 });
  });
});

describe("work that keeps the machine awake", () => {
  it("is what moves, and what is hashed before and after", () => {
    expect(book(moving("a", 0, 1))).toMatchObject({ isWorking: true, isChecking: false });
    for (const state of ["preparing", "verifying"] as const)
      expect(book(makeCard({ state }))).toMatchObject({ isWorking: true, isChecking: true });
    for (const state of ["ringing", "waiting", "verified", "failed"] as const)
      expect(book(makeCard({ state }))).toMatchObject({ isWorking: false, isChecking: false });
  });
});

describe("what can be done with all transfers at once", () => {
  it("is to pause what moves, then to resume what was paused here", () => {
    const paused = makeCard({ id: "p", state: "paused", pausedBy: "us" });
    expect(book(moving("a", 0, 1), paused).pausing).toBe("pause");
    expect(book(makeCard({ state: "reconnecting" })).pausing).toBe("pause");
    expect(book(paused).pausing).toBe("resume");
    expect(book(makeCard({ state: "paused", pausedBy: "peer" })).pausing).toBe("none");
    expect(book(makeCard({ state: "verified" })).pausing).toBe("none");
  });
});

describe("what quitting would end", () => {
  it.each(["paused", "waitingForSpace"] as const)("is nothing that is %s", (state) => {
    expect(book(makeCard({ state })).underWay).toEqual([]);
  });

  it("are transfers and own offers, not what rings here or is over", () => {
    const of = book(
      makeCard({ id: "rings" }),
      makeCard({ id: "own", direction: "outgoing", state: "waiting" }),
      moving("moves", 0, 1),
      makeCard({ id: "done", state: "verified" }),
    );
    expect(of.underWay.map(({ id }) => id).sort()).toEqual(["moves", "own"]);
  });
});
