import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import { makeCard, makeCardFile } from "../../../tests/support/cards.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import type { AppStore } from "../../base/app-store.ts";
import { err, ok } from "../../base/result.ts";
import { openStore } from "../../storage/store.node.ts";
import { entryOf } from "../model/card-begin.ts";
import { Words } from "../words/words.ts";
import { CardDesk } from "./card-desk.ts";
import { Outbox } from "./outbox.ts";
import { PauseDesk, type PausingClient } from "./pause-desk.ts";

let folder: string;
let store: AppStore;
let cards: CardDesk;
let desk: PauseDesk;
/** What the client was asked to do, in order. */
let asked: string[];
let isThere: boolean;
let isGone: boolean;

const client: PausingClient = {
  pause: (id) => asked.push(`pause ${id}`),
  cancel: (id) => asked.push(`cancel ${id}`),
  forget: (id) => {
    asked.push(`forget ${id}`);
    return Promise.resolve();
  },
  resume: (id) => {
    asked.push(`resume ${id}`);
    return Promise.resolve(isGone ? err({ kind: "nothing", message: "" }) : ok(undefined));
  },
  moveTo: (id, to) => {
    asked.push(`move ${id} ${to}`);
    return Promise.resolve(ok(undefined));
  },
  resumable: () => Promise.resolve([]),
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pauses-"));
  const opened = openStore(folder);
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
  const words = new Words("en");
  const common = { store, clock: new FakeClock(), log: nullLog(), nameOf: () => "Alice" };
  const own = { words: () => words, tellTrouble: () => undefined };
  cards = new CardDesk({ ...common, ...own }, new Outbox(() => undefined));
  [asked, isThere, isGone] = [[], true, false];
  desk = new PauseDesk({ cards, client: () => (isThere ? client : undefined) });
});

afterEach(() => {
  cards.stop();
  store.close();
  rmSync(folder, { recursive: true });
});

function add(id: string, state: Card["state"], change: Partial<Card> = {}): void {
  const files = [makeCardFile({ state: "transferring", octets: 40 })];
  const card = makeCard({ id, state, files, ...change });
  cards.apply({
    name: "stored",
    entry: { ...entryOf(card), conversationId: "c", isAnswered: true },
  });
}

function stateOf(id: string): string | undefined {
  return cards.book.get(id)?.card.state;
}

const id = "a" as OfferId;

function end(state: "verified"): void {
  for (const event of [
    { event: "file", id, index: 0, state: "complete", verified: true },
    { event: "transfer", id, state },
  ] as const)
    if (desk.admits(event)) cards.apply({ name: "event", event });
}

describe("pausing and resuming", () => {
  it("is shown at once, and what the other side paused is left to it", async () => {
    add("a", "transferring");
    add("b", "stalled");
    add("c", "paused", { pausedBy: "peer" });
    add("d", "verified");
    await desk.handlers["cards.pauseAll"]({});
    expect([stateOf("a"), stateOf("b"), asked]).toEqual([
      "paused",
      "paused",
      ["pause a", "pause b"],
    ]);
    await desk.handlers["cards.resumeAll"]({});
    expect(asked.slice(2)).toEqual(["resume a", "resume b"]);
    expect(stateOf("a")).toBe("reconnecting");
  });

  it("says so where there is nothing to go on with any more", async () => {
    add("a", "paused", { pausedBy: "us" });
    isGone = true;
    await desk.handlers["card.resume"]({ id });
    expect(stateOf("a")).toBe("interrupted");
  });

  it("goes on in another folder, and nothing of it moves on its way there", async () => {
    add("a", "waitingForSpace");
    await desk.handlers["card.resume"]({ id, folder: "/big" });
    expect(asked).toEqual(["pause a", "move a /big", "resume a"]);
    expect(cards.book.get("a")?.card).toMatchObject({ state: "reconnecting", folder: "/big" });
  });

  it("does not go on with what its user cancelled while it was moved to the other folder", async () => {
    add("a", "waitingForSpace");
    const moving = desk.handlers["card.resume"]({ id, folder: "/big" });
    for (const event of [
      { event: "cancelled", id, by: "us", reason: "" },
      { event: "transfer", id, state: "cancelled" },
    ] as const)
      cards.apply({ name: "event", event });
    expect((await moving).ok).toBe(true);
    expect([stateOf("a"), asked]).toEqual(["cancelled", ["pause a", "move a /big"]]);
  });

  it("needs a card that can go on, and a network", async () => {
    add("a", "verified");
    add("b", "paused", { pausedBy: "us" });
    expect(await desk.handlers["card.resume"]({ id })).toMatchObject({ error: { code: "gone" } });
    isThere = false;
    const failed = await desk.handlers["card.resume"]({ id: "b" });
    expect(failed).toMatchObject({ error: { code: "notSignedIn" } });
    expect(stateOf("b")).toBe("paused");
  });
});

describe("ux 4: a machine that sleeps", () => {
  it("pauses what moves, and lets go on nothing else when it wakes up", async () => {
    add("a", "transferring");
    add("b", "paused", { pausedBy: "us" });
    desk.suspend();
    expect(stateOf("a")).toBe("paused");
    await desk.wake();
    await desk.wake();
    expect(asked).toEqual(["pause a", "resume a"]);
  });

  it("leaves what ended before it slept as it ended", async () => {
    add("a", "transferring");
    desk.suspend();
    end("verified");
    isGone = true;
    await desk.wake();
    expect([stateOf("a"), asked]).toEqual(["verified", ["pause a"]]);
  });
});

describe("a network that is lost", () => {
  beforeEach(async () => {
    add("a", "transferring");
    await desk.networkIs("leaving");
  });

  const interrupted = { event: "file", id, index: 0, state: "interrupted" } as const;
  const over = { event: "transfer", id, state: "interrupted" } as const;

  it("ends nothing: it is gone on with in the next one", async () => {
    expect([stateOf("a"), desk.admits(interrupted), desk.admits(over)]).toEqual([
      ...["reconnecting", false, false],
    ]);
    await desk.networkIs("joined");
    await desk.networkIs("registered");
    expect(asked).toEqual(["resume a"]);
    expect(desk.admits(over)).toBe(true);
  });

  it("leaves what its user pauses meanwhile", async () => {
    await desk.handlers["card.pause"]({ id });
    expect(stateOf("a")).toBe("interrupted");
    await desk.networkIs("registered");
    expect(asked).toEqual([]);
  });

  it("and what was whole by then stays so", async () => {
    end("verified");
    isGone = true;
    await desk.networkIs("registered");
    expect([stateOf("a"), asked]).toEqual(["verified", []]);
  });

  it("and deletes what its user cancels meanwhile", async () => {
    await desk.handlers["card.cancel"]({ id });
    expect([stateOf("a"), asked]).toEqual(["cancelled", ["forget a"]]);
  });
});

describe("the end of this app", () => {
  it("is no end of a transfer, but of an offer that nobody has answered", () => {
    add("a", "transferring");
    add("b", "waiting", { direction: "outgoing" });
    desk.end();
    expect(desk.admits({ event: "transfer", id, state: "interrupted" })).toBe(false);
    const other = "b" as OfferId;
    expect(desk.admits({ event: "transfer", id: other, state: "cancelled" })).toBe(true);
  });
});
