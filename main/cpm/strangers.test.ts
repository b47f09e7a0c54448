import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALICE, ClientPair } from "../../tests/support/client-pair.ts";
import { octets } from "../../tests/support/octets.ts";
import { Stranger, type StrangerHabits } from "../../tests/support/stranger.ts";

let pair: ClientPair;

beforeEach(async () => {
  pair = await ClientPair.start();
});

afterEach(async () => {
  await pair.stop();
  expect(pair.alice.files.openParts, "parts left open").toBe(0);
});

const FILE = octets(300_001, 1);
const NOTE = octets(40, 2);

/** Alice offers to a stranger. */
async function offeredTo(habits: StrangerHabits): Promise<Stranger> {
  const stranger = new Stranger(pair, habits);
  await stranger.answers();
  await send();
  return stranger;
}

async function send(): Promise<void> {
  pair.alice.files.put("/s/big.txt", FILE).put("/s/note.txt", NOTE);
  const before = pair.alice.all("transfer").length;
  await pair.alice.send(["/s/big.txt", "/s/note.txt"]);
  await pair.until("the end", () => pair.alice.all("transfer").length > before);
}

/** A stranger offers to alice, who takes everything. */
async function takenFrom(habits: StrangerHabits): Promise<Stranger> {
  const stranger = new Stranger(pair, habits);
  const files = new Map([
    ["big.txt", FILE],
    ["note.txt", NOTE],
  ]);
  let isSent = false;
  void stranger.offers(files, ALICE).then((dialog) => {
    isSent = true;
    void dialog.bye();
  });
  await pair.until("alice rings", () => pair.alice.has("ringing"));
  pair.alice.acceptAll();
  await pair.until("all is sent", () => isSent);
  await pair.until("alice knows the end", () => pair.alice.has("transfer"));
  return stranger;
}

function expectTaken(): void {
  expect(pair.alice.received().get("big.txt")?.equals(FILE)).toBe(true);
  expect(pair.alice.received().get("note.txt")?.equals(NOTE)).toBe(true);
  // Nobody offered a hash.
  expect(pair.alice.last("transfer").state).toBe("confirmed");
}

describe("RFC 4975 §7: other makers' programs as receivers", () => {
  it.each<[string, StrangerHabits]>([
    ["that reports every chunk (§7.1.2)", { reportsEveryChunk: true }],
    ["that never reports", {}],
    ["that answers slowly, one chunk after the other", { answersAfterMs: 300 }],
    ["that takes chunks of 2 KiB only (§7.1.1)", { takesOctets: 2048 }],
    ["that takes 2 KiB and reports every chunk", { takesOctets: 2048, reportsEveryChunk: true }],
  ])("MUST bring whole files to one %s", async (_what, habits) => {
    const stranger = await offeredTo(habits);
    expect(stranger.received.get("s0")?.equals(FILE)).toBe(true);
    expect(stranger.received.get("s1")?.equals(NOTE)).toBe(true);
    expect(pair.alice.last("transfer").state).toBe("confirmed");
    for (const length of stranger.chunks)
      expect(length).toBeLessThanOrEqual(habits.takesOctets ?? Number.POSITIVE_INFINITY);
  });

  it("MUST count reports about chunks together: no wait follows the last one", async () => {
    const startMs = pair.clock.nowMs();
    await offeredTo({ reportsEveryChunk: true });
    expect(pair.clock.nowMs() - startMs).toBeLessThan(5000);
  });

  it("MUST send one chunk at a time to one that hung on the second, the next time", async () => {
    const stranger = await offeredTo({ hangsOnSecond: true, answersAfterMs: 5 });
    expect(pair.alice.last("transfer").state).toBe("partly");
    expect(stranger.received.get("s0")?.equals(FILE)).toBe(false);
    stranger.wakeUp();
    await send();
    expect(stranger.mostUnanswered).toBe(1);
    expect(stranger.received.get("s0")?.equals(FILE)).toBe(true);
    expect(pair.alice.last("transfer").state).toBe("confirmed");
  });
});

describe("RFC 4975 §7.3: other makers' programs as senders", () => {
  it.each<[string, StrangerHabits]>([
    ["sends each file as one chunk", {}],
    ["sends each file as one chunk that cannot be interrupted", { hasFixedRanges: true }],
    ["sends 2 KiB at a time and waits for each answer", { chunkOctets: 2048 }],
    ["sends 2 KiB with fixed ranges", { chunkOctets: 2048, hasFixedRanges: true }],
    ["sends many chunks ahead", { chunkOctets: 2048, window: 200 }],
    ["sends chunks of one odd length", { chunkOctets: 997, window: 3 }],
  ])("MUST take every octet from one that %s", async (_what, habits) => {
    const stranger = await takenFrom(habits);
    expectTaken();
    // One REPORT over the whole message, whatever the chunks were.
    expect(stranger.reports).toEqual([
      `000 200 1-${String(FILE.length)}/${String(FILE.length)}`,
      `000 200 1-${String(NOTE.length)}/${String(NOTE.length)}`,
    ]);
  });
});
