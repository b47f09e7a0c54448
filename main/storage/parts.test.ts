import { createHash, randomBytes } from "node:crypto";
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FileError, FilePart, PartOrigin, PartQuery } from "../base/files.ts";
import type { Result } from "../base/result.ts";
import { type SystemFiles, systemFiles } from "./files.node.ts";
import { decodeLines } from "./journal-lines.node.ts";
import { PART_TTL_MS } from "./part-retention.ts";

const SIZE = 3_000_000;
const BYTES = randomBytes(SIZE);
const HASHES = [
  { algorithm: "sha-1", hex: createHash("sha1").update(BYTES).digest("hex") },
  { algorithm: "sha-256", hex: createHash("sha256").update(BYTES).digest("hex") },
];
const ORIGIN: PartOrigin = {
  peer: "sip:alice@a.example",
  conversationId: "c1",
  offeredName: "photo.jpg",
  hashes: HASHES,
};
const QUERY: PartQuery = {
  peer: ORIGIN.peer,
  conversationId: "c1",
  name: "photo.jpg",
  sizeOctets: SIZE,
  hashes: HASHES,
};

let root: string;
let folder: string;
let profileFolder: string;
let journalPath: string;
let nowMs: number;
const opened: SystemFiles[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "parts-"));
  folder = join(root, "in");
  profileFolder = join(root, "profile");
  mkdirSync(profileFolder);
  journalPath = join(profileFolder, "parts.journal");
  nowMs = 1_800_000_000_000;
});

afterEach(async () => {
  for (const files of opened.splice(0)) await files.close();
  rmSync(root, { recursive: true, force: true });
});

function value<T>(result: Result<T, FileError>): T {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.message}`);
  return result.value;
}

/** What the next process sees: the disk, and nothing of the memory of the one before. */
function nextProcess(): SystemFiles {
  const files = systemFiles({ profileFolder, nowMs: () => nowMs });
  opened.push(files);
  return files;
}

async function create(files: SystemFiles, origin: PartOrigin = ORIGIN): Promise<FilePart> {
  const options = { folder, suggestedName: origin.offeredName, sizeOctets: SIZE, journal: origin };
  return value(await files.createPart(options));
}

/** A part with its first octets, left by a process that ended in order. */
async function leave(octets: number, origin: PartOrigin = ORIGIN): Promise<string> {
  const part = await create(nextProcess(), origin);
  value(await part.write(0, BYTES.subarray(0, octets)));
  const kept = await part.keep();
  expect(kept?.durableOctets).toBe(octets);
  return kept?.key ?? "";
}

function lastClaim(text: string): number {
  const claims = decodeLines(text).records.filter((record) => record.do === "claim");
  return claims.at(-1)?.octets ?? 0;
}

function partPath(key: string): string {
  return join(folder, `.${key}.part`);
}

describe("reliability §5.3: a part outlives its process", () => {
  it("is found, gone on with and published as a whole", async () => {
    const key = await leave(1_000_000);
    const files = nextProcess();
    expect(await files.findPart(QUERY)).toEqual({ key, durableOctets: 1_000_000 });
    const part = value(await files.resumePart(key));
    expect([part.receivedOctets, part.finalName, part.key]).toEqual([1_000_000, "photo.jpg", key]);
    value(await part.write(1_000_000, BYTES.subarray(1_000_000)));
    const file = value(await part.finish({ sizeOctets: SIZE, hashes: HASHES }));
    expect(readFileSync(file.path).equals(BYTES)).toBe(true);
    expect([await files.parts(), readdirSync(folder)]).toEqual([[], ["photo.jpg"]]);
    expect(await nextProcess().parts()).toEqual([]);
  });

  it("MUST NOT be published when octets that were there have changed", async () => {
    const key = await leave(1_000_000);
    const bytes = readFileSync(partPath(key));
    writeFileSync(partPath(key), bytes.fill(0, 10, 11), { flag: "r+" });
    const part = value(await nextProcess().resumePart(key));
    value(await part.write(1_000_000, BYTES.subarray(1_000_000)));
    const finished = await part.finish({ sizeOctets: SIZE, hashes: HASHES });
    expect(finished.ok ? "ok" : finished.error.kind).toBe("hash-mismatch");
    expect(readdirSync(folder)).toEqual(["photo.jpg.damaged"]);
  });

  it.each(["an octet", "an octet, and the time of it set back"])(
    "MUST be hashed from its start where somebody changed %s while it was closed",
    async (what) => {
      const files = nextProcess();
      const part = await create(files);
      value(await part.write(0, BYTES.subarray(0, 2_500_000)));
      const { key = "" } = (await part.keep()) ?? {};
      const { atimeMs, mtimeMs } = statSync(partPath(key));
      writeFileSync(partPath(key), readFileSync(partPath(key)).fill(0, 10, 11), { flag: "r+" });
      if (what !== "an octet") utimesSync(partPath(key), atimeMs / 1000, mtimeMs / 1000);
      const again = value(await files.resumePart(key));
      value(await again.write(2_500_000, BYTES.subarray(2_500_000)));
      const finished = await again.finish({ sizeOctets: SIZE, hashes: HASHES });
      expect(finished.ok ? "ok" : finished.error.kind).toBe("hash-mismatch");
    },
  );

  it("MUST be published as a whole after many breaks in one process", async () => {
    const files = nextProcess();
    let part = await create(files);
    for (let at = 0; at < SIZE; at += 600_000) {
      value(await part.write(at, BYTES.subarray(at, at + 600_000)));
      const kept = await part.keep();
      part = value(await files.resumePart(kept?.key ?? ""));
    }
    // What was there is written again, as by a sender that knows whole files only.
    value(await part.write(0, BYTES.subarray(0, 700_000)));
    const file = value(await part.finish({ sizeOctets: SIZE, hashes: HASHES }));
    expect(readFileSync(file.path).equals(BYTES)).toBe(true);
  });

  it("is listed with what a card needs", async () => {
    const key = await leave(5, { ...ORIGIN, offerId: "o1", index: 3 });
    const origin = { ...ORIGIN, offerId: "o1", index: 3 };
    const expected = { key, origin, folder, sizeOctets: SIZE, durableOctets: 5, updatedMs: nowMs };
    expect(await nextProcess().parts()).toEqual([expected]);
  });

  it("goes on in another folder that its user chose, with nothing left in the first one", async () => {
    const key = await leave(1_000_000);
    const files = nextProcess();
    const big = join(root, "big");
    const moved = value(await files.movePart(key, big));
    expect([moved.durableOctets, readdirSync(folder)]).toEqual([1_000_000, []]);
    const part = value(await files.resumePart(moved.key));
    value(await part.write(1_000_000, BYTES.subarray(1_000_000)));
    const file = value(await part.finish({ sizeOctets: SIZE, hashes: HASHES }));
    expect(file.path).toBe(join(big, "photo.jpg"));
    expect(readFileSync(file.path).equals(BYTES)).toBe(true);
    expect([await files.parts(), readdirSync(big)]).toEqual([[], ["photo.jpg"]]);
  });

  it("stays where it is when the other folder cannot be written to", async () => {
    const key = await leave(1_000_000);
    writeFileSync(join(root, "file"), "");
    const files = nextProcess();
    expect((await files.movePart(key, join(root, "file"))).ok).toBe(false);
    expect(await files.findPart(QUERY)).toEqual({ key, durableOctets: 1_000_000 });
  });

  it("counts only octets from the start without a gap", async () => {
    const part = await create(nextProcess());
    value(await part.write(0, BYTES.subarray(0, 10)));
    value(await part.write(20, BYTES.subarray(20, 30)));
    expect((await part.keep())?.durableOctets).toBe(10);
  });

  it("MUST claim octets while it runs, at most 8 MiB behind", async () => {
    const sizeOctets = 40 * 1024 * 1024;
    const files = nextProcess();
    const options = { folder, suggestedName: "big", sizeOctets, journal: ORIGIN };
    const part = value(await files.createPart(options));
    const block = Buffer.alloc(1024 * 1024);
    for (let at = 0; at < sizeOctets - 1; at += block.length) {
      value(await part.write(at, block));
      const claimed = lastClaim(readFileSync(journalPath, "utf8"));
      expect(at + block.length - claimed).toBeLessThanOrEqual(8 * 1024 * 1024);
    }
    await part.discard();
  });

  it("is in use by one transfer at a time", async () => {
    const key = await leave(10);
    const files = nextProcess();
    const part = value(await files.resumePart(key));
    const second = await files.resumePart(key);
    expect(second.ok ? "ok" : second.error.kind).toBe("not-resumable");
    expect([await files.findPart(QUERY), await files.parts()]).toEqual([undefined, []]);
    expect(await files.forgetPart(key)).toBe(false);
    await part.keep();
    expect((await files.findPart(QUERY))?.key).toBe(key);
  });

  it("is gone after discard, and forgotten with its octets by forgetPart", async () => {
    const discarded = await create(nextProcess());
    await discarded.discard();
    const key = await leave(10);
    const files = nextProcess();
    expect((await files.parts()).map((part) => part.key)).toEqual([key]);
    expect([await files.forgetPart(key), await files.forgetPart(key)]).toEqual([true, false]);
    expect([readdirSync(folder), await nextProcess().parts()]).toEqual([[], []]);
  });

  it("is removed by keep where no journal has it", async () => {
    const part = value(
      await nextProcess().createPart({ folder, suggestedName: "a", sizeOctets: 10 }),
    );
    value(await part.write(0, BYTES.subarray(0, 5)));
    expect([part.key, await part.keep(), readdirSync(folder)]).toEqual([undefined, undefined, []]);
  });

  it("stays while its folder is out of reach", async () => {
    const key = await leave(10);
    renameSync(folder, `${folder}-unplugged`);
    const files = nextProcess();
    expect([await files.findPart(QUERY), (await files.parts()).length]).toEqual([undefined, 1]);
    renameSync(`${folder}-unplugged`, folder);
    expect((await files.findPart(QUERY))?.key).toBe(key);
  });
});

describe("CPM file transfer §5.2: which part a later offer means", () => {
  const other = { algorithm: "sha-1", hex: "00".repeat(20) };
  it.each<[string, Partial<PartQuery>, boolean]>([
    ["everything", {}, true],
    ["the hash, in another conversation", { conversationId: "c2" }, true],
    ["the hash, by another name", { name: "b.jpg" }, true],
    ["conversation and name, without a hash", { hashes: [] }, true],
    ["only the conversation", { hashes: [], name: "b.jpg" }, false],
    ["only the name", { hashes: [], conversationId: "c2" }, false],
    ["another size", { sizeOctets: SIZE + 1 }, false],
    ["another hash", { hashes: [other] }, false],
    ["one hash of two", { hashes: [other, ...HASHES.slice(1)] }, false],
    [
      "a hash in capitals",
      { hashes: [{ algorithm: "sha-1", hex: HASHES[0]?.hex.toUpperCase() ?? "" }] },
      true,
    ],
    ["another peer", { peer: "sip:mallory@a.example" }, false],
  ])("%s", async (_what, difference, isFound) => {
    await leave(10);
    const found = await nextProcess().findPart({ ...QUERY, ...difference });
    expect(found !== undefined).toBe(isFound);
  });

  it("the conversation decides between two of the same hash, then the octets", async () => {
    const first = await leave(10);
    const second = await leave(20, { ...ORIGIN, conversationId: "c2" });
    const third = await leave(30);
    const files = nextProcess();
    expect((await files.findPart({ ...QUERY, conversationId: "c2" }))?.key).toBe(second);
    expect((await files.findPart(QUERY))?.key).toBe(third);
    await files.forgetPart(third);
    expect((await files.findPart(QUERY))?.key).toBe(first);
  });
});

describe("reliability §3: reopening a part", () => {
  const victim = "precious";
  it.each<[string, (path: string) => void]>([
    [
      "a link in its place",
      (path) => {
        rmSync(path);
        symlinkSync(join(root, victim), path);
      },
    ],
    [
      "another file in its place",
      (path) => {
        rmSync(path);
        writeFileSync(path, victim);
      },
    ],
    [
      "a second name of it",
      (path) => {
        linkSync(path, join(root, "second"));
      },
    ],
    [
      "a folder in its place",
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
    [
      "fewer octets than were claimed",
      (path) => {
        truncateSync(path, 9);
      },
    ],
    [
      "more octets than the file has",
      (path) => {
        appendFileSync(path, BYTES);
      },
    ],
    [
      "nothing",
      (path) => {
        rmSync(path);
      },
    ],
  ])("MUST refuse and leave alone: %s", async (_what, change) => {
    writeFileSync(join(root, victim), victim);
    const key = await leave(10);
    change(partPath(key));
    const before = readdirSync(folder);
    const files = nextProcess();
    const resumed = await files.resumePart(key);
    expect(resumed.ok ? "ok" : resumed.error.kind).toBe("not-resumable");
    expect([await files.forgetPart(key), await files.parts()]).toEqual([false, []]);
    expect([readdirSync(folder), readFileSync(join(root, victim), "utf8")]).toEqual([
      before,
      victim,
    ]);
  });

  it("MUST refuse a part that was moved into a folder that took its folder's place", async () => {
    const key = await leave(10);
    renameSync(folder, `${folder}-old`);
    mkdirSync(folder);
    renameSync(join(`${folder}-old`, `.${key}.part`), partPath(key));
    const resumed = await nextProcess().resumePart(key);
    expect(resumed.ok ? "ok" : resumed.error.kind).toBe("not-resumable");
    expect(readdirSync(folder)).toEqual([`.${key}.part`]);
  });
});

describe("reliability §5.3: a crash between the final name and the journal's last word", () => {
  async function publishedWithoutDone(isHiddenNameLeft: boolean): Promise<string> {
    const part = await create(nextProcess());
    value(await part.write(0, BYTES));
    const journal = readFileSync(journalPath);
    const key = part.key ?? "";
    if (isHiddenNameLeft) linkSync(partPath(key), join(root, "keep"));
    const { path } = value(await part.finish({ sizeOctets: SIZE, hashes: HASHES }));
    if (isHiddenNameLeft) renameSync(join(root, "keep"), partPath(key));
    writeFileSync(journalPath, journal);
    return path;
  }

  it.each([true, false])("MUST NOT give the file twice (hidden name left: %s)", async (isLeft) => {
    mkdirSync(folder);
    writeFileSync(join(folder, "photo.jpg"), "of the user");
    const path = await publishedWithoutDone(isLeft);
    const files = nextProcess();
    expect([await files.findPart(QUERY), await files.parts()]).toEqual([undefined, []]);
    expect(readdirSync(folder).sort()).toEqual(["photo (1).jpg", "photo.jpg"]);
    expect(readFileSync(path).equals(BYTES)).toBe(true);
  });
});

describe("reliability §5.3: the journal", () => {
  it("MUST ignore a torn tail", async () => {
    const key = await leave(10);
    const text = readFileSync(journalPath, "utf8");
    const claim = text.trimEnd().split("\n").at(-1) ?? "";
    for (let length = 1; length < claim.length; length += 7) {
      writeFileSync(journalPath, text + claim.slice(0, length));
      expect(await nextProcess().findPart(QUERY)).toEqual({ key, durableOctets: 10 });
    }
  });

  it("goes on after a torn tail", async () => {
    await leave(10);
    appendFileSync(journalPath, "0123");
    const second = await leave(20, { ...ORIGIN, offeredName: "b.jpg" });
    expect((await nextProcess().parts()).map(({ durableOctets }) => durableOctets)).toEqual(
      expect.arrayContaining([10, 20]),
    );
    expect(second).not.toBe("");
  });

  it("MUST NOT claim more after any octet of it was changed", async () => {
    const key = await leave(10);
    const bytes = readFileSync(journalPath);
    for (let at = 0; at < bytes.length; at += 11) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x11;
      writeFileSync(journalPath, changed);
      for (const part of await nextProcess().parts()) {
        expect(part.key).toBe(key);
        expect([0, 10]).toContain(part.durableOctets);
      }
    }
  });

  it("stays small while parts come and go", async () => {
    const files = nextProcess();
    for (let count = 0; count < 20; count += 1) await (await create(files)).discard();
    await nextProcess().open();
    expect(readFileSync(journalPath, "utf8").trimEnd().split("\n")).toHaveLength(1);
  });

  it("that cannot be written costs only the way back", async () => {
    rmSync(profileFolder, { recursive: true });
    writeFileSync(profileFolder, "a file");
    const part = await create(nextProcess());
    expect(part.key).toBeUndefined();
    value(await part.write(0, BYTES));
    expect(value(await part.finish({ sizeOctets: SIZE, hashes: HASHES })).name).toBe("photo.jpg");
  });
});

describe("reliability §3: what one peer may have us store in a day", () => {
  const quota = { filesPerDay: 2, octetsPerDay: 100 };

  async function ask(sizeOctets: number, peer = ORIGIN.peer): Promise<string> {
    const files = systemFiles({ profileFolder, nowMs: () => nowMs, quota });
    opened.push(files);
    const journal = { ...ORIGIN, peer };
    const part = await files.createPart({ folder, suggestedName: "a", sizeOctets, journal });
    if (part.ok) await part.value.discard();
    return part.ok ? "ok" : part.error.kind;
  }

  it("is bounded in files and octets, per peer, across processes", async () => {
    expect([await ask(101), await ask(90), await ask(11)]).toEqual(["quota", "ok", "quota"]);
    expect([await ask(10), await ask(0)]).toEqual(["ok", "quota"]);
    expect(await ask(100, "sip:anna@a.example")).toBe("ok");
    expect(readdirSync(folder)).toEqual([]);
    nowMs += 86_400_000;
    expect(await ask(100)).toBe("ok");
  });

  it("is not used up by what is carried to another folder", async () => {
    const files = systemFiles({ profileFolder, nowMs: () => nowMs, quota });
    opened.push(files);
    const options = { folder, suggestedName: "a", sizeOctets: 60, journal: ORIGIN };
    const part = value(await files.createPart(options));
    await part.keep();
    const moved = value(await files.movePart(part.key ?? "", join(root, "big")));
    expect([await files.forgetPart(moved.key), await ask(40)]).toEqual([true, "ok"]);
  });

  it("MUST NOT be given again by a clock that goes back", async () => {
    expect([await ask(50), await ask(50)]).toEqual(["ok", "ok"]);
    nowMs -= 86_400_000;
    expect(await ask(1)).toBe("quota");
  });

  it("MUST be given again a day after a clock was years ahead for a moment", async () => {
    const todayMs = nowMs;
    nowMs += 3650 * 86_400_000;
    expect(await ask(50)).toBe("ok");
    nowMs = todayMs;
    expect([await ask(50), await ask(1)]).toEqual(["ok", "quota"]);
    nowMs += 86_400_000;
    expect(await ask(100)).toBe("ok");
  });
});

describe("reliability §3: what is kept for too long", () => {
  it("is removed at a start, and only what is ours", async () => {
    const old = await leave(10);
    nowMs += PART_TTL_MS;
    const fresh = await leave(20, { ...ORIGIN, conversationId: "c2" });
    nowMs += 1;
    const files = nextProcess();
    expect((await files.parts()).map(({ key }) => key)).toEqual([fresh]);
    expect(readdirSync(folder)).toEqual([`.${fresh}.part`]);
    expect(old).not.toBe(fresh);
  });

  it("is only forgotten when something else is in its place", async () => {
    const old = await leave(10);
    rmSync(partPath(old));
    writeFileSync(partPath(old), "somebody else's");
    nowMs += PART_TTL_MS + 1;
    expect(await nextProcess().parts()).toEqual([]);
    expect(readFileSync(partPath(old), "utf8")).toBe("somebody else's");
  });
});

describe("a part for which there is no room yet", () => {
  it("is made where it may wait, and goes on only when there is some", async () => {
    const files = nextProcess();
    const sizeOctets = value(await files.freeOctets(root));
    const options = {
      folder,
      suggestedName: "a",
      sizeOctets,
      journal: ORIGIN,
      mayWait: true,
    };
    const part = value(await files.createPart(options));
    expect(part.isWithoutRoom).toBe(true);
    const kept = await part.keep();
    expect(kept?.durableOctets).toBe(0);
    expect(await files.hasRoom(kept?.key ?? "")).toBe(false);
    expect(await files.resumePart(kept?.key ?? "")).toMatchObject({ error: { kind: "no-space" } });
    expect(await files.parts()).toHaveLength(1);
  });

  it("is not made where no journal has it: nobody could go on with it", async () => {
    const files = nextProcess();
    const sizeOctets = value(await files.freeOctets(root));
    const options = { folder, suggestedName: "a", sizeOctets, mayWait: true };
    expect(await files.createPart(options)).toMatchObject({ error: { kind: "no-space" } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("says nothing of it where there is room", async () => {
    const options = { folder, suggestedName: "a", sizeOctets: 1, journal: ORIGIN, mayWait: true };
    const part = value(await nextProcess().createPart(options));
    expect(part.isWithoutRoom).toBe(false);
    await part.discard();
  });
});

describe("reliability §3: what the user wants where the name is taken outlives the process", () => {
  const expected = { sizeOctets: SIZE, hashes: HASHES };

  async function finishedLater(origin: PartOrigin): Promise<Result<unknown, FileError>> {
    const part = await create(nextProcess(), origin);
    value(await part.write(0, BYTES));
    const kept = await part.keep();
    writeFileSync(join(folder, "photo.jpg"), "old");
    const later = value(await nextProcess().resumePart(kept?.key ?? ""));
    return later.finish(expected);
  }

  it("skips what it shall skip", async () => {
    const finished = await finishedLater({ ...ORIGIN, conflict: "skip" });
    expect(finished).toMatchObject({ error: { kind: "name-taken" } });
    expect(readdirSync(folder)).toEqual(["photo.jpg"]);
    expect(readFileSync(join(folder, "photo.jpg"), "utf8")).toBe("old");
  });

  it("keeps both where nothing was said", async () => {
    value(await finishedLater(ORIGIN));
    expect(readdirSync(folder).toSorted()).toEqual(["photo (1).jpg", "photo.jpg"]);
  });
});
