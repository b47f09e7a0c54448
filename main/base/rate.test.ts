import { describe, expect, it } from "vitest";
import { limitProfileOf } from "./limit-profile.ts";
import { RateTable } from "./rate.ts";

function taken(table: RateTable, times: number, atMs: number, key = "a"): number {
  return Array.from({ length: times }, () => table.take(key, atMs)).filter(Boolean).length;
}

describe("a rate for each key", () => {
  it("gives all of it at once, and then evenly", () => {
    const table = new RateTable({ most: 4, windowMs: 2000 });
    expect(taken(table, 9, 0)).toBe(4);
    expect(table.waitMs("a", 0)).toBe(500);
    expect(taken(table, 9, 499)).toBe(0);
    expect(taken(table, 9, 1500)).toBe(3);
    expect(taken(table, 9, 60_000)).toBe(4);
  });

  it("keeps keys apart, and gives back what should not have counted", () => {
    const table = new RateTable({ most: 1, windowMs: 1000 });
    expect(taken(table, 2, 0, "a")).toBe(1);
    expect(taken(table, 2, 0, "b")).toBe(1);
    table.giveBack("a");
    table.giveBack("a");
    expect(taken(table, 2, 0, "a")).toBe(1);
  });

  it("forgets the key that was used least lately, and never holds more than it may", () => {
    const table = new RateTable({ most: 1, windowMs: 1000 }, 2);
    taken(table, 1, 0, "a");
    taken(table, 1, 0, "b");
    taken(table, 1, 0, "a");
    taken(table, 1, 0, "c");
    expect(taken(table, 1, 0, "a")).toBe(0);
    expect(taken(table, 1, 0, "b")).toBe(1);
  });
});

describe("limit profiles", () => {
  it("is `lab` on loopback alone", () => {
    const hosts = ["127.0.0.1", "127.9.9.9", "::1", "localhost", "0.0.0.0", "::", "192.0.2.1"];
    expect(hosts.map(limitProfileOf)).toEqual(["lab", "lab", "lab", "lab", "open", "open", "open"]);
  });
});
