import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Capture, type JudgedPorts } from "../support/capture.ts";
import { CpmProcess } from "../support/cpm-process.ts";
import { need } from "../support/need.ts";
import { octets } from "../support/octets.ts";

let folder: string;
let running: CpmProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-interop-"));
  running = [];
});

afterEach(async () => {
  for (const each of running.reverse()) await each.stop();
  await rm(folder, { recursive: true });
});

function start(name: string, args: readonly string[]): CpmProcess {
  const process = new CpmProcess(name, [...args, "--json"], { CPM_PASSWORD: "demo" });
  running.push(process);
  return process;
}

interface Networks {
  readonly core: readonly [string, string];
  readonly ports: JudgedPorts;
  readonly process: CpmProcess;
}

interface ReadyNetwork {
  readonly core: { readonly udp: string };
  readonly pf: { readonly sip: string; readonly msrp: string };
}

async function networkUp(bind: string): Promise<Networks> {
  const trace = join(folder, "network.jsonl");
  const network = start("network", ["network", "up", "--bind", bind, "--trace", trace]);
  const ready = await network.event("ready");
  const networks = ready["networks"] as readonly ReadyNetwork[];
  const port = (address: string): string => address.slice(address.lastIndexOf(":") + 1);
  const [a, b] = networks;
  return {
    core: [a?.core.udp ?? "", b?.core.udp ?? ""],
    ports: {
      sip: networks.flatMap(({ core, pf }) => [port(core.udp), port(pf.sip)]),
      msrp: networks.map(({ pf }) => port(pf.msrp)),
    },
    process: network,
  };
}

/** A device of bob that takes everything after a while. */
function device(name: string, core: string, delayMs: number): CpmProcess {
  return start(name, [
    ...["client", "--as", "sip:bob@b.example", "--core", core, "--accept", "all", "--once"],
    ...["--profile", join(folder, name), "--receive", join(folder, `${name}-files`)],
    ...["--delay-answer", String(delayMs), "--trace", join(folder, `${name}.jsonl`)],
  ]);
}

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

describe.each([
  { bind: "127.0.0.1", transport: "udp" },
  { bind: "127.0.0.1", transport: "tcp" },
  { bind: "::1", transport: "udp" },
  { bind: "::1", transport: "tcp" },
])(
  "CR C.x.x.1 and C.x.x.x.2 between processes on $bind, clients on $transport",
  ({ bind, transport }) => {
    it("MUST bring the file whole to the device that accepts, with no malformed packet on the wire", async () => {
      if (bind === "::1" && !need(hasIpv6, "an IPv6 loopback address")) return;
      const capture = await Capture.start(join(folder, "wire.pcapng"));
      const content = octets(1_500_000, 4);
      await writeFile(join(folder, "plan.pdf"), content);
      const networks = await networkUp(bind);
      const [coreA, coreB] = networks.core.map((core) => `${core};transport=${transport}`);
      const b1 = device("b1", coreB ?? "", 60_000);
      const b2 = device("b2", coreB ?? "", 500);
      await Promise.all([b1.event("registered"), b2.event("registered")]);
      const send = start("send", [
        ...["send", join(folder, "plan.pdf"), "--to", "sip:bob@b.example"],
        ...["--as", "sip:alice@a.example", "--core", coreA ?? "", "--profile", join(folder, "a1")],
        ...["--expect", "verified:1", "--trace", join(folder, "a1.jsonl")],
      ]);
      expect(await send.exit(), send.story()).toBe(0);
      expect(await b2.exit(), b2.story()).toBe(0);
      await b1.event("elsewhere", (event) => event["reason"] === "accepted");
      const received = await readFile(join(folder, "b2-files", "plan.pdf"));
      expect(hash(received)).toBe(hash(content));
      expect(await b1.exit(), b1.story()).toBe(10);
      await networks.process.stop();
      const traces = ["network", "a1", "b1", "b2"].map((name) => join(folder, `${name}.jsonl`));
      const flow = start("flow", ["flow", ...traces, "--check"]);
      expect(await flow.exit(), flow.story()).toBe(0);
      expect(await flow.event("flow")).toMatchObject({
        steps: 41,
        seen: 41,
        missing: [],
        misplaced: [],
      });
      await capture.expectClean(networks.ports);
    }, 120_000);
  },
);

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("CR C.x.x.1: a device that only sends", () => {
  it("is busy for offers, which nobody could answer there: its own to itself, too", async () => {
    const note = join(folder, "note.txt");
    await writeFile(note, "hello");
    const networks = await networkUp("127.0.0.1");
    const [core] = networks.core;
    const send = start("send", [
      ...["send", note, "--to", "sip:alice@a.example", "--as", "sip:alice@a.example"],
      ...["--core", core, "--profile", join(folder, "a1")],
    ]);
    expect(await send.exit(), send.story()).toBe(4);
    await send.event("transfer", (event) => event["state"] === "noanswer");
  });
});
