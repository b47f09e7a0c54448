import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { InlineHash } from "./inline-hash.node.ts";

const FILE = Buffer.from("the octets of a small file");
const SHA1 = createHash("sha1").update(FILE).digest("hex");
const SHA256 = createHash("sha256").update(FILE).digest("hex");

describe("the hash of a small file that is hashed as it is written", () => {
  it("covers what came piece by piece, with each algorithm asked for", () => {
    const hash = new InlineHash(["sha-256", "sha-1"]);
    hash.take(0, [FILE.subarray(0, 3), FILE.subarray(3, 9)]);
    hash.take(9, [FILE.subarray(9)]);
    expect(hash.digests(FILE.length)).toEqual({ sha1: SHA1, sha256: SHA256 });
  });

  it("is that of nothing for an empty file", () => {
    const sha1 = createHash("sha1").digest("hex");
    expect(new InlineHash(["sha-1"]).digests(0)).toEqual({ sha1 });
  });

  it.each([
    ["begin later", [[3, FILE.subarray(3)]]],
    [
      "leave a gap",
      [
        [0, FILE.subarray(0, 3)],
        [9, FILE.subarray(9)],
      ],
    ],
    [
      "come again",
      [
        [0, FILE],
        [0, FILE.subarray(0, 3)],
      ],
    ],
    ["are too few", [[0, FILE.subarray(0, 3)]]],
  ] as const)("is none where octets %s", (_, writes) => {
    const hash = new InlineHash(["sha-1"]);
    for (const [position, bytes] of writes) hash.take(position, [bytes]);
    expect(hash.digests(FILE.length)).toBeUndefined();
  });

  it("is told once: octets may be replaced after that", () => {
    const hash = new InlineHash(["sha-1"]);
    hash.take(0, [FILE]);
    expect(hash.digests(FILE.length)).toEqual({ sha1: SHA1 });
    expect(hash.digests(FILE.length)).toBeUndefined();
  });
});
