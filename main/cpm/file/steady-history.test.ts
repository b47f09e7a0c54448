import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FaultyStore, type StoreFault } from "../../../tests/support/faulty-store.ts";
import { MemoryStore } from "../../../tests/support/memory-store.ts";
import { MemoryLog } from "../../../tests/support/null-log.ts";
import type { HistoryEntry, OfferState } from "../../base/transfer-store.ts";
import { SteadyHistory } from "./steady-history.ts";

const PEER = "sip:bob@b.example";

function entry(id: string, state: OfferState, endedMs?: number): HistoryEntry {
  return {
    ...{ id, direction: "outgoing", peer: PEER, conversationId: "c", contributionId: id },
    ...{ startedMs: 1, state, files: [] },
    ...(endedMs === undefined ? {} : { endedMs }),
  };
}

function bed(...faults: readonly StoreFault[]) {
  const clock = new FakeClock();
  const disk = new MemoryStore();
  const store = new FaultyStore(disk, clock, faults);
  let troubles = 0;
  const history = new SteadyHistory({ store, clock, log: new MemoryLog() }, () => {
    troubles += 1;
  });
  return { clock, disk, history, troubles: () => troubles };
}

const LAST_WORD_LOST: StoreFault = { site: "save", nth: 2, kind: "busy", forMs: 0 };
const FULL_FOR_A_WHILE: StoreFault = { site: "save", nth: 2, kind: "full", forMs: 20_000 };

describe("reliability 5.3: a history that cannot be written for a time", () => {
  it("MUST hold an offer's last word as soon as the disk takes it", async () => {
    const { clock, disk, history, troubles } = bed(LAST_WORD_LOST);
    history.save(entry("a", "transferring"));
    expect(history.save(entry("a", "verified", 5)).ok).toBe(false);
    expect(disk.entries.get("a")?.state).toBe("transferring");
    await clock.advanceAsync(1000);
    expect(disk.entries.get("a")?.state).toBe("verified");
    expect([clock.pendingTimers, troubles()]).toEqual([0, 0]);
  });

  it("MUST tell of it once where it lasts, and go on trying", async () => {
    const { clock, disk, history, troubles } = bed(FULL_FOR_A_WHILE);
    history.save(entry("a", "transferring"));
    history.save(entry("a", "verified", 5));
    await clock.advanceAsync(20_000);
    expect(troubles()).toBe(1);
    expect(disk.entries.get("a")?.state).toBe("transferring");
    await clock.advanceAsync(60_000);
    expect([disk.entries.get("a")?.state, troubles()]).toEqual(["verified", 1]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("MUST answer with what is true and not with what is on disk", () => {
    const { history } = bed(FULL_FOR_A_WHILE);
    history.save(entry("a", "transferring"));
    history.save(entry("a", "verified", 5));
    history.save(entry("b", "interrupted", 6));
    expect(history.get("a")).toMatchObject({ ok: true, value: { state: "verified" } });
    const listed = history.list({ direction: "outgoing", peer: PEER });
    expect(listed.ok && listed.value.map(({ id, state }) => [id, state])).toEqual([
      ["b", "interrupted"],
      ["a", "verified"],
    ]);
    expect(history.list({ direction: "incoming" })).toEqual({ ok: true, value: [] });
  });

  it("MUST try once more when the program ends, and leave nothing running", () => {
    const { clock, disk, history } = bed(LAST_WORD_LOST);
    history.save(entry("a", "transferring"));
    history.save(entry("a", "verified", 5));
    history.close();
    expect(disk.entries.get("a")?.state).toBe("verified");
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("reliability 5.3: what an earlier process left running", () => {
  it("MUST count as interrupted although the first attempt failed, and nothing of this one does", async () => {
    const { clock, disk, history } = bed({
      ...{ site: "interruptUnfinished", nth: 1, kind: "io", forMs: 0 },
    });
    disk.save(entry("old", "transferring"));
    expect(history.interruptUnfinished(7).ok).toBe(false);
    history.save(entry("new", "transferring"));
    await clock.advanceAsync(1000);
    expect(disk.entries.get("old")).toMatchObject({ state: "interrupted", endedMs: 7 });
    expect(disk.entries.get("new")?.state).toBe("transferring");
    expect(disk.entries.get("new")?.endedMs).toBeUndefined();
  });

  it("MUST be seen as interrupted by whoever asks before the next attempt", () => {
    const { disk, history } = bed({
      ...{ site: "interruptUnfinished", nth: 1, kind: "busy", forMs: 0 },
    });
    disk.save(entry("old", "transferring"));
    history.interruptUnfinished(7);
    expect(history.get("old")).toMatchObject({ value: { state: "interrupted" } });
  });
});
