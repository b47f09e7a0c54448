import { describe, expect, it } from "vitest";
import { speedOf, startRate, stepRate, type TransferRate } from "./transfer-rate.ts";

const SIZE = 100_000_000;

/** Octets a second, second by second. */
function run(speeds: readonly number[], rate: TransferRate = startRate(0, 0)): TransferRate {
  return speeds.reduce((before, speed) => {
    const octets = before.octets + speed;
    return stepRate(before, octets, SIZE - octets, before.lastMs + 1000);
  }, rate);
}

describe("ux 3.6 speed", () => {
  it("is first shown after 2 s or 1 MB", () => {
    expect(speedOf(run([100]))).toBeUndefined();
    expect(speedOf(run([100, 100]))).toBe(100);
    expect(speedOf(run([1_000_000]))).toBe(1_000_000);
  });

  it("is weighted over 10 s: what is long past hardly counts", () => {
    const slower = run([...Array<number>(60).fill(1000), ...Array<number>(10).fill(0)]);
    expect(speedOf(slower)).toBeGreaterThan(300);
    expect(speedOf(slower)).toBeLessThan(400);
  });

  it("counts octets that arrive at the same instant", () => {
    const rate = run([500_000]);
    const next = stepRate(rate, 1_500_000, 0, rate.lastMs);
    expect(speedOf(next)).toBe(1_500_000);
  });

  it("leaves out what was there at the start", () => {
    const resumed = startRate(50_000_000, 0);
    expect(speedOf(run([2000, 2000], resumed))).toBe(2000);
  });
});

describe("ux 3.6 time left", () => {
  it("is first shown after 5 s", () => {
    expect(run(Array<number>(4).fill(1_000_000)).leftS).toBeUndefined();
    expect(run(Array<number>(5).fill(1_000_000)).leftS).toBe(95);
  });

  it("falls freely, and rises only after 3 s of evidence", () => {
    const steady = run(Array<number>(10).fill(1_000_000));
    expect(steady.leftS).toBe(90);
    const faster = run([20_000_000], steady);
    expect(faster.leftS).toBeLessThan(30);
    const slow = run([0, 0, 0], faster);
    expect(slow.leftS).toBe(faster.leftS);
    expect(run([0], slow).leftS).toBeGreaterThan(faster.leftS ?? 0);
  });
});
