import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Person } from "../../../shared/model/app-state.ts";
import type { OfferedFileView, OfferId, OfferView } from "../../../shared/model/offer.ts";
import { defaultSettings } from "../../../shared/model/settings.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import type { AppStore } from "../../base/app-store.ts";
import { present } from "../../base/present.ts";
import { ok } from "../../base/result.ts";
import type { CpmClient, RestRule } from "../../cpm/client.ts";
import { openStore } from "../../storage/store.node.ts";
import type { BookCard } from "../model/card-entry.ts";
import { Words } from "../words/words.ts";
import { CardDesk } from "./card-desk.ts";
import { OfferDesk } from "./offer-desk.node.ts";
import { Outbox } from "./outbox.ts";

const ID = "x" as OfferId;
const ROOM = 1_000_000_000;

let folder: string;
let store: AppStore;
let clock: FakeClock;
let cards: CardDesk;
let desk: OfferDesk;
let people: Person[];
/** Ends the look into a folder that takes its time. */
let slow: Map<string, () => void>;
/** What the client was told to accept. */
let taken: { readonly files: readonly number[]; readonly rest?: RestRule }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "offers-"));
  for (const name of ["usual", "other"]) mkdirSync(join(folder, name));
  const opened = openStore(folder);
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
  clock = new FakeClock();
  people = [];
  slow = new Map();
  taken = [];
  const words = new Words("en");
  const plain = { clock, log: nullLog(), words: () => words };
  cards = new CardDesk(
    { ...plain, store, nameOf: () => "Alice", tellTrouble: () => undefined },
    new Outbox(() => undefined),
  );
  const accept: CpmClient["accept"] = (_id, files, options) =>
    void taken.push({ files, ...present({ rest: options?.rest }) });
  // Checked border: what the desk asks of its neighbours here.
  const parts = {
    ...{ ...plain, cards, client: () => ({ accept }), onFolderUsed: () => undefined },
    people: {
      find: () => people[0],
      nameOf: () => "Alice",
      learn: () => undefined,
    },
    received: { expect: () => undefined },
    state: { current: { settings: defaultSettings(join(folder, "usual")) } },
    same: { among: () => Promise.resolve([]) },
    files: {
      freeOctets: async (path: string) => {
        if (slow.has(path)) await new Promise<void>((resolve) => slow.set(path, resolve));
        return ok(ROOM);
      },
    },
  } as unknown as ConstructorParameters<typeof OfferDesk>[0];
  desk = new OfferDesk(parts);
});

afterEach(() => {
  cards.stop();
  store.close();
  rmSync(folder, { recursive: true });
});

/** What was begun has come to its end. */
async function settled(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

function place(name: string): string {
  return join(folder, name);
}

function file(index: number, change: Partial<OfferedFileView> = {}): OfferedFileView {
  return {
    ...{ index, name: `${String(index)}.txt`, type: "text/plain", sizeOctets: 100 },
    ...change,
  };
}

function offer(change: Partial<OfferView> = {}): void {
  desk.offered({
    ...{ id: ID, direction: "incoming", from: "sip:alice@a.example", to: "sip:bob@b.example" },
    ...{ conversationId: "c", contributionId: "d", startedMs: clock.wallMs(), isVouched: true },
    files: [file(0)],
    ...change,
  });
}

function card(): BookCard | undefined {
  return cards.book.get(ID)?.card;
}

describe("the folder of an offer that rings", () => {
  it("stays the one that its user has chosen, however long the look into the usual one takes", async () => {
    slow.set(place("usual"), () => undefined);
    offer();
    await desk.handlers["offer.folder"]({ id: ID, folder: place("other") });
    expect(card()?.folder).toBe(place("other"));
    slow.get(place("usual"))?.();
    await settled();
    expect(card()?.folder).toBe(place("other"));
  });
});

describe("an offer that is accepted twice", () => {
  it("is accepted once, and nothing went wrong", async () => {
    offer();
    const twice = await Promise.all([
      desk.handlers["offer.accept"]({ id: ID, files: [{ index: 0 }] }),
      desk.handlers["offer.accept"]({ id: ID, files: [{ index: 0 }] }),
    ]);
    expect(twice.map(({ ok: isOk }) => isOk)).toEqual([true, true]);
    expect(taken).toHaveLength(1);
  });
});

describe("ux 4: what the rule of a person takes", () => {
  const alice: Person = {
    ...{ aor: "sip:alice@a.example", name: "Alice", isMe: false, isBlocked: false },
    autoAccept: { maxSizeOctets: 1000 },
  };

  it("is no more than its limit, the files that are not listed yet counted", async () => {
    people = [alice];
    offer({ series: { files: 101, octets: 5000 } });
    await vi.waitFor(() => {
      expect(card()?.freeOctets).toBeDefined();
    });
    expect([card()?.state, taken]).toEqual(["ringing", []]);
  });

  it("is nothing that can run programs, also among files that come later", async () => {
    people = [alice];
    offer({ series: { files: 3, octets: 300 } });
    await vi.waitFor(() => {
      expect(taken).toHaveLength(1);
    });
    expect(taken[0]?.rest?.([file(1), file(2, { name: "run.exe" })])).toEqual([1]);
  });
});
