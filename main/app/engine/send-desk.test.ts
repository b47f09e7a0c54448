import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OfferId } from "../../../shared/model/offer.ts";
import { makeCard, makeCardFile } from "../../../tests/support/cards.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import type { AppStore } from "../../base/app-store.ts";
import { systemRandom } from "../../base/random.node.ts";
import { openStore } from "../../storage/store.node.ts";
import { entryOf } from "../model/card-begin.ts";
import { Words } from "../words/words.ts";
import { CardDesk } from "./card-desk.ts";
import { Outbox } from "./outbox.ts";
import { SendDesk } from "./send-desk.node.ts";

let folder: string;
let store: AppStore;
let cards: CardDesk;
let desk: SendDesk;
/** Whom the client was told to offer something. */
let offered: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sends-"));
  const opened = openStore(folder);
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
  offered = [];
  const words = new Words("en");
  const plain = { store, clock: new FakeClock(), log: nullLog(), words: () => words };
  const nameOf = (): string => "Bob";
  cards = new CardDesk(
    { ...plain, nameOf, tellTrouble: () => undefined },
    new Outbox(() => undefined),
  );
  const client = {
    offer: ({ to }: { readonly to: string }) => {
      offered.push(to);
      return new Promise<never>(() => undefined);
    },
  };
  // Checked border: what the desk asks of its neighbours here.
  const parts = {
    ...{ ...plain, cards, client: () => client, random: systemRandom(), people: { nameOf } },
    state: { current: { limits: { maxFiles: 10 } } },
  } as unknown as ConstructorParameters<typeof SendDesk>[0];
  desk = new SendDesk(parts);
  const path = join(folder, "plan.pdf");
  writeFileSync(path, "plan");
  const files = [makeCardFile({ state: "failed", path })];
  const card = makeCard({ id: "old", direction: "outgoing", state: "failed", files });
  cards.apply({ name: "stored", entry: { ...entryOf(card), conversationId: "c" } });
});

afterEach(() => {
  cards.stop();
  store.close();
  rmSync(folder, { recursive: true });
});

async function retry(): Promise<string> {
  // As the window asks: each press is a command of its own.
  const answer = await desk.handlers["card.retry"]({ id: "old" });
  return answer.ok ? answer.value : answer.error.code;
}

describe("files that are offered anew", () => {
  it("are offered once, however often that is pressed while it is under way", async () => {
    const [first, second] = await Promise.all([retry(), retry()]);
    expect([second, await retry(), offered]).toEqual([first, first, ["sip:alice@a.example"]]);
  });

  it("can be offered again when that has ended", async () => {
    const first = await retry();
    const id = first as OfferId;
    cards.apply({ name: "event", event: { event: "transfer", id, state: "failed" } });
    expect(await retry()).not.toBe(first);
    expect(offered).toHaveLength(2);
  });
});
