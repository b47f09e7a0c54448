import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import { MAX_RANGES, ReceivedRanges } from "./received-ranges.ts";

const SPACE = 80;

interface Chunk {
  readonly start: number;
  readonly length: number;
}

/** One flag per octet. */
function marked(chunks: readonly Chunk[]): readonly boolean[] {
  const octets = Array.from({ length: SPACE }, () => false);
  for (const { start, length } of chunks) octets.fill(true, start, start + length);
  return octets;
}

describe("RFC 4975 §7.3 keeping track of received octets", () => {
  it("MUST know when every octet is here, whatever the order and overlap", () => {
    const chunk = fc.record({ start: fc.nat(60), length: fc.nat(12) });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 40 }), fc.nat(72), (chunks, total) => {
        const ranges = new ReceivedRanges();
        for (const { start, length } of chunks) ranges.add(start, start + length);
        const octets = marked(chunks);
        expect(ranges.covers(total)).toBe(octets.slice(0, total).every(Boolean));
        const starts = octets.filter((isHere, at) => isHere && octets[at - 1] !== true);
        expect(ranges.count).toBe(starts.length);
      }),
      { seed: 4975 },
    );
  });

  it("is bounded", () => {
    const ranges = new ReceivedRanges();
    for (let i = 0; i < MAX_RANGES; i += 1) expect(ranges.add(i * 2, i * 2 + 1)).toBe(true);
    expect(ranges.add(MAX_RANGES * 2, MAX_RANGES * 2 + 1)).toBe(false);
    expect(ranges.count).toBe(MAX_RANGES);
    expect(ranges.add(1, 2)).toBe(true);
    expect(ranges.count).toBe(MAX_RANGES - 1);
  });
});
