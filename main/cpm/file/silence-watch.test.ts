import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { SILENCE_MS, SilenceWatch } from "./silence-watch.ts";

describe("a peer that vanished without a word (docs/flows.md, note N3)", () => {
  it("is noticed on every line that still waits, once", () => {
    const clock = new FakeClock();
    const watch = new SilenceWatch(clock);
    const told: string[] = [];
    watch.add(() => told.push("one"));
    const end = watch.add(() => told.push("two"));
    watch.add(() => told.push("three"));
    end();
    clock.advance(SILENCE_MS - 1);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(["one", "three"]);
    clock.advance(10 * SILENCE_MS);
    expect(told).toHaveLength(2);
  });

  it("is not suspected while anything comes on any line, and leaves no timer behind", () => {
    const clock = new FakeClock();
    const watch = new SilenceWatch(clock);
    const told: string[] = [];
    const ends = [watch.add(() => told.push("one")), watch.add(() => told.push("two"))];
    for (let quarter = 0; quarter < 40; quarter += 1) {
      clock.advance(SILENCE_MS / 4);
      watch.heard();
    }
    for (const end of ends) end();
    expect([told, clock.pendingTimers]).toEqual([[], 0]);
  });
});
