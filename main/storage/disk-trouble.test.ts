import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createHidden, NodeFilePart, type OpenedPart } from "./file-part.node.ts";
import { HashPool } from "./hash-pool.node.ts";
import { HeldFolder } from "./held-folder.node.ts";
import { KeptHashes } from "./kept-hashes.node.ts";
import type { PartRecorder } from "./part-recorder.ts";

let path: string;
let folder: HeldFolder;
let opened: OpenedPart;
const pool = new HashPool();
const said: string[] = [];

beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), "trouble-"));
  folder = await HeldFolder.open(path);
  opened = await createHidden(folder);
  said.length = 0;
});

afterEach(async () => {
  await pool.close();
  rmSync(path, { recursive: true, force: true });
});

const recorder: PartRecorder = {
  key: "k",
  claim: () => Promise.resolve(),
  done: () => Promise.resolve(void said.push("done")),
  gone: () => Promise.resolve(void said.push("gone")),
  release: () => void said.push("release"),
};

function part(): NodeFilePart {
  const place = { folder, finalName: "a.txt", sizeOctets: 3, algorithms: ["sha-1"] as const };
  const context = { pool, recorder, keptHashes: new KeptHashes() };
  return new NodeFilePart(place, opened, { ...context, onClosed: () => said.push("closed") });
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** As a disk in the network does that finds out late. */
function closesBadly(): void {
  const { handle } = opened;
  const close = handle.close.bind(handle);
  vi.spyOn(handle, "close").mockImplementation(async () => {
    await close();
    throw systemError("EIO");
  });
}

describe("reliability §5.3: a disk that turned read-only", () => {
  it("MUST not make discard fail, and what could not be removed stays in the journal", async () => {
    vi.spyOn(folder, "remove").mockRejectedValue(systemError("EROFS"));
    await part().discard();
    expect(said).toEqual(["closed", "release"]);
  });
});

describe("reliability §5.3: a disk that reports an error when a file is closed", () => {
  it("MUST not make a file fail that is whole and durable", async () => {
    closesBadly();
    const whole = part();
    await whole.write(0, Buffer.from("abc"));
    const finished = await whole.finish({ sizeOctets: 3, hashes: [] });
    expect(finished).toMatchObject({ ok: true, value: { name: "a.txt" } });
    expect(readdirSync(path)).toEqual(["a.txt"]);
    expect(said).toEqual(["done", "closed", "release"]);
  });

  it("MUST not keep a part in use that was left", async () => {
    closesBadly();
    const left = part();
    await left.write(0, Buffer.from("ab"));
    expect(await left.keep()).toEqual({ key: "k", durableOctets: 2 });
    expect(said).toEqual(["closed", "release"]);
  });
});
