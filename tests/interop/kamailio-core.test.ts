import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatHostPort } from "../../main/base/host-port.ts";
import { readTraceFile } from "../../main/trace/trace-file.node.ts";
import { CpmProcess } from "../support/cpm-process.ts";
import { KamailioNetworks, type KamailioNetworksOptions } from "../support/kamailio-networks.ts";
import { hasKamailio } from "../support/kamailio-relay.ts";
import { need } from "../support/need.ts";
import { octets } from "../support/octets.ts";

const canRun = need(hasKamailio(), "kamailio, to be the SIP/IP Core");
/** 1300 octets in base64. */
const UDP_BASE64 = Math.ceil(1300 / 3) * 4;
/** Enough to be under way when the first octets have been shown. */
const LARGE = 100_000_000;
const FLOW = { steps: 41, seen: 41, missing: [], misplaced: [] };

let folder: string;
let networks: KamailioNetworks;
let stop: () => Promise<readonly string[]>;
let running: CpmProcess[];
let a1: CpmProcess;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-kamailio-"));
  running = [];
  stop = () => Promise.resolve([]);
});

afterEach(async () => {
  for (const each of running.reverse()) await each.stop();
  await stop();
  await rm(folder, { recursive: true });
});

async function openNetworks(options: KamailioNetworksOptions = {}): Promise<void> {
  networks = await KamailioNetworks.start(folder, options);
  stop = () => networks.stop();
}

function start(name: string, args: readonly string[]): CpmProcess {
  const process = new CpmProcess(name, [...args, "--json"], { CPM_PASSWORD: "demo" });
  running.push(process);
  return process;
}

function trace(name: string): string {
  return join(folder, `${name}.jsonl`);
}

/** A device of bob. */
function device(
  name: string,
  transport: string,
  answer: readonly string[],
  core = networks.core(1),
): CpmProcess {
  return start(name, [
    ...["client", "--as", "sip:bob@b.example", "--core", `${core}${transport}`],
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

/** An offer that rings on two devices of bob. */
async function offered(
  first: readonly string[],
  second: readonly string[],
): Promise<readonly [CpmProcess, CpmProcess]> {
  await openNetworks();
  await writeFile(join(folder, "plan.pdf"), octets(70_000, 1));
  const devices = [device("b1", "", first), device("b2", "", second)] as const;
  await Promise.all(devices.map((each) => each.event("registered")));
  a1 = send("");
  return devices;
}

/** One of three offers at once, from a device of alice of its own. */
function sendOne(name: string): CpmProcess {
  return start(name, [
    ...["send", join(folder, `${name}.bin`), "--to", "sip:bob@b.example"],
    ...["--as", "sip:alice@a.example", "--core", `${networks.core(0)};transport=tcp`],
    ...["--profile", join(folder, name), "--expect", "verified:1"],
  ]);
}

/** Messages that the cores sent as datagrams although they are too large for that (RFC 3261 §18.1.1). */
async function tooLargeForUdp(): Promise<readonly string[]> {
  const file = await readTraceFile(trace("cores"));
  if (!file.ok) throw new Error(file.error.message);
  return file.value.records
    .filter(({ dir, transport }) => dir === "out" && transport === "udp")
    .filter(({ raw, summary }) => summary.method !== undefined && raw.length > UDP_BASE64)
    .map(({ summary }) => `${summary.method ?? ""} ${summary.callId ?? ""}`);
}

/** Once everything has ended: what all traces together show. */
async function flow(devices: readonly string[]): Promise<object> {
  for (const each of running) await each.stop();
  const traces = [...(await stop()), ...devices.map(trace)];
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
    await openNetworks();
    const content = octets(1_500_000, 4);
    await writeFile(join(folder, "plan.pdf"), content);
    const b1 = device("b1", transport, ["--delay-answer", "60000"]);
    const b2 = device("b2", transport, ["--delay-answer", "500"]);
    await Promise.all([b1.event("registered"), b2.event("registered")]);
    a1 = send(transport, ["--expect", "verified:1"]);
    expect(await a1.exit(), `${a1.story()}${b2.story()}${networks.story()}`).toBe(0);
    expect(await b2.exit(), b2.story()).toBe(0);
    await b1.event("elsewhere", (event) => event["reason"] === "accepted");
    expect(await b1.exit(), b1.story()).toBe(10);
    const received = await readFile(join(folder, "b2-files", "plan.pdf"));
    expect(hash(received)).toBe(hash(content));
    expect(await flow(["a1", "b1", "b2"])).toMatchObject(FLOW);
    expect(await tooLargeForUdp()).toEqual([]);
  });

  it("MUST tell the sender and the other device when one declines for all (6xx)", async () => {
    // A branch that has heard nothing is cancelled by Kamailio without a Reason: the other device rings first.
    const declines = ["--accept", "none", "--delay-answer", "500"];
    const [b1, b2] = await offered(["--delay-answer", "60000"], declines);
    expect(await b2.exit(), b2.story()).toBe(3);
    expect(await a1.exit(), a1.story()).toBe(3);
    await b1.event("elsewhere", (event) => event["reason"] === "declined");
  });

  it("MUST end the offer on every device when the sender cancels it", async () => {
    const [b1, b2] = await offered(["--delay-answer", "60000"], ["--delay-answer", "60000"]);
    await Promise.all([b1, b2].map((each) => each.event("offer")));
    expect(await a1.stop(), a1.story()).toBe(9);
    for (const each of [b1, b2]) {
      await each.event("cancelled", (event) => event["by"] === "peer");
      expect(each.events.some(({ event }) => event === "elsewhere")).toBe(false);
    }
  });

  it("MUST let the other device have it when one refuses for itself (486)", async () => {
    const [b1, b2] = await offered(["--busy"], ["--delay-answer", "300"]);
    expect(await a1.exit(), `${a1.story()}${b1.story()}`).toBe(0);
    expect(await b2.exit(), b2.story()).toBe(0);
  });

  it("MUST say that nobody is there when no device is registered (480)", async () => {
    await openNetworks();
    await writeFile(join(folder, "plan.pdf"), "x");
    a1 = send("");
    expect(await a1.exit(), a1.story()).toBe(4);
  });
});

// As above: nothing could be shown without the program.
describe.skipIf(!canRun)("deploy/kamailio: Participating Functions that fail", () => {
  it("MUST refuse with 503 when none answers, in words that say so", async () => {
    await openNetworks();
    await networks.killWorker(0);
    await writeFile(join(folder, "plan.pdf"), "x");
    a1 = send("");
    expect(await a1.exit(), a1.story()).not.toBe(0);
    expect(await a1.event("error")).toMatchObject({ status: 503 });
  });

  it("MUST go on without it where the site says so (default handling, TS 29.228 annex B)", async () => {
    await openNetworks({ more: ["#!define PF_OPTIONAL"] });
    await networks.killWorker(0);
    await networks.killWorker(1);
    await writeFile(join(folder, "plan.pdf"), octets(70_000, 1));
    const b1 = device("b1", "", []);
    await b1.event("registered");
    a1 = send("");
    expect(await a1.exit(), `${a1.story()}${networks.story()}`).toBe(0);
    expect(await b1.exit(), b1.story()).toBe(0);
  });
});

// As above: nothing could be shown without the program.
describe.skipIf(!canRun)("deploy/kamailio: three Participating Functions behind each core", () => {
  it("MUST lose no other session with a worker that dies, and give it no new one", async () => {
    await openNetworks({ workers: 3 });
    const b1 = start("b1", [
      ...["client", "--as", "sip:bob@b.example", "--core", `${networks.core(1)};transport=tcp`],
      ...["--profile", join(folder, "b1"), "--receive", join(folder, "got"), "--accept", "all"],
    ]);
    await b1.event("registered");
    const names = ["one", "two", "three"];
    for (const name of names) await writeFile(join(folder, `${name}.bin`), octets(LARGE, 3));
    const running = names.map(sendOne);
    await Promise.all(running.map((each) => each.event("progress")));
    await networks.killWorker(0);
    for (const each of running) expect(await each.exit(), each.story()).toBe(0);
    const interrupted = running.filter(({ events }) =>
      events.some(({ event }) => event === "reconnecting" || event === "resumed"),
    );
    expect(interrupted).toHaveLength(1);
    for (const name of ["four", "five", "six", "seven"]) {
      await writeFile(join(folder, `${name}.bin`), octets(1000, 3));
      const next = sendOne(name);
      expect(await next.exit(), next.story()).toBe(0);
    }
  });
});

// As above: nothing could be shown without the program.
describe.skipIf(!canRun)("deploy/kamailio: two nodes that share registrations", () => {
  it.each([
    ["UDP", ""],
    ["TCP", ";transport=tcp"],
  ])("MUST ring at every device, whichever node it registered at, over %s", async (_name, way) => {
    await openNetworks({ hasTwin: true });
    const content = octets(1_500_000, 6);
    await writeFile(join(folder, "plan.pdf"), content);
    const b1 = device("b1", way, ["--delay-answer", "60000"]);
    const b2 = device("b2", way, ["--delay-answer", "500"], formatHostPort(networks.twin));
    await Promise.all([b1.event("registered"), b2.event("registered")]);
    await bothKnow();
    a1 = send(way, ["--expect", "verified:1"]);
    expect(await a1.exit(), `${a1.story()}${b2.story()}${networks.story()}`).toBe(0);
    expect(await b2.exit(), b2.story()).toBe(0);
    await b1.event("elsewhere", (event) => event["reason"] === "accepted");
    expect(hash(await readFile(join(folder, "b2-files", "plan.pdf")))).toBe(hash(content));
  });

  /** A REGISTER's answer lists the devices of all nodes, once the nodes have told each other. */
  async function bothKnow(): Promise<void> {
    const b3 = device("b3", "", ["--delay-answer", "60000"]);
    const registered = await b3.event("registered");
    expect(registered["devices"]).toHaveLength(3);
  }
});

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
