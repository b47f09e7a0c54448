import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { TimerQueues } from "./timer-queues.ts";

let clock: FakeClock;
let queues: TimerQueues;
let fired: string[];
const owner = {
  fired: ({ name }: { readonly name: string }): void => {
    fired.push(`${name} ${String(clock.nowMs())}`);
  },
};

beforeEach(() => {
  clock = new FakeClock();
  queues = new TimerQueues(clock);
  fired = [];
});

describe("RFC 3261 §17: timers of many transactions", () => {
  it("fire at their time, whatever was started before or after them", () => {
    queues.start(500, owner, "a");
    clock.advance(100);
    queues.start(500, owner, "b");
    queues.start(50, owner, "c");
    clock.advance(1000);
    expect(fired).toEqual(["c 150", "a 500", "b 600"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("do not fire once cancelled, first, middle or last, and take one timer of the clock a delay", () => {
    const timers = ["a", "b", "c", "d"].map((name) => queues.start(500, owner, name));
    expect(clock.pendingTimers).toBe(1);
    for (const at of [0, 2, 3]) timers[at]?.cancel();
    clock.advance(600);
    timers[1]?.cancel();
    expect(fired).toEqual(["b 500"]);
    queues.start(500, owner, "e").cancel();
    expect(clock.pendingTimers).toBe(0);
  });

  it("may start another of the same delay while they fire", () => {
    const again = {
      fired: (): void => {
        fired.push(String(clock.nowMs()));
        if (fired.length < 3) queues.start(500, again, "x");
      },
    };
    queues.start(500, again, "x");
    clock.advance(2000);
    expect(fired).toEqual(["500", "1000", "1500"]);
  });
});
