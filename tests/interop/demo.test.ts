import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CpmEvent, CpmProcess } from "../support/cpm-process.ts";
import { octets } from "../support/octets.ts";

let folder: string;
let demo: CpmProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-demo-test-"));
});

afterEach(async () => {
  await demo?.stop();
  for (const event of demo?.events ?? []) {
    const received = typeof event["path"] === "string" ? dirname(dirname(event["path"])) : "";
    if (!basename(received).startsWith("cpm-demo-")) continue;
    await rm(received, { recursive: true, force: true });
  }
  await rm(folder, { recursive: true });
});

function run(...args: readonly string[]): CpmProcess {
  demo = new CpmProcess("demo", ["demo", ...args, "--json"]);
  return demo;
}

function all(process: CpmProcess, name: string, profile?: string): readonly CpmEvent[] {
  return process.events.filter(
    (event) => event.event === name && (profile === undefined || event["profile"] === profile),
  );
}

describe("bin/cpm demo FILE…", () => {
  it("MUST bring the files byte-identical to one device, tell the other, and show 41 of 41 steps", async () => {
    const contents = new Map([
      ["plan.pdf", octets(70_000, 1)],
      ["Grüße, 日本.bin", octets(3_000_001, 2)],
      ["empty", Buffer.alloc(0)],
    ]);
    const paths: string[] = [];
    for (const [name, content] of contents) {
      paths.push(join(folder, name));
      await writeFile(join(folder, name), content);
    }
    const process = run(...paths);
    expect(await process.exit(), process.story()).toBe(0);
    const files = all(process, "file", "b2");
    expect(files).toHaveLength(contents.size);
    for (const { index, path, verified } of files) {
      const content = [...contents.values()][Number(index)] ?? Buffer.alloc(0);
      expect(hash(await readFile(String(path)))).toBe(hash(content));
      expect(verified).toBe(true);
    }
    expect(all(process, "elsewhere").map(({ profile, reason }) => [profile, reason])).toEqual([
      ["b1", "accepted"],
    ]);
    expect(all(process, "flow")).toEqual([
      expect.objectContaining({ steps: 41, seen: 41, missing: [], misplaced: [] }),
    ]);
    expect(process.events.at(-1)).toMatchObject({ event: "ended", exit: 0 });
  });

  it("MUST transfer only what the rule takes, tell the sender of the rest, and exit 5", async () => {
    const process = run("--accept", "*.pdf");
    expect(await process.exit(), process.story()).toBe(5);
    const [offer] = all(process, "offer", "a1");
    const offered = offer?.["files"] as readonly {
      readonly index: number;
      readonly name: string;
    }[];
    const wanted = offered.filter(({ name }) => name.endsWith(".pdf")).map(({ index }) => index);
    expect(wanted).toHaveLength(1);
    const [answered] = all(process, "answered", "a1");
    expect(answered?.["accepted"]).toEqual(wanted);
    expect(answered?.["declined"]).toHaveLength(offered.length - 1);
    expect(all(process, "flow")[0]).toMatchObject({ seen: 41, missing: [], misplaced: [] });
  });

  it("with one device, T5, T10 and T11 are not applicable", async () => {
    const process = run("--devices", "1", "--accept", "*.txt");
    expect(await process.exit(), process.story()).toBe(5);
    expect(all(process, "flow")[0]).toMatchObject({
      ...{ seen: 38, missing: [], notApplicable: ["T5", "T10", "T11"] },
    });
  });

  it("exits 3 when everything is declined, and nothing is left on the disk", async () => {
    const process = run("--accept", "none");
    expect(await process.exit(), process.story()).toBe(3);
    expect(all(process, "elsewhere")[0]).toMatchObject({ profile: "b1", reason: "declined" });
    expect(all(process, "file").filter(({ path }) => path !== undefined)).toEqual([]);
  });

  it("ends cleanly within 5 s when it is interrupted, with exit 9", async () => {
    const process = run();
    await process.event("registered");
    expect(await process.stop()).toBe(9);
    expect(process.events.at(-1)).toMatchObject({ event: "ended", exit: 9 });
  });
});

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
