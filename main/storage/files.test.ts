import { createHash, randomBytes } from "node:crypto";
import {
  appendFileSync,
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
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ConflictPolicy,
  type FileError,
  type FilePart,
  type FileSource,
  HASH_ALGORITHMS,
  type HashAlgorithm,
  type PublishedFile,
} from "../base/files.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import type { Result } from "../base/result.ts";
import { type SystemFiles, systemFiles } from "./files.node.ts";

const files = systemFiles();
const never = new AbortController().signal;
let root: string;
let folder: string;
const open: (FilePart | FileSource)[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "files-"));
  folder = join(root, "in");
});

afterEach(async () => {
  for (const one of open.splice(0)) await ("discard" in one ? one.discard() : one.close());
  rmSync(root, { recursive: true, force: true });
});

afterAll(() => files.close());

function value<T>(result: Result<T, FileError>): T {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.message}`);
  return result.value;
}

function errorOf(result: Result<unknown, FileError>): string {
  return result.ok ? "ok" : result.error.kind;
}

function hashes(bytes: Buffer): { readonly sha1: string; readonly sha256: string } {
  return {
    sha1: createHash("sha1").update(bytes).digest("hex"),
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

async function part(
  sizeOctets: number,
  suggestedName = "photo.jpg",
  algorithms: readonly HashAlgorithm[] = HASH_ALGORITHMS,
): Promise<FilePart> {
  const created = value(await files.createPart({ folder, suggestedName, sizeOctets, algorithms }));
  open.push(created);
  return created;
}

async function source(path: string): Promise<FileSource> {
  const opened = value(await files.openSource(path));
  open.push(opened);
  return opened;
}

function expected(bytes: Buffer): {
  readonly sizeOctets: number;
  readonly hashes: readonly { readonly algorithm: string; readonly hex: string }[];
} {
  const { sha1, sha256 } = hashes(bytes);
  return {
    sizeOctets: bytes.length,
    hashes: [
      { algorithm: "sha-1", hex: sha1.toUpperCase() },
      { algorithm: "sha-256", hex: sha256 },
      { algorithm: "md-unknown", hex: "00" },
    ],
  };
}

async function receive(bytes: Buffer, name?: string): Promise<string> {
  const created = await part(bytes.length, name);
  value(await created.write(0, bytes));
  return value(await created.finish(expected(bytes))).path;
}

describe("a file to send", () => {
  it("is read by position, shorter only at its end", async () => {
    const path = join(root, "a.txt");
    writeFileSync(path, "0123456789");
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const file = await source(path);
    expect([file.name, file.sizeOctets, file.modifiedMs]).toEqual(["a.txt", 10, 1_700_000_000_000]);
    const parts = [await file.read(0, 4), await file.read(8, 4), await file.read(10, 4)];
    expect(parts.map((bytes) => value(bytes).toString())).toEqual(["0123", "89", ""]);
  });

  it.each([
    ["a folder", () => root, "not-a-file"],
    ["a device", () => "/dev/null", "not-a-file"],
    ["nothing", () => join(root, "absent"), "not-found"],
    ["below a file", () => join(root, "f", "g"), "not-found"],
  ])("is refused when it is %s", async (_what, path, kind) => {
    writeFileSync(join(root, "f"), "");
    expect(errorOf(await files.openSource(path()))).toBe(kind);
  });

  it("is hashed off the main thread, with progress", async () => {
    const bytes = randomBytes(40 * 1024 * 1024);
    const path = join(root, "big");
    writeFileSync(path, bytes);
    const progress: number[] = [];
    const file = await source(path);
    const hashed = await files.hash(file, never, (octets) => progress.push(octets));
    expect(value(hashed)).toEqual(hashes(bytes));
    expect(progress).toEqual([16 * 1024 * 1024, 32 * 1024 * 1024]);
  });

  it("is hashed beside others at the same time, empty ones too", async () => {
    const all = [Buffer.alloc(0), Buffer.from("x"), randomBytes(3_000_001)];
    const hashed = all.map(async (bytes, index) => {
      const path = join(root, `f${index}`);
      writeFileSync(path, bytes);
      return value(await files.hash(await source(path), never));
    });
    expect(await Promise.all(hashed)).toEqual(all.map(hashes));
  });

  it("stops hashing at a signal", async () => {
    const path = join(root, "big");
    writeFileSync(path, "");
    truncateSync(path, 2 ** 32);
    const file = await source(path);
    const stop = new AbortController();
    const hashed = files.hash(file, stop.signal, () => {
      stop.abort();
    });
    expect(errorOf(await hashed)).toBe("cancelled");
    expect(errorOf(await files.hash(file, stop.signal))).toBe("cancelled");
  });

  it("ends a hash that still runs when it is closed", async () => {
    const path = join(root, "big");
    writeFileSync(path, "");
    truncateSync(path, 2 ** 32);
    const file = await source(path);
    const hashed = files.hash(file, never);
    await file.close();
    expect(errorOf(await hashed)).toBe("cancelled");
  });

  it("is noticed to have changed: by its size, by its time, and when hashing or reading", async () => {
    const path = join(root, "a");
    writeFileSync(path, "0123456789");
    const file = await source(path);
    expect(await file.isUnchanged()).toBe(true);
    utimesSync(path, 1, 1);
    expect(await file.isUnchanged()).toBe(false);
    truncateSync(path, 5);
    expect(errorOf(await file.read(0, 10))).toBe("changed");
    expect(errorOf(await files.hash(file, never))).toBe("changed");
  });

  it("stays the file that was opened when another takes its name", async () => {
    const path = join(root, "a");
    writeFileSync(path, "old");
    const file = await source(path);
    renameSync(path, join(root, "b"));
    writeFileSync(path, "new!");
    expect(value(await file.read(0, 10)).toString()).toBe("old");
    expect(await file.isUnchanged()).toBe(true);
  });
});

describe("a file being received", () => {
  const bytes = randomBytes(300_000);

  it("is hidden and private until it is finished, then has its name and the usual permissions", async () => {
    const created = await part(bytes.length);
    const [hidden] = readdirSync(folder);
    expect(hidden).toMatch(/^\.[0-9a-f]{24}\.part$/);
    expect(statSync(join(folder, hidden ?? "")).mode & 0o777).toBe(0o600);
    value(await created.write(0, bytes));
    expect(value(await created.finish(expected(bytes)))).toEqual({
      path: join(folder, "photo.jpg"),
      name: "photo.jpg",
      hashes: hashes(bytes),
      wasRenamed: false,
    });
    expect(readdirSync(folder)).toEqual(["photo.jpg"]);
    writeFileSync(join(root, "usual"), "");
    const usual = statSync(join(root, "usual")).mode;
    expect(statSync(join(folder, "photo.jpg")).mode).toBe(usual);
  });

  it("takes octets in any order, repeated and overlapping; the last received win", async () => {
    const created = await part(bytes.length);
    value(await created.write(200_000, bytes.subarray(200_000)));
    value(await created.write(0, Buffer.alloc(150_000, 1)));
    value(await created.write(0, bytes.subarray(0, 250_000)));
    expect(created.receivedOctets).toBe(bytes.length);
    expect(value(await created.finish(expected(bytes))).hashes.sha1).toBe(hashes(bytes).sha1);
    expect(readFileSync(join(folder, "photo.jpg")).equals(bytes)).toBe(true);
  });

  it("is hashed anew when octets are replaced that were hashed already", async () => {
    const large = randomBytes(10 * 1024 * 1024);
    const created = await part(large.length);
    value(await created.write(0, Buffer.alloc(9 * 1024 * 1024)));
    for (let at = 0; at < large.length; at += 1024 * 1024)
      value(await created.write(at, large.subarray(at, at + 1024 * 1024)));
    expect(value(await created.finish(expected(large))).hashes.sha256).toBe(hashes(large).sha256);
  });

  it("takes several buffers that follow each other", async () => {
    const created = await part(bytes.length);
    const cuts = [0, 1, 1, 65_536, 65_536 + 2048, bytes.length];
    const pieces = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
    value(await created.write(0, pieces));
    expect(created.receivedOctets).toBe(bytes.length);
    expect(value(await created.finish(expected(bytes))).hashes).toEqual(hashes(bytes));
    expect(errorOf(await created.write(0, pieces))).toBe("cancelled");
  });

  it("takes nothing of several buffers that end beyond its size", async () => {
    const created = await part(bytes.length);
    const pieces = [bytes, Buffer.from("x")];
    expect(errorOf(await created.write(0, pieces))).toBe("too-large");
    expect(created.receivedOctets).toBe(0);
  });

  it("has only the hashes that it was created for", async () => {
    const large = randomBytes(5 * 1024 * 1024);
    const { sizeOctets, hashes: all } = expected(large);
    const created = await part(large.length, "photo.jpg", ["sha-1"]);
    value(await created.write(0, large));
    const published = value(await created.finish({ sizeOctets, hashes: all.slice(0, 1) }));
    expect(published.hashes).toEqual({ sha1: hashes(large).sha1 });
  });

  it("is checked by a hash that it was not created for", async () => {
    const large = randomBytes(5 * 1024 * 1024);
    const { sizeOctets, hashes: all } = expected(large);
    const created = await part(large.length, "photo.jpg", ["sha-1"]);
    value(await created.write(0, large));
    const wrong = { algorithm: "sha-256", hex: "0".repeat(64) };
    const checked = await created.finish({ sizeOctets, hashes: [...all.slice(0, 1), wrong] });
    expect(errorOf(checked)).toBe("hash-mismatch");
  });

  it("may have no octet at all", async () => {
    const created = await part(0, "empty.txt");
    const published = value(await created.finish(expected(Buffer.alloc(0))));
    expect(published.hashes.sha1).toBe("da39a3ee5e6b4b0d3255bfef95601890afd80709");
    expect(statSync(published.path).size).toBe(0);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 63, 299_999, 300_000])(
    "writes nothing at position %s",
    async (position) => {
      const created = await part(bytes.length);
      expect(errorOf(await created.write(position, Buffer.from("ab")))).toBe("too-large");
      expect(created.receivedOctets).toBe(0);
      const [hidden = ""] = readdirSync(folder);
      expect(statSync(join(folder, hidden)).size).toBe(0);
    },
  );

  it("has at most 4096 separate ranges", async () => {
    const created = await part(10_000);
    const one = Buffer.from("x");
    for (let at = 0; at < 8192; at += 2) value(await created.write(at, one));
    expect(errorOf(await created.write(9000, one))).toBe("io");
    expect(errorOf(await created.write(1, one))).toBe("ok");
    expect(errorOf(await created.write(9000, one))).toBe("ok");
  });

  it("cannot be finished while octets are missing, and goes on afterwards", async () => {
    const created = await part(bytes.length);
    value(await created.write(1, bytes.subarray(1)));
    expect(errorOf(await created.finish(expected(bytes)))).toBe("incomplete");
    value(await created.write(0, bytes.subarray(0, 1)));
    const other = { ...expected(bytes), sizeOctets: 5 };
    expect(errorOf(await created.finish(other))).toBe("incomplete");
    expect(errorOf(await created.finish(expected(bytes)))).toBe("ok");
  });

  it("is set aside as NAME.damaged when a hash differs", async () => {
    const { sizeOctets, hashes: right } = expected(bytes);
    for (const [index, path] of ["photo.jpg.damaged", "photo.jpg (1).damaged"].entries()) {
      const created = await part(bytes.length);
      value(await created.write(0, bytes));
      const wrong = right.map((hash, at) =>
        at === index ? { ...hash, hex: "0".repeat(40) } : hash,
      );
      const finished = await created.finish({ sizeOctets, hashes: wrong });
      expect(finished).toMatchObject({
        ok: false,
        error: { kind: "hash-mismatch", path: join(folder, path) },
      });
    }
    expect(readdirSync(folder).toSorted()).toEqual(["photo.jpg (1).damaged", "photo.jpg.damaged"]);
  });

  it("is gone after discard, and takes nothing more", async () => {
    const created = await part(bytes.length);
    value(await created.write(0, bytes));
    await created.discard();
    await created.discard();
    expect(readdirSync(folder)).toEqual([]);
    expect(errorOf(await created.write(0, bytes))).toBe("cancelled");
    expect(errorOf(await created.finish(expected(bytes)))).toBe("cancelled");
  });

  it("survives discard once it is published", async () => {
    const created = await part(bytes.length);
    value(await created.write(0, bytes));
    value(await created.finish(expected(bytes)));
    await created.discard();
    expect(readdirSync(folder)).toEqual(["photo.jpg"]);
  });

  it("takes over the sender's time when it is plausible", async () => {
    for (const [name, modifiedMs, isTaken] of [
      ["old", 1_147_694_491_000, true],
      ["too-old", 1000, false],
      ["future", Date.now() + 7 * 86_400_000, false],
      ["nonsense", Number.NaN, false],
    ] as const) {
      const created = await part(0, name);
      const finished = await created.finish({ ...expected(Buffer.alloc(0)), modifiedMs });
      expect(statSync(value(finished).path).mtimeMs === modifiedMs).toBe(isTaken);
    }
  });

  it("is refused when it would eat into the reserve, and nothing is on disk then", async () => {
    const free = value(await files.freeOctets(root));
    for (const sizeOctets of [free, Number.MAX_SAFE_INTEGER])
      expect(errorOf(await files.createPart({ folder, suggestedName: "x", sizeOctets }))).toBe(
        "no-space",
      );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("counts what files in progress still need as used", async () => {
    const free = value(await files.freeOctets(root));
    const half = Math.floor(free * 0.6);
    const first = await part(half, "a");
    const second = { folder, suggestedName: "b", sizeOctets: half };
    expect(errorOf(await files.createPart(second))).toBe("no-space");
    await first.discard();
    expect((await part(half, "b")).finalName).toBe("b");
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("is refused with a size of %s", async (sizeOctets) => {
    expect(errorOf(await files.createPart({ folder, suggestedName: "x", sizeOctets }))).toBe(
      "too-large",
    );
  });

  it("needs a folder that may be written to", async () => {
    writeFileSync(join(root, "file"), "");
    const path = join(root, "file");
    const created = await files.createPart({ folder: path, suggestedName: "x", sizeOctets: 1 });
    expect(created.ok).toBe(false);
  });

  it("only hashes sources of its own", async () => {
    const foreign: FileSource = {
      path: "",
      name: "",
      version: "",
      sizeOctets: 0,
      modifiedMs: 0,
      read: () => Promise.reject(new Error()),
      isUnchanged: () => Promise.resolve(true),
      close: () => Promise.resolve(),
    };
    await expect(files.hash(foreign, never)).rejects.toThrow(LocalProtocolError);
  });
});

describe("a file that is sent again after an interruption", () => {
  const before = Buffer.from("before");
  it.each<[string, (path: string) => void, boolean]>([
    ["nothing", () => undefined, true],
    [
      "its name",
      (path) => {
        renameSync(path, `${path}2`);
        renameSync(`${path}2`, path);
      },
      true,
    ],
    [
      "its size",
      (path) => {
        appendFileSync(path, "x");
      },
      false,
    ],
    [
      "its modification time",
      (path) => {
        utimesSync(path, 5, 5);
      },
      false,
    ],
    [
      "another file of the same size and time",
      (path) => {
        writeFileSync(`${path}2`, before);
        utimesSync(`${path}2`, 1_700_000_000, 1_700_000_000);
        renameSync(`${path}2`, path);
      },
      false,
    ],
  ])("MUST be the same one: %s changed", async (_what, change, isSame) => {
    const path = join(root, "a");
    writeFileSync(path, before);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const { version } = await source(path);
    change(path);
    const again = await files.openSource(path, version);
    if (again.ok) open.push(again.value);
    expect(errorOf(again)).toBe(isSame ? "ok" : "changed");
  });
});

describe("ux 2 #3: a file of that name is there", () => {
  const old = Buffer.from("old");
  const fresh = Buffer.from("new");
  const bin: string[] = [];
  const trash = (path: string): Promise<void> => {
    bin.push(readFileSync(path, "utf8"));
    rmSync(path);
    return Promise.resolve();
  };

  async function receiveBeside(
    conflict: ConflictPolicy,
    withBin: SystemFiles = systemFiles({ trash }),
  ): Promise<{ readonly part: FilePart; readonly finished: Result<PublishedFile, FileError> }> {
    bin.splice(0);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "A.txt"), old);
    const options = { folder, suggestedName: "a.txt", sizeOctets: fresh.length };
    const created = value(await withBin.createPart(options));
    open.push(created);
    value(await created.write(0, fresh));
    return { part: created, finished: await created.finish({ ...expected(fresh), conflict }) };
  }

  function content(): Record<string, string> {
    const names = readdirSync(folder).filter((name) => !name.endsWith(".part"));
    return Object.fromEntries(
      names.map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    );
  }

  it("keep-both gives the new one a number", async () => {
    value((await receiveBeside("keep-both")).finished);
    expect([content(), bin]).toEqual([{ "A.txt": "old", "a (1).txt": "new" }, []]);
  });

  it("replace puts the old one into the bin", async () => {
    const { finished } = await receiveBeside("replace");
    expect(value(finished)).toMatchObject({ name: "a.txt", wasRenamed: false });
    expect([content(), bin]).toEqual([{ "a.txt": "new" }, ["old"]]);
  });

  it.each<[string, SystemFiles]>([
    ["there is no bin", systemFiles()],
    ["the bin refuses", systemFiles({ trash: () => Promise.reject(new Error("no bin")) })],
  ])("replace keeps both where %s", async (_what, withoutBin) => {
    const { finished } = await receiveBeside("replace", withoutBin);
    expect(value(finished).name).toBe("a (1).txt");
    expect(content()).toEqual({ "A.txt": "old", "a (1).txt": "new" });
  });

  it("skip keeps the old one and discards the new one", async () => {
    const { finished } = await receiveBeside("skip");
    expect([errorOf(finished), content()]).toEqual(["name-taken", { "A.txt": "old" }]);
    expect(readdirSync(folder)).toEqual(["A.txt"]);
  });

  it("ask changes nothing until it is answered", async () => {
    const { part: asking, finished } = await receiveBeside("ask");
    expect([errorOf(finished), content()]).toEqual(["name-taken", { "A.txt": "old" }]);
    value(await asking.finish({ ...expected(fresh), conflict: "keep-both" }));
    expect(content()).toEqual({ "A.txt": "old", "a (1).txt": "new" });
  });
});

describe("the name of a received file", () => {
  const bytes = Buffer.from("content");

  it("never replaces a file; the next number is free", async () => {
    for (const name of ["a.txt", "a (1).txt", "a (2).txt"])
      expect(await receive(bytes, "a.txt")).toBe(join(folder, name));
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it.each([
    ["Photo.JPG", "photo.jpg", "photo (1).jpg"],
    ["stra\u00dfe", "STRASSE", "STRASSE (1)"],
    ["u\u0308.txt", "\u00fc.txt", "\u00fc (1).txt"],
  ])("counts %s and %s as the same", async (present, suggested, name) => {
    mkdirSync(folder);
    writeFileSync(join(folder, present), "mine");
    expect(await receive(bytes, suggested)).toBe(join(folder, name));
    expect(readFileSync(join(folder, present), "utf8")).toBe("mine");
  });

  it("is not taken through a planted link", async () => {
    mkdirSync(folder);
    writeFileSync(join(root, "victim"), "mine");
    symlinkSync(join(root, "victim"), join(folder, "a.txt"));
    symlinkSync(join(root, "absent"), join(folder, "b.txt"));
    expect(await receive(bytes, "a.txt")).toBe(join(folder, "a (1).txt"));
    expect(await receive(bytes, "b.txt")).toBe(join(folder, "b (1).txt"));
    expect(readFileSync(join(root, "victim"), "utf8")).toBe("mine");
    expect(readdirSync(root).toSorted()).toEqual(["in", "victim"]);
  });

  it("stays in the folder that was opened, when that is swapped for a link", async () => {
    const created = await part(bytes.length, "a.txt");
    const outside = join(root, "outside");
    mkdirSync(outside);
    renameSync(folder, join(root, "moved"));
    symlinkSync(outside, folder);
    value(await created.write(0, bytes));
    const published = value(await created.finish(expected(bytes)));
    expect(published.path).toBe(join(root, "moved", "a.txt"));
    expect([readdirSync(outside), readdirSync(join(root, "moved"))]).toEqual([[], ["a.txt"]]);
  });

  it("MUST NOT go through a link that came in the folder's place since the last file", async () => {
    await receive(bytes, "a.txt");
    const outside = join(root, "outside");
    mkdirSync(outside);
    renameSync(folder, join(root, "moved"));
    symlinkSync(outside, folder);
    const refused = await files.createPart({ folder, suggestedName: "b", sizeOctets: 1 });
    expect([errorOf(refused), readdirSync(outside)]).toEqual(["not-writable", []]);
    rmSync(folder);
    expect(await receive(bytes, "b.txt")).toBe(join(folder, "b.txt"));
  });

  it("is not given to a file that somebody put in the part's place, which is not removed either", async () => {
    const created = await part(bytes.length, "a.txt");
    value(await created.write(0, bytes));
    const [hidden = ""] = readdirSync(folder);
    renameSync(join(folder, hidden), join(root, "stolen"));
    writeFileSync(join(folder, hidden), "forged");
    expect(errorOf(await created.finish(expected(bytes)))).toBe("changed");
    await created.discard();
    expect(readFileSync(join(folder, hidden), "utf8")).toBe("forged");
    expect(readdirSync(folder)).toEqual([hidden]);
  });

  it("follows a link that the user made of the folder, and shows the user's path", async () => {
    mkdirSync(join(root, "real"));
    symlinkSync(join(root, "real"), folder);
    expect(await receive(bytes, "a.txt")).toBe(join(folder, "a.txt"));
    expect(readdirSync(join(root, "real"))).toEqual(["a.txt"]);
  });

  it("is unique among many files finished at the same time", async () => {
    const paths = await Promise.all(Array.from({ length: 40 }, () => receive(bytes, "same.bin")));
    expect(new Set(paths).size).toBe(40);
    expect(readdirSync(folder)).toHaveLength(40);
  });

  it("stays within the folder whatever the peer suggests", async () => {
    for (const name of [
      "../../x",
      "/etc/passwd",
      "a\0b",
      "..",
      "",
      "C:\\x\\y.exe",
      "\u202etxt.exe",
    ])
      await receive(bytes, name);
    expect(readdirSync(folder).toSorted()).toEqual(
      ["ab", "passwd", "txt.exe", "untitled", "untitled (1)", "x", "y.exe"].toSorted(),
    );
    expect(readdirSync(root)).toEqual(["in"]);
  });
});
