import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { Coalesced } from "./coalesce.ts";

describe("work that is wished for often", () => {
  it("is done at once, then at most once in its time, and always after the last wish", () => {
    const clock = new FakeClock();
    const done: number[] = [];
    const work = new Coalesced(clock, 500, () => done.push(clock.nowMs()));
    for (let i = 0; i < 10; i += 1) {
      work.wish();
      clock.advance(100);
    }
    clock.advance(1000);
    expect(done).toEqual([0, 500, 1000]);
  });

  it("is not done any more after the end", () => {
    const clock = new FakeClock();
    let done = 0;
    const work = new Coalesced(clock, 500, () => {
      done += 1;
    });
    work.wish();
    work.wish();
    work.stop();
    clock.advance(1000);
    expect([done, clock.pendingTimers]).toEqual([1, 0]);
  });
});
