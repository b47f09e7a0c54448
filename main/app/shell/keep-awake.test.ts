import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { KeepAwake, STALL_MS } from "./keep-awake.ts";

let clock: FakeClock;
let held: number;
let taken: number;
let isChecking: boolean;
let awake: KeepAwake;

beforeEach(() => {
  clock = new FakeClock();
  held = 0;
  taken = 0;
  isChecking = false;
  const start = (): (() => void) => {
    held += 1;
    taken += 1;
    return () => {
      held -= 1;
    };
  };
  awake = new KeepAwake(clock, start, () => isChecking);
});

describe("keeping the machine awake", () => {
  it("takes one blocker, however many transfers move", () => {
    awake.moved();
    awake.moved();
    expect([held, taken, awake.isHeld]).toEqual([1, 1, true]);
  });

  it("gives it back with the last octet, and once", () => {
    awake.moved();
    awake.release();
    awake.release();
    expect([held, awake.isHeld, clock.pendingTimers]).toEqual([0, false, 0]);
  });

  it("lets the machine sleep 60 s after the last octet that moved", () => {
    awake.moved();
    clock.advance(STALL_MS - 1);
    awake.moved();
    clock.advance(STALL_MS - 1);
    expect(held).toBe(1);
    clock.advance(1);
    expect([held, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("holds on while a long hash is computed", () => {
    isChecking = true;
    awake.moved();
    clock.advance(10 * STALL_MS);
    expect(held).toBe(1);
    isChecking = false;
    clock.advance(2 * STALL_MS);
    expect(held).toBe(0);
  });

  it("takes it again when octets move again", () => {
    awake.moved();
    clock.advance(STALL_MS);
    awake.moved();
    expect([held, taken]).toEqual([1, 2]);
  });
});
