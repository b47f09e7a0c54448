import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { AttemptGuard } from "./attempt-guard.ts";

let clock: FakeClock;
let guard: AttemptGuard;

beforeEach(() => {
  clock = new FakeClock();
  guard = new AttemptGuard(clock);
});

function fail(times: number): void {
  for (let i = 0; i < times; i += 1) guard.failed("10.0.0.1", "bob");
}

/** Seconds until the pair is free again. */
function lockS(): number {
  let seconds = 0;
  while (guard.isLocked("10.0.0.1", "bob")) {
    clock.advance(1_000);
    seconds += 1;
  }
  return seconds;
}

describe("RFC 3261 §26.1 guessed passwords", () => {
  it("leaves four failures free, then locks for 1, 2, 4 … at most 60 s", () => {
    fail(4);
    expect(lockS()).toBe(0);
    const locks: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      fail(1);
      locks.push(lockS());
    }
    expect(locks).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it("locks neither other users nor other sources", () => {
    fail(9);
    expect(guard.isLocked("10.0.0.1", "alice")).toBe(false);
    expect(guard.isLocked("10.0.0.2", "bob")).toBe(false);
  });

  it("forgets after five minutes without a failure, and after a success", () => {
    fail(4);
    clock.advance(300_001);
    fail(1);
    expect(guard.isLocked("10.0.0.1", "bob")).toBe(false);
    fail(3);
    guard.succeeded("10.0.0.1", "bob");
    fail(4);
    expect(guard.isLocked("10.0.0.1", "bob")).toBe(false);
  });
});
