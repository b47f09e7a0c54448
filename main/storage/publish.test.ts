import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { link } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { HeldFolder } from "./held-folder.node.ts";
import { HeldFolders } from "./held-folders.node.ts";
import { type LinkFile, publish, type Unpublished } from "./publish.node.ts";

const PLATFORMS = ["linux", "win32"] as const;
let root: string;
let path: string;
const held: HeldFolder[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "publish-"));
  path = join(root, "in");
  mkdirSync(path);
});

afterEach(async () => {
  for (const folder of held.splice(0)) await folder.close();
  rmSync(root, { recursive: true, force: true });
});

async function hold(platform: string): Promise<HeldFolder> {
  const folder = await HeldFolder.open(path, platform);
  held.push(folder);
  return folder;
}

async function part(folder: HeldFolder, content: string): Promise<Unpublished> {
  const partName = `.${randomBytes(4).toString("hex")}.part`;
  writeFileSync(join(path, partName), content);
  const identity = await folder.identityOf(partName);
  if (identity === undefined) throw new Error("no part");
  return { folder, partName, identity };
}

function failWith(code: string): LinkFile {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

describe("a folder that several files are received into", () => {
  it("is one, until the last of them has closed it", async () => {
    const folders = new HeldFolders();
    const [first, second] = await Promise.all([folders.hold(path), folders.hold(path)]);
    const third = await folders.hold(path);
    expect([second, third]).toEqual([first, first]);
    await first.close();
    await second.close();
    writeFileSync(await third.at("a"), "x");
    await third.close();
    const fresh = await folders.hold(path);
    held.push(fresh);
    expect(fresh).not.toBe(third);
    expect(readFileSync(await fresh.at("a"), "utf8")).toBe("x");
  });

  it("is another one when the user has moved it meanwhile", async () => {
    const folders = new HeldFolders();
    const moved = await folders.hold(path);
    renameSync(path, join(root, "moved"));
    const fresh = await folders.hold(path);
    held.push(moved, fresh);
    writeFileSync(await fresh.at("a"), "x");
    expect([readdirSync(path), readdirSync(join(root, "moved"))]).toEqual([["a"], []]);
  });

  it("can be opened again after it could not", async () => {
    const folders = new HeldFolders();
    rmSync(path, { recursive: true });
    writeFileSync(path, "");
    await expect(folders.hold(path)).rejects.toMatchObject({ code: "EEXIST" });
    rmSync(path);
    held.push(await folders.hold(path));
    expect(readdirSync(path)).toEqual([]);
  });

  it("knows names of ours at once, and reads the list again for a name that seems taken", async () => {
    const folder = await hold("linux");
    expect((await folder.takenKeys("a")).has("a")).toBe(false);
    writeFileSync(join(path, "A"), "");
    folder.noteName("A");
    expect((await folder.takenKeys("a")).has("a")).toBe(true);
    rmSync(join(path, "A"));
    expect((await folder.takenKeys("a")).has("a")).toBe(false);
  });

  it("is made durable for all who ask at the same time", async () => {
    const folder = await hold("linux");
    await Promise.all([folder.sync(), folder.sync(), folder.sync()]);
    await expect(folder.sync()).resolves.toBeUndefined();
  });
});

describe.each(PLATFORMS)("a folder held in the manner of %s", (platform) => {
  it("reaches its entries and shows them by the user's path", async () => {
    const folder = await hold(platform);
    writeFileSync(await folder.at("a"), "x");
    expect([await folder.names(), await folder.shownPath("a")]).toEqual([["a"], join(path, "a")]);
    expect(readFileSync(join(path, "a"), "utf8")).toBe("x");
  });

  it.each(["", ".", "..", "a/b", "a\\b", "/", "a\0"])("has no entry %j", async (name) => {
    const folder = await hold(platform);
    await expect(folder.at(name)).rejects.toThrow(LocalProtocolError);
  });

  it("removes an entry only while it is the same file", async () => {
    const folder = await hold(platform);
    const { partName, identity } = await part(folder, "x");
    renameSync(join(path, partName), join(path, "kept"));
    expect(await folder.remove(partName, identity)).toBe(false);
    writeFileSync(join(path, partName), "another");
    expect(await folder.remove(partName, identity)).toBe(false);
    expect(await folder.remove("kept", identity)).toBe(true);
    expect(readdirSync(path)).toEqual([partName]);
  });

  it("is not opened when it is a file", async () => {
    writeFileSync(join(root, "file"), "");
    path = join(root, "file", "x");
    await expect(hold(platform)).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it("never leads into another folder that took its place", async () => {
    const folder = await hold(platform);
    renameSync(path, join(root, "moved"));
    mkdirSync(path);
    if (platform === "linux") writeFileSync(await folder.at("a"), "x");
    else await expect(folder.at("a")).rejects.toMatchObject({ code: "EACCES" });
    expect(readdirSync(path)).toEqual([]);
  });
});

describe.each([
  ["hard links", link],
  ["none", failWith("EPERM")],
  ["none, said otherwise", failWith("ENOTSUP")],
] as const)("a name for a finished file, on a file system with %s", (_what, linkFile) => {
  it("is the wanted one, or the next that is free", async () => {
    const folder = await hold("linux");
    writeFileSync(join(path, "A.txt"), "mine");
    const names: string[] = [];
    for (const content of ["1", "2"])
      names.push(await publish(await part(folder, content), "a.txt", linkFile));
    expect(names).toEqual(["a (1).txt", "a (2).txt"]);
    expect(readdirSync(path).toSorted()).toEqual(["A.txt", "a (1).txt", "a (2).txt"]);
    expect(["A.txt", ...names].map((name) => readFileSync(join(path, name), "utf8"))).toEqual([
      "mine",
      "1",
      "2",
    ]);
  });

  it("is another one when somebody takes the wanted one at the same moment", async () => {
    const folder = await hold("linux");
    const racing: LinkFile = async (existing, added) => {
      if (added.endsWith("/a.txt") && !existsSync(added)) writeFileSync(added, "theirs");
      await linkFile(existing, added);
    };
    expect(await publish(await part(folder, "ours"), "a.txt", racing)).toBe("a (1).txt");
    expect(readFileSync(join(path, "a.txt"), "utf8")).toBe("theirs");
  });

  it("is not given when the part was replaced", async () => {
    const folder = await hold("linux");
    const ours = await part(folder, "ours");
    renameSync(join(path, ours.partName), join(root, "elsewhere"));
    writeFileSync(join(path, ours.partName), "theirs");
    await expect(publish(ours, "a.txt", linkFile)).rejects.toMatchObject({ code: "ESTALE" });
    expect(readdirSync(path)).toEqual([ours.partName]);
  });
});

describe("a name for a finished file", () => {
  it("is random once the numbers are used up", async () => {
    const folder = await hold("linux");
    const taken: LinkFile = async (existing, added) => {
      if (/a( \(\d{1,4}\))?\.txt$/.test(added))
        throw Object.assign(new Error(), { code: "EEXIST" });
      await link(existing, added);
    };
    expect(await publish(await part(folder, "x"), "a.txt", taken)).toMatch(
      /^a \([0-9a-f]{16}\)\.txt$/,
    );
  });

  it("leaves no empty file of that name where it cannot be given after all", async () => {
    const folder = await hold("linux");
    const ours = await part(folder, "x");
    const noLinks: LinkFile = async () => {
      // Gone between the last look and the move.
      rmSync(join(path, ours.partName));
      await failWith("EPERM")("", "");
    };
    await expect(publish(ours, "a.txt", noLinks)).rejects.toMatchObject({ code: "ENOENT" });
    expect(readdirSync(path)).toEqual([]);
  });

  it("fails as the disk fails, and the part stays", async () => {
    const folder = await hold("linux");
    const ours = await part(folder, "x");
    await expect(publish(ours, "a.txt", failWith("EIO"))).rejects.toMatchObject({ code: "EIO" });
    expect(readdirSync(path)).toEqual([ours.partName]);
  });
});
