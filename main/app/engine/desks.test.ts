import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Card, CardFile } from "../../../shared/model/card.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeDesktop } from "../../../tests/support/fake-desktop.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import type { AppStore } from "../../base/app-store.ts";
import { err } from "../../base/result.ts";
import { type SystemFiles, systemFiles } from "../../storage/files.node.ts";
import { openStore } from "../../storage/store.node.ts";
import { entryOf } from "../model/card-begin.ts";
import type { EngineEvent } from "../ports.ts";
import { Words } from "../words/words.ts";
import { CardDesk } from "./card-desk.ts";
import { HistoryDesk } from "./history-desk.node.ts";
import { Outbox } from "./outbox.ts";
import { ReceivedDesk } from "./received-desk.node.ts";
import { SameFiles } from "./same-file.node.ts";

const DAY_MS = 86_400_000;
let folder: string;
let clock: FakeClock;
let store: AppStore;
let outbox: Outbox;
let cards: CardDesk;
let desktop: FakeDesktop;
let told: EngineEvent[];
let tasks: (() => void)[];
let troubles: string[];
const tellTrouble = (kind: string): void => {
  troubles.push(kind);
};

const english = new Words("en");
const words = (): Words => english;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "desks-"));
  mkdirSync(join(folder, "bin"));
  clock = new FakeClock();
  const opened = openStore(folder);
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
  tasks = [];
  told = [];
  troubles = [];
  outbox = new Outbox((task) => tasks.push(task));
  outbox.onEvent((event) => told.push(event));
  const nameOf = (peer: string): string => peer;
  cards = new CardDesk({ ...{ store, clock, nameOf, words, tellTrouble }, log: nullLog() }, outbox);
  desktop = new FakeDesktop(folder, join(folder, "bin"));
});

afterEach(() => {
  cards.stop();
  store.close();
  rmSync(folder, { recursive: true });
});

function file(index: number, change: Partial<CardFile> = {}): CardFile {
  return {
    ...{ index, name: `${String(index)}.txt`, type: "text/plain", sizeOctets: 100, octets: 0 },
    ...{ state: "offered", isDangerous: false, isNameTaken: false, ...change },
  };
}

function offered(files: readonly CardFile[], change: Partial<Card> = {}): Card {
  const card: Card = {
    ...{ id: "x", direction: "incoming", peer: "sip:alice@a.example", peerName: "Alice" },
    ...{ state: "ringing", startedMs: clock.wallMs(), files, ...change },
  };
  const saved = store.save({
    ...{ id: card.id, direction: card.direction, peer: card.peer, conversationId: "c" },
    ...{ contributionId: "d", startedMs: card.startedMs, state: "verified" },
    files: files.map(({ index, name, sizeOctets }) => ({
      ...{ index, name, sizeOctets, state: "offered", octets: 0 },
    })),
  });
  if (!saved.ok) throw new Error(saved.error.message);
  cards.apply({ name: "stored", entry: { ...entryOf(card), conversationId: "c" } });
  return card;
}

function names(): readonly string[] {
  return told.splice(0).map(({ name }) => name);
}

function tick(): void {
  for (const task of tasks.splice(0)) task();
}

const ID = "x" as OfferId;
const BROKEN = err({ kind: "store-error", message: "disk I/O error" } as const);

describe("what windows are told", () => {
  it("changes of one tick come together, each card as it is then", () => {
    offered([file(0)]);
    cards.apply({ name: "silence", id: "x" });
    expect(told).toEqual([]);
    tick();
    expect(told).toMatchObject([
      { name: "cards.changed", payload: [{ id: "x", isSilenced: true }] },
    ]);
    tick();
    expect(told).toHaveLength(1);
  });

  it("a transfer of many small files at most four times a second, its end at once", () => {
    const count = 40;
    offered(Array.from({ length: count }, (_, index) => file(index)));
    const indexes = Array.from({ length: count }, (_, index) => index);
    cards.apply({
      name: "event",
      event: { event: "answered", id: ID, accepted: indexes, declined: [] },
    });
    tick();
    names();
    for (const index of indexes) {
      const octets = 100;
      cards.apply({
        name: "event",
        event: { event: "progress", id: ID, index, octets, sizeOctets: octets, octetsPerS: 1 },
      });
      cards.apply({
        name: "event",
        event: { event: "file", id: ID, index, state: "complete", verified: true },
      });
      clock.advance(25);
      tick();
    }
    expect(names()).toEqual(["cards.changed", "cards.changed", "cards.changed", "cards.changed"]);
    cards.apply({ name: "event", event: { event: "transfer", id: ID, state: "verified" } });
    tick();
    expect(told).toMatchObject([{ name: "cards.changed", payload: [{ state: "verified" }] }]);
    clock.advance(1000);
    expect(told).toHaveLength(1);
  });

  it("octets alone are told apart from their card, only of files that changed", () => {
    offered([file(0), file(1)]);
    cards.apply({
      name: "event",
      event: { event: "answered", id: ID, accepted: [0, 1], declined: [] },
    });
    const moves = (index: number, octets: number): void => {
      cards.apply({
        name: "event",
        event: { event: "progress", id: ID, index, octets, sizeOctets: 100, octetsPerS: 1 },
      });
    };
    moves(0, 10);
    moves(1, 10);
    tick();
    clock.advance(250);
    names();
    moves(0, 20);
    moves(0, 30);
    clock.advance(250);
    expect(told).toEqual([
      {
        name: "card.progress",
        payload: { id: "x", octets: 40, files: [{ index: 0, octets: 30 }] },
      },
    ]);
  });

  it("that the other user has seen the files is told, and kept where the card was put away", () => {
    offered([file(0)], { state: "verified", direction: "outgoing" });
    tick();
    names();
    for (const status of ["delivered", "displayed"] as const) cards.notified({ id: ID, status });
    tick();
    const seenMs = clock.wallMs();
    expect(told).toMatchObject([{ name: "cards.changed", payload: [{ id: "x", seenMs }] }]);
    offered([file(0)], { id: "y", state: "verified", direction: "outgoing" });
    cards.drop(["y"]);
    tick();
    names();
    for (const id of ["y", "nobody"] as const)
      cards.notified({ id: id as OfferId, status: "displayed" });
    tick();
    expect([names(), cards.find("y")?.card.seenMs]).toEqual([[], seenMs]);
  });

  it("what is put away is told once, and shown no more", () => {
    offered([file(0)], { state: "missed" });
    tick();
    names();
    cards.apply({ name: "dismiss", id: "x" });
    tick();
    expect(told).toMatchObject([{ payload: [{ isDismissed: true }] }]);
    expect([cards.shown.length, cards.book.size]).toEqual([0, 0]);
    expect(cards.find("x")?.card.isDismissed).toBe(true);
  });
});

describe("ux 3.11: a history that cannot be written", () => {
  it("windows are told of it where a card could not be kept", () => {
    offered([file(0)], { state: "transferring" });
    vi.spyOn(store.cards, "save").mockReturnValue(BROKEN);
    cards.apply({ name: "event", event: { event: "transfer", id: ID, state: "interrupted" } });
    expect(troubles).toEqual(["unwritten"]);
  });
});

describe("ux 3.5 H: a damaged file", () => {
  let received: ReceivedDesk;
  let files: SystemFiles;
  let path: string;

  beforeEach(() => {
    mkdirSync(join(folder, "CPM"));
    path = join(folder, "CPM", "0.txt.damaged");
    writeFileSync(path, "damaged");
    offered([file(0, { state: "damaged", path })], { state: "damaged" });
    files = systemFiles();
    const same = new SameFiles(files, nullLog());
    received = new ReceivedDesk({
      ...{ cards, desktop, same, words },
      log: nullLog(),
      isForeign: () => false,
    });
  });

  afterEach(async () => {
    await files.close();
  });

  it("shows the fingerprint of what arrived beside that of what was offered", async () => {
    const promised = `sha-256:${"0".repeat(64)}`;
    offered([file(0, { hash: promised })]);
    const event = { event: "answered", id: ID, accepted: [0], declined: [] } as const;
    cards.apply({ name: "event", event });
    const ended = { id: ID, index: 0, state: "failed", verified: false, path } as const;
    cards.apply({ name: "event", event: { event: "file", ...ended } });
    received.received(ended);
    await received.settled();
    const hash = `sha-256:${createHash("sha256").update("damaged").digest("hex")}`;
    expect(cards.find("x")?.card.files[0]).toMatchObject({ offeredHash: promised, hash });
    cards.apply({ name: "event", event: { event: "transfer", id: ID, state: "failed" } });
    tick();
    cards.drop(["x"]);
    expect(cards.find("x")?.card.files[0]).toMatchObject({ offeredHash: promised, hash });
  });

  it("is not opened", async () => {
    const opened = await received.handlers["file.open"]({ id: "x", index: 0 });
    expect(opened).toMatchObject({ ok: false, error: { code: "fileGone" } });
    expect(desktop.done).toEqual([]);
  });

  it("is kept under its own name", async () => {
    const kept = await received.handlers["file.settle"]({ id: "x", index: 0, what: "keep" });
    expect(kept.ok).toBe(true);
    expect(readdirSync(join(folder, "CPM"))).toEqual(["0.txt"]);
    expect(cards.find("x")?.card.files[0]).toMatchObject({ state: "complete" });
  });

  it("or put into the bin", async () => {
    const deleted = await received.handlers["file.settle"]({ id: "x", index: 0, what: "delete" });
    expect(deleted.ok).toBe(true);
    expect(desktop.done).toEqual([{ what: "trash", path }]);
    expect(cards.find("x")?.card.files[0]).not.toHaveProperty("path");
  });

  it.each([
    ["keep", "complete"],
    ["delete", "failed"],
  ] as const)(
    "of an old entry is settled there (%s): its card does not come back",
    async (what, state) => {
      tick();
      cards.drop(["x"]);
      tick();
      names();
      const settled = await received.handlers["file.settle"]({ id: "x", index: 0, what });
      tick();
      expect(settled).toMatchObject({ ok: true, value: { id: "x", files: [{ state }] } });
      expect([names(), cards.shown]).toEqual([[], []]);
      expect(cards.find("x")?.card.files[0]?.state).toBe(state);
    },
  );

  it("and stays where it is when there is no bin", async () => {
    desktop.hasBin = false;
    const deleted = await received.handlers["file.settle"]({ id: "x", index: 0, what: "delete" });
    expect(deleted).toMatchObject({ ok: false, error: { code: "declinedBySystem" } });
    expect(cards.find("x")?.card.files[0]?.state).toBe("damaged");
  });
});

describe("ux 3.5: a name that was taken while the file came", () => {
  async function remarkOf(path: string, asking: readonly number[]): Promise<unknown> {
    const files = systemFiles();
    const same = new SameFiles(files, nullLog());
    const received = new ReceivedDesk({
      ...{ cards, desktop, same, words, log: nullLog(), isForeign: () => false },
    });
    offered([file(0, { state: "complete", path })], { state: "transferring" });
    received.expect("x", { replacing: [], asking });
    received.received({ id: ID, index: 0, state: "complete", verified: true, path });
    await received.settled();
    await files.close();
    return cards.find("x")?.card.files[0]?.reason;
  }

  it("the card says that both were kept, where its user wanted to be asked", async () => {
    expect(await remarkOf("/in/0 (1).txt", [0])).toMatchObject({ key: "files.keptBoth" });
  });

  it("and nothing where the user had chosen, or the name was free", async () => {
    expect(await remarkOf("/in/0 (1).txt", [])).toBeUndefined();
    expect(await remarkOf("/in/0.txt", [0])).toBeUndefined();
  });
});

describe("ux 3.7: kept as long as the user wants", () => {
  let history: HistoryDesk;
  /** Offers whose parts were let go. */
  let partsOf: string[];

  beforeEach(() => {
    partsOf = [];
    history = new HistoryDesk({
      ...{ store, cards, desktop, clock, log: nullLog(), nameOf: (peer) => peer },
      ...{ words, tellTrouble },
      client: () => ({
        forget: (id) => {
          partsOf.push(id);
          return Promise.resolve();
        },
      }),
      historyDays: () => 2,
    });
  });

  afterEach(() => {
    history.stop();
  });

  function kept(): readonly string[] {
    const listed = store.cards.list({ limit: 100 });
    return listed.ok ? listed.value.map(({ entry }) => entry.id) : [];
  }

  it("what cannot be read, or forgotten, windows are told of", () => {
    vi.spyOn(store.cards, "list").mockReturnValue(BROKEN);
    history.bringBack();
    expect(troubles).toContain("unread");
    troubles = [];
    vi.spyOn(store.cards, "forgetEnded").mockReturnValue(BROKEN);
    history.keepTidy();
    vi.spyOn(store, "interruptUnfinished").mockReturnValue(BROKEN);
    history.interruptUnfinished();
    expect(troubles).toEqual(["unwritten", "unwritten"]);
  });

  it("what had come of a forgotten offer goes with it, whether it was shown or not", async () => {
    const startedMs = clock.wallMs() - 3 * DAY_MS;
    offered([file(0)], { id: "old", state: "interrupted", startedMs });
    cards.drop(["old"]);
    history.keepTidy();
    expect(partsOf).toEqual(["old"]);
    offered([file(0)], { id: "unseen", state: "interrupted" });
    cards.drop(["unseen"]);
    offered([file(0)], { id: "seen", state: "interrupted" });
    await history.handlers["history.forgetAll"]({});
    expect(partsOf.toSorted()).toEqual(["old", "seen", "unseen"]);
  });

  it("at the start, and then daily", () => {
    offered([file(0)], { id: "old", state: "verified", startedMs: clock.wallMs() - 3 * DAY_MS });
    offered([file(0)], { id: "new", state: "verified" });
    history.keepTidy();
    expect(kept()).toEqual(["new"]);
    clock.advance(2 * DAY_MS);
    expect(kept()).toEqual(["new"]);
    clock.advance(DAY_MS);
    expect(kept()).toEqual([]);
  });

  it("what was missed comes back until it is put away; other cards only on their day", () => {
    const yesterday = clock.wallMs() - 1.5 * DAY_MS;
    offered([file(0)], { id: "missed", state: "missed", startedMs: yesterday });
    offered([file(0)], { id: "done", state: "verified", startedMs: yesterday });
    offered([file(0)], { id: "away", state: "missed", startedMs: yesterday });
    offered([file(0)], { id: "today", state: "verified" });
    cards.apply({ name: "dismiss", id: "away" });
    tick();
    cards.drop(["missed", "done", "today"]);
    history.bringBack();
    expect(cards.shown.map(({ id }) => id)).toEqual(["today", "missed"]);
  });
});
