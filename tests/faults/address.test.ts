import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CpmProcess } from "../support/cpm-process.ts";
import { need } from "../support/need.ts";
import { ADDRESS_CASES } from "./address-cases.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-address-"));
  const builds = new CpmProcess("build", ["--version"]);
  expect(await builds.exit(), builds.story()).toBe(0);
}, 180_000);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("reliability 5.3: the machine's address changes", () => {
  it("MUST register within 5 s and go on within 10 s, and ring once", async () => {
    const [first] = ADDRESS_CASES;
    const missing = first?.missing?.();
    if (first === undefined || !need(missing === undefined, missing ?? "")) return;
    const { figures, wrong, story } = await first.run({ folder, seed: 1 });
    process.stdout.write(`${first.name}: ${figures}\n`);
    expect(wrong, story).toEqual([]);
  });
});
