import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import { fitsWithReserve, MIN_RESERVE_OCTETS, reserveOctets } from "./free-space.ts";
import { MAX_RANGES, OctetRanges } from "./octet-ranges.ts";

describe("RFC 4975 §7.3.1 octets received", () => {
  it("are counted once, whatever order, overlap and repetition", () => {
    const chunk = fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 20 }));
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 30 }), (chunks) => {
        const ranges = new OctetRanges();
        const present = new Set<number>();
        for (const [start, length] of chunks) {
          ranges.add(start, start + length);
          for (let at = start; at < start + length; at += 1) present.add(at);
        }
        let contiguous = 0;
        while (present.has(contiguous)) contiguous += 1;
        expect([ranges.count, ranges.contiguous]).toEqual([present.size, contiguous]);
        for (const size of [0, 40, 80])
          expect(ranges.isWhole(size)).toBe(present.size === size && contiguous === size);
      }),
    );
  });

  it("make a whole file only without a gap and without an octet too many", () => {
    const ranges = new OctetRanges();
    expect(ranges.isWhole(0)).toBe(true);
    ranges.add(0, 4);
    ranges.add(5, 10);
    expect([ranges.isWhole(10), ranges.isWhole(4)]).toEqual([false, false]);
    ranges.add(4, 5);
    expect([ranges.isWhole(10), ranges.isWhole(9), ranges.isWhole(11)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("lie in at most 4096 ranges; what touches one still has room", () => {
    const ranges = new OctetRanges();
    for (let index = 0; index < MAX_RANGES; index += 1) {
      expect(ranges.hasRoomFor(index * 3, index * 3 + 1)).toBe(true);
      ranges.add(index * 3, index * 3 + 1);
    }
    expect([
      ranges.hasRoomFor(MAX_RANGES * 3, MAX_RANGES * 3 + 1),
      ranges.hasRoomFor(1, 2),
      ranges.hasRoomFor(5, 6),
      ranges.hasRoomFor(0, 1),
    ]).toEqual([false, true, true, true]);
  });
});

describe("the reserve of free space", () => {
  const gib = 2 ** 30;
  it.each([
    [0, MIN_RESERVE_OCTETS],
    [gib, MIN_RESERVE_OCTETS],
    [100 * gib, 5 * gib],
  ])("of %i free octets is %i", (free, reserve) => {
    expect(reserveOctets(free)).toBe(reserve);
  });

  it("is left whatever is received", () => {
    expect([
      fitsWithReserve(95 * gib, 100 * gib),
      fitsWithReserve(95 * gib + 1, 100 * gib),
      fitsWithReserve(0, MIN_RESERVE_OCTETS),
      fitsWithReserve(0, MIN_RESERVE_OCTETS - 1),
    ]).toEqual([true, false, true, false]);
  });
});
