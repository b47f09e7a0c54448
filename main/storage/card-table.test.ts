import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AppStore, CardDetails, CardFilter, StoredPerson } from "../base/app-store.ts";
import type { Result } from "../base/result.ts";
import type { HistoryEntry, StoreError } from "../base/transfer-store.ts";
import { history } from "./migrations/0001-history.ts";
import { openStore } from "./store.node.ts";

let folder: string;
let store: AppStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cards-"));
  store = value(openStore(folder));
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function value<T>(result: Result<T, StoreError>): T {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.message}`);
  return result.value;
}

function entry(id: string, change: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    id,
    direction: "incoming",
    peer: "sip:alice@a.example",
    conversationId: "c",
    contributionId: "k",
    startedMs: 1000,
    endedMs: 2000,
    state: "verified",
    files: [{ index: 0, name: "plan.pdf", sizeOctets: 5, state: "complete", octets: 5 }],
    ...change,
  };
}

function details(id: string, change: Partial<CardDetails> = {}): CardDetails {
  return { id, state: "verified", files: [], ...change };
}

function saved(id: string, change: Partial<HistoryEntry> = {}, more?: Partial<CardDetails>): void {
  value(store.save(entry(id, change)));
  if (more !== undefined) value(store.cards.save(details(id, more)));
}

function ids(filter: Partial<CardFilter> = {}): readonly string[] {
  return value(store.cards.list({ limit: 50, ...filter })).map(({ entry: { id } }) => id);
}

const FULL: CardDetails = {
  id: "a",
  state: "elsewhere",
  text: "The plan",
  folder: "/home/bob",
  device: "Bob's phone",
  seenMs: 1_800_000_000_000,
  isLostRace: true,
  isSilenced: true,
  isAutoAccepted: true,
  isDismissed: true,
  group: "g",
  series: { files: 230, octets: 90_000 },
  problem: { code: "x", message: "What.", action: "Do.", status: 486 },
  files: [
    { index: 0, state: "damaged", octets: 3, path: "/p", hash: "sha-1:aa", reason: "Why." },
    { index: 1, state: "declined", octets: 0 },
    { index: 2, state: "damaged", octets: 3, hash: "sha-1:ab", offeredHash: "sha-1:cd" },
  ],
};

describe("cards of offers", () => {
  it("come back as they were saved, also after the store was opened again", () => {
    saved("a", {}, FULL);
    store.close();
    store = value(openStore(folder));
    expect(value(store.cards.get("a"))).toEqual({ entry: entry("a"), details: FULL });
  });

  it("are replaced as a whole, and leave the history of the offer alone", () => {
    saved("a", {}, FULL);
    value(store.cards.save(details("a")));
    value(store.save(entry("a", { state: "partly" })));
    expect(value(store.cards.get("a"))).toEqual({
      ...{ entry: entry("a", { state: "partly" }), details: details("a") },
    });
  });

  it("are there without details for offers of the command line", () => {
    saved("a");
    expect(value(store.cards.get("a"))).toEqual({ entry: entry("a") });
    expect(value(store.cards.get("b"))).toBeUndefined();
  });

  it("need their offer", () => {
    expect(store.cards.save(details("nobody")).ok).toBe(false);
  });
});

describe("pages of the history", () => {
  it("go on behind the last card, also among cards of one moment", () => {
    for (const id of ["a", "b", "c", "d"]) saved(id, { startedMs: id === "d" ? 2000 : 1000 }, {});
    expect(ids()).toEqual(["d", "c", "b", "a"]);
    expect(ids({ limit: 2 })).toEqual(["d", "c"]);
    expect(ids({ limit: 2, before: { startedMs: 1000, id: "c" } })).toEqual(["b", "a"]);
    expect(ids({ before: { startedMs: 1000, id: "a" } })).toEqual([]);
  });

  it("are filtered by what cards show", () => {
    saved("in", {}, { state: "damaged" });
    saved("out", { direction: "outgoing", peer: "sip:carol@b.example", state: "missed" });
    saved("late", { startedMs: 9000 }, { isDismissed: true });
    expect(ids({ states: ["damaged", "missed"] })).toEqual(["out", "in"]);
    expect(ids({ states: ["verified"] })).toEqual(["late"]);
    expect(ids({ direction: "outgoing" })).toEqual(["out"]);
    expect(ids({ peer: "sip:alice@a.example", sinceMs: 5000 })).toEqual(["late"]);
    expect(ids({ isDismissed: false })).toEqual(["out", "in"]);
    saved("phone", { state: "elsewhere" }, { device: "Bob's phone" });
    expect(ids({ device: "Bob's phone" })).toEqual(["phone"]);
    expect(ids({ device: "Bob" })).toEqual([]);
  });

  it.each(["ALICE@", "lan.p", "tuesday", "sha-1:aa", "sha-1:cd", "mum"])(
    "are searched for %s",
    (text) => {
      saved("a", {}, FULL_WITH_WORDS);
      saved("b", { peer: "sip:x@y", files: [] }, {});
      value(store.people.save({ ...PERSON, aor: "sip:alice@a.example", name: "Mum" }));
      expect(ids({ text })).toEqual(["a"]);
      expect(ids({ text: "%" })).toEqual([]);
    },
  );
});

const FULL_WITH_WORDS: Partial<CardDetails> = { text: "From Tuesday", files: FULL.files };

describe("forgetting", () => {
  it("takes everything of an offer away", () => {
    saved("a", {}, FULL);
    value(store.cards.forget(["a", "absent"]));
    expect(ids()).toEqual([]);
    saved("a", {}, { files: [] });
    expect(value(store.cards.get("a"))?.details?.files).toEqual([]);
  });

  it("spares what runs, and what began later", () => {
    saved("old", { startedMs: 1 });
    saved("running", { startedMs: 1, state: "transferring" });
    saved("new", { startedMs: 500 });
    expect(value(store.cards.forgetEnded(500))).toEqual(["old"]);
    expect(value(store.cards.forgetEnded())).toEqual(["new"]);
    expect(ids()).toEqual(["running"]);
  });
});

const PERSON: StoredPerson = {
  ...{ aor: "sip:alice@a.example", name: "Alice", isMe: false, isBlocked: false },
};

describe("people", () => {
  it("come back newest first, with what was said of them", () => {
    const full = { ...PERSON, isMe: true, isBlocked: true, autoAcceptOctets: 7, lastMs: 9 };
    value(store.people.save({ ...PERSON, aor: "sip:carol@b.example" }));
    value(store.people.save(full));
    expect(value(store.people.list())).toEqual([full, { ...PERSON, aor: "sip:carol@b.example" }]);
  });

  it("change their address in one step", () => {
    value(store.people.save(PERSON));
    value(store.people.save({ ...PERSON, aor: "sip:a@b" }, PERSON.aor));
    expect(value(store.people.list()).map(({ aor }) => aor)).toEqual(["sip:a@b"]);
    value(store.people.remove("sip:a@b"));
    expect(value(store.people.list())).toEqual([]);
  });
});

describe("a store of the form before", () => {
  it("keeps its history", () => {
    store.close();
    rmSync(join(folder, "history.db"));
    const old = new DatabaseSync(join(folder, "history.db"));
    old.exec(history.sql);
    old.exec("PRAGMA user_version = 1");
    old.exec(
      "INSERT INTO offers (id, direction, peer, conversation_id, contribution_id, started_ms, state) VALUES ('a', 'incoming', 'sip:x@y', 'c', 'k', 1, 'missed')",
    );
    old.close();
    store = value(openStore(folder));
    expect(ids()).toEqual(["a"]);
    saved("a", {}, FULL);
    expect(value(store.cards.get("a"))?.details).toEqual(FULL);
  });
});
