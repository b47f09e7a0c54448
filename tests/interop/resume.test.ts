import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtProgram, CpmProcess } from "../support/cpm-process.ts";

const SIZE = 160 * 1024 * 1024;
/** Nothing that was on disk is sent again; what was not may be so much, and one chunk. */
const TWICE = 9 * 1024 * 1024;

let folder: string;
let running: CpmProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-resume-"));
  running = [];
});

afterEach(async () => {
  for (const each of running.reverse()) await each.stop();
  await rm(folder, { recursive: true });
});

function start(name: string, args: readonly string[], program?: readonly string[]): CpmProcess {
  const process = new CpmProcess(name, [...args, "--json"], { CPM_PASSWORD: "demo" }, program);
  running.push(process);
  return process;
}

function bob(core: string): readonly string[] {
  return ["--as", "sip:bob@b.example", "--core", core, "--profile", join(folder, "bob")];
}

async function hashOf(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

describe("ux.md 7 (7): the receiver is killed on the way", () => {
  it("MUST go on from where its disk was, and end verified on both sides", async () => {
    const content = randomBytes(1024 * 1024);
    const source = join(folder, "big.iso");
    await writeFile(
      source,
      Buffer.concat(Array.from({ length: SIZE / content.length }, () => content)),
    );
    const network = start("network", ["network", "up"]);
    const networks = (await network.event("ready"))["networks"] as readonly {
      readonly core: { readonly udp: string };
    }[];
    const [coreA, coreB] = networks.map(({ core }) => core.udp);
    const received = join(folder, "received");
    const receiver = start(
      "client",
      ["client", ...bob(coreB ?? ""), "--accept", "all", "--receive", received],
      builtProgram("cli"),
    );
    await receiver.event("registered");
    const send = start("send", [
      ...["send", source, "--to", "sip:bob@b.example", "--as", "sip:alice@a.example"],
      ...["--core", coreA ?? "", "--profile", join(folder, "alice"), "--expect", "verified:1"],
    ]);
    await receiver.event("progress", ({ octets }) => Number(octets) > SIZE / 4);
    await receiver.kill();
    const reached = Number(
      receiver.events.filter(({ event }) => event === "progress").at(-1)?.["octets"],
    );

    const resume = start("resume", ["resume", ...bob(coreB ?? "")]);
    const resumed = await resume.event("resumed");
    const [file] = resumed["files"] as readonly { readonly octets: number }[];
    expect(await resume.exit(), resume.story()).toBe(0);
    expect(await send.exit(), send.story()).toBe(0);
    expect(await hashOf(join(received, "big.iso"))).toBe(await hashOf(source));
    expect((await readdir(received)).filter((name) => name.endsWith(".part"))).toEqual([]);
    const twice = Math.max(0, reached - (file?.octets ?? 0));
    process.stdout.write(`octets sent twice: at most ${String(twice)} of ${String(SIZE)}\n`);
    expect(twice).toBeLessThanOrEqual(TWICE);
  }, 180_000);
});
