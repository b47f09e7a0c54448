import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CpmProcess } from "../support/cpm-process.ts";
import { need } from "../support/need.ts";
import { DISK_CASES } from "./disk-cases.ts";

/** A few of `npm run faults -- --only disk/`. */
const SAMPLE = [
  "disk/folder becomes a link",
  "disk/read-only folder",
  "disk/full while a file comes",
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-disk-"));
  const builds = new CpmProcess("build", ["--version"]);
  expect(await builds.exit(), builds.story()).toBe(0);
}, 180_000);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("reliability 5.3: the disk fails a transfer", () => {
  it.each(SAMPLE)("MUST harm nothing: %s", async (name) => {
    const found = DISK_CASES.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no such case: ${name}`);
    const missing = found.missing?.();
    if (!need(missing === undefined, missing ?? "")) return;
    const { figures, wrong, story } = await found.run({ folder, seed: 1 });
    process.stdout.write(`${name}: ${figures}\n`);
    expect(wrong, story).toEqual([]);
  });
});
