import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CpmProcess } from "../support/cpm-process.ts";
import { KamailioNetworks } from "../support/kamailio-networks.ts";
import { hasKamailio } from "../support/kamailio-relay.ts";
import { need } from "../support/need.ts";
import { octets } from "../support/octets.ts";

const canRun = need(hasKamailio(), "kamailio, to be the SIP/IP Core");
const FLOW = { steps: 41, seen: 41, missing: [], misplaced: [] };

let folder: string;
let networks: KamailioNetworks;
let running: CpmProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-kamailio-"));
  running = [];
});

afterEach(async () => {
  for (const each of running.reverse()) await each.stop();
  await networks.stop();
  await rm(folder, { recursive: true });
});

function start(name: string, args: readonly string[]): CpmProcess {
  const process = new CpmProcess(name, [...args, "--json"], { CPM_PASSWORD: "demo" });
  running.push(process);
  return process;
}

function trace(name: string): string {
  return join(folder, `${name}.jsonl`);
}

/** A device of bob. */
function device(name: string, transport: string, answer: readonly string[]): CpmProcess {
  return start(name, [
    ...["client", "--as", "sip:bob@b.example", "--core", `${networks.core(1)}${transport}`],
    ...["--profile", join(folder, name), "--receive", join(folder, `${name}-files`), "--once"],
    ...["--trace", trace(name), ...answer],
  ]);
}

function send(transport: string, more: readonly string[] = []): CpmProcess {
  return start("a1", [
    ...["send", join(folder, "plan.pdf"), "--to", "sip:bob@b.example"],
    ...["--as", "sip:alice@a.example", "--core", `${networks.core(0)}${transport}`],
    ...["--profile", join(folder, "a1"), "--trace", trace("a1"), ...more],
  ]);
}

/** Once everything has ended: what all traces together show. */
async function flow(devices: readonly string[]): Promise<object> {
  for (const each of running) await each.stop();
  const traces = [...(await networks.stop()), ...devices.map(trace)];
  const check = start("flow", ["flow", ...traces]);
  expect(await check.exit(), check.story()).toBe(0);
  return check.event("flow");
}

// Kamailio is a program of its own: without it nothing could be shown, and `need` has said so.
describe.skipIf(!canRun)("CR C.x.x.1 and C.x.x.x.2 with Debian's Kamailio as both cores", () => {
  it.each([
    ["UDP", ""],
    ["TCP", ";transport=tcp"],
  ])("MUST go through all 41 steps, devices on %s", async (_name, transport) => {
    networks = await KamailioNetworks.start(folder);
    const content = octets(1_500_000, 4);
    await writeFile(join(folder, "plan.pdf"), content);
    const b1 = device("b1", transport, ["--delay-answer", "60000"]);
    const b2 = device("b2", transport, ["--delay-answer", "500"]);
    await Promise.all([b1.event("registered"), b2.event("registered")]);
    const a1 = send(transport, ["--expect", "verified:1"]);
    expect(await a1.exit(), `${a1.story()}${b2.story()}${networks.story()}`).toBe(0);
    expect(await b2.exit(), b2.story()).toBe(0);
    await b1.event("elsewhere", (event) => event["reason"] === "accepted");
    expect(await b1.exit(), b1.story()).toBe(10);
    const received = await readFile(join(folder, "b2-files", "plan.pdf"));
    expect(hash(received)).toBe(hash(content));
    expect(await flow(["a1", "b1", "b2"])).toMatchObject(FLOW);
  });
});

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
