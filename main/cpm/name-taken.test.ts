import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClientPair } from "../../tests/support/client-pair.ts";
import { octets } from "../../tests/support/octets.ts";
import type { ConflictPolicy } from "../base/files.ts";

let pair: ClientPair;

beforeEach(async () => {
  pair = await ClientPair.start();
});

afterEach(async () => {
  await pair.stop();
  expect(pair.bob.files.openParts, "parts left open").toBe(0);
});

const OLD = octets(5, 1);
const NEW = octets(20, 2);
const KEPT: ReadonlyMap<number, ConflictPolicy> = new Map([[0, "keep-both"]]);

/** Bob has said yes to both files; then something else takes the first one's name. */
async function received(terms: {
  readonly conflict?: ConflictPolicy;
  readonly conflicts?: ReadonlyMap<number, ConflictPolicy>;
}): Promise<readonly string[]> {
  pair.alice.files.put("/s/a.txt", NEW).put("/s/b.txt", NEW);
  await pair.alice.send(["/s/a.txt", "/s/b.txt"]);
  await pair.until("bob rings", () => pair.bob.has("ringing"));
  pair.bob.client.accept(pair.bob.offerId, [0, 1], terms);
  pair.bob.files.put("/bob/a.txt", OLD);
  await pair.until("both know the end", () => pair.bothEnded());
  await pair.pass(100);
  const { content } = pair.bob.files;
  return [...content].map(([path, octetsThere]) => {
    const what = octetsThere.equals(OLD) ? "old" : "new";
    return `${path} ${what}`;
  });
}

describe("reliability §3: a name that is taken between the yes and the end", () => {
  it("MUST keep both where nothing else was said", async () => {
    expect(await received({})).toEqual(["/bob/a.txt old", "/bob/a.txt (1) new", "/bob/b.txt new"]);
  });

  it("MUST replace it where the user said so, and keep the old one in the bin", async () => {
    expect(await received({ conflict: "replace" })).toEqual(["/bob/a.txt new", "/bob/b.txt new"]);
    expect(pair.bob.files.bin).toEqual([OLD]);
  });

  it("MUST skip the file where the user said so, and say why to both", async () => {
    expect(await received({ conflicts: new Map([[0, "skip"]]) })).toEqual([
      ...["/bob/a.txt old", "/bob/b.txt new"],
    ]);
    const [ofBob, ofAlice] = [pair.bob, pair.alice].map((device) =>
      device.all("file").find(({ index }) => index === 0),
    );
    expect(ofBob).toMatchObject({ state: "failed", code: "skipped" });
    expect(ofAlice).toMatchObject({
      ...{ state: "interrupted", code: "not-kept" },
      // Not why: what lies in Bob's folder is nobody's business.
      reason: "The receiver's device did not keep this file.",
    });
    expect([pair.alice.last("transfer").state, pair.bob.last("transfer").state]).toEqual([
      ...["partly", "partly"],
    ]);
    expect(await pair.bob.files.parts()).toEqual([]);
  });

  it("MUST do with one file what was said of it, whatever was said of the others", async () => {
    const terms = { conflict: "skip", conflicts: KEPT } as const;
    expect(await received(terms)).toContain("/bob/a.txt (1) new");
  });
});
