import { describe, expect, it } from "vitest";
import { BlockPool } from "./block-pool.ts";

describe("the memory that a file is sent from", () => {
  it("is used again when what it held has been answered, and not before", () => {
    const pool = new BlockPool(100);
    const first = pool.take(100);
    const second = pool.take(200);
    expect(second).not.toBe(first);
    pool.free(99);
    const third = pool.take(300);
    expect([first, second]).not.toContain(third);
    pool.free(199);
    expect(pool.take(400)).toBe(first);
    pool.free(300);
    const again = [pool.take(500), pool.take(600)];
    expect(new Set(again)).toEqual(new Set([second, third]));
    expect(again).not.toContain(first);
  });

  it("is as large as a block, and no larger than a small file", () => {
    expect(new BlockPool(100).take(100)).toHaveLength(100);
    expect(new BlockPool(100).take(7)).toHaveLength(7);
  });
});
