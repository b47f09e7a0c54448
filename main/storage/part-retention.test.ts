import { describe, expect, it } from "vitest";
import type { KeptPart } from "../base/files.ts";
import { MAX_KEPT_OCTETS, PART_TTL_MS, partsToDrop } from "./part-retention.ts";

const GIB = 1024 ** 3;
const NOW_MS = 1_800_000_000_000;

/** A part that was last touched so many minutes ago. */
function left(key: string, folder: string, gib: number, minutes: number): KeptPart {
  const updatedMs = NOW_MS - minutes * 60_000;
  const origin = { peer: "sip:a@a.example", conversationId: "c", offeredName: key, hashes: [] };
  return { key, folder, origin, sizeOctets: 100 * GIB, durableOctets: gib * GIB, updatedMs };
}

function dropped(parts: readonly KeptPart[], diskOctets = 1000 * GIB): readonly string[] {
  const diskOf = (folder: string): string => folder.slice(0, 2);
  return partsToDrop(parts, { nowMs: NOW_MS, diskOf, diskOctets: () => diskOctets });
}

describe("reliability §3: pending partials, at most 20 GiB or a tenth of the disk", () => {
  it("MUST count all folders of a disk together, and drop the oldest", () => {
    const parts = [left("new", "/a/1", 12, 1), left("other", "/a/2", 7, 2)];
    expect(dropped([...parts, left("old", "/a/1", 2, 3), left("tiny", "/a/2", 1, 4)])).toEqual([
      "old",
    ]);
    expect(dropped([...parts, left("old", "/b/1", 2, 3)])).toEqual([]);
    expect(MAX_KEPT_OCTETS).toBe(20 * GIB);
  });

  it("MUST take no more than a tenth of a small disk", () => {
    const parts = [left("new", "/a/1", 6, 1), left("old", "/a/1", 5, 2)];
    expect([dropped(parts, 100 * GIB), dropped(parts, 200 * GIB)]).toEqual([["old"], []]);
  });

  it("keeps the newest of each folder, whatever its size", () => {
    expect(dropped([left("a", "/a/1", 15, 1), left("b", "/a/2", 15, 2)])).toEqual([]);
  });

  it("MUST drop what nobody has touched for two weeks", () => {
    const minutes = PART_TTL_MS / 60_000;
    expect(dropped([left("a", "/a/1", 1, minutes), left("b", "/a/2", 1, minutes + 1)])).toEqual([
      "b",
    ]);
  });
});
