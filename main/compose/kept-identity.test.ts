import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keptIdentity } from "./kept-identity.node.ts";

const YEAR_MS = 365 * 86_400_000;
const nowMs = Date.UTC(2026, 5, 1);
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-identity-"));
  file = join(folder, "profile", "identity.pem");
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("the certificate of a profile", () => {
  it("is made on first use, for its user alone, and stays the same", async () => {
    const first = await keptIdentity(file, ["127.0.0.1"], nowMs);
    const again = await keptIdentity(file, ["10.0.0.1"], nowMs + 9 * YEAR_MS);
    expect(again).toEqual(first);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "profile"))).mode & 0o777).toBe(0o700);
  });

  it("gives way to a new one when it has expired", async () => {
    const first = await keptIdentity(file, [], nowMs);
    const later = await keptIdentity(file, [], nowMs + 10.1 * YEAR_MS);
    expect(later.fingerprint).not.toBe(first.fingerprint);
    expect(await keptIdentity(file, [], nowMs + 11 * YEAR_MS)).toEqual(later);
  });

  it.each<readonly [string, (text: string) => string]>([
    ["empty", () => ""],
    ["cut off", (text) => text.slice(0, -200)],
    ["without its key", (text) => text.slice(text.indexOf("-----BEGIN CERT"))],
  ])("gives way to a new one when its file is %s", async (_how, damage) => {
    const first = await keptIdentity(file, [], nowMs);
    await writeFile(file, damage(await readFile(file, "latin1")));
    const next = await keptIdentity(file, [], nowMs);
    expect(next.fingerprint).not.toBe(first.fingerprint);
    expect(await keptIdentity(file, [], nowMs)).toEqual(next);
  });

  it("says so where it cannot be kept", async () => {
    await writeFile(join(folder, "profile"), "a file where the folder should be");
    await expect(keptIdentity(file, [], nowMs)).rejects.toMatchObject({ kind: "storage" });
  });
});
