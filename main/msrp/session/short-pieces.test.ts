import { describe, expect, it } from "vitest";
import { joinedView, ShortPieces } from "./short-pieces.ts";

describe("RFC 4975 §7.1.1 short octets of a chunk that wait to be sent", () => {
  it("keep nothing else alive of what was read with them", () => {
    const read = Buffer.alloc(65_536, "r");
    const pieces = new ShortPieces();
    const kept = Array.from({ length: 64 }, (_, at) => pieces.keep(read.subarray(at, at + 1)));
    const buffers = new Set(kept.map((piece) => piece.buffer));
    expect(kept.every((piece) => piece.toString() === "r")).toBe(true);
    expect(buffers.has(read.buffer)).toBe(false);
    expect([...buffers].reduce((sum, one) => sum + one.byteLength, 0)).toBeLessThanOrEqual(
      Buffer.poolSize,
    );
  });

  it("stay as they are after the end, and when others come after it", () => {
    const pieces = new ShortPieces();
    const long = pieces.keep(Buffer.alloc(4000, "a"));
    const before = pieces.keep(Buffer.from("b"));
    pieces.end();
    const after = pieces.keep(Buffer.from("c"));
    expect([long, before, after].map(String)).toEqual(["a".repeat(4000), "b", "c"]);
  });

  it("go uncopied where they are long", () => {
    const long = Buffer.alloc(65_536);
    expect(new ShortPieces().keep(long)).toBe(long);
  });

  it("stay as they are while others follow them, and become one view with those", () => {
    const pieces = new ShortPieces();
    let whole = pieces.keep(Buffer.from("a"));
    const first = whole;
    for (const letter of "bcdef") {
      const next = pieces.keep(Buffer.from(letter));
      whole = joinedView(whole, next) ?? Buffer.from("not adjacent");
    }
    expect([first.toString(), whole.toString()]).toEqual(["a", "abcdef"]);
    expect(joinedView(Buffer.from("x"), Buffer.alloc(10_000))).toBeUndefined();
  });
});
