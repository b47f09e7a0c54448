import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TlsIdentity } from "../../main/base/ports.ts";
import { selfSignedIdentity } from "../../main/base/self-signed.node.ts";
import { CpmProcess } from "../support/cpm-process.ts";
import { octets } from "../support/octets.ts";

interface SecureCore {
  readonly tls: string;
  readonly tcp: string;
  readonly fingerprint: string;
}

interface ReadyNetwork {
  readonly core: SecureCore;
  readonly pf: { readonly msrps: string };
}

let folder: string;
let network: CpmProcess;
let cores: readonly SecureCore[];
/** Where the first network's Participating Function takes files over TLS. */
let msrps: string;
const running: CpmProcess[] = [];

function run(name: string, args: readonly string[]): CpmProcess {
  const env = { CPM_PASSWORD: "demo", CPM_RUNTIME_DIR: join(folder, "runtime") };
  return new CpmProcess(name, [...args, "--json"], env);
}

function start(name: string, args: readonly string[]): CpmProcess {
  const process = run(name, args);
  running.push(process);
  return process;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-tls-"));
  const trace = join(folder, "network.jsonl");
  network = run("network", ["network", "up", "--tls", "--trace", trace]);
  const ready = await network.event("ready");
  const networks = ready["networks"] as readonly ReadyNetwork[];
  cores = networks.map(({ core }) => core);
  msrps = networks[0]?.pf.msrps ?? "";
}, 120_000);

afterEach(async () => {
  for (const each of running.splice(0).reverse()) await each.stop();
});

afterAll(async () => {
  await network.stop();
  await rm(folder, { recursive: true });
});

function core(index: 0 | 1): SecureCore {
  const found = cores[index];
  if (found === undefined) throw new Error(network.story());
  return found;
}

/** How a device reaches its core. */
function over(index: 0 | 1, fingerprint = core(index).fingerprint): readonly string[] {
  return ["--core", `${core(index).tls};transport=tls`, "--core-fingerprint", fingerprint];
}

/** A device of alice that is to fail, and what it says. */
async function refusal(way: readonly string[]): Promise<string> {
  const device = start("alice", [
    ...["client", "--as", "sip:alice@a.example", "--profile", join(folder, "refused"), ...way],
  ]);
  expect(await device.exit(), device.story()).toBe(7);
  return device.story();
}

const OTHER = `AB${":CD".repeat(31)}`;

describe("RFC 5922 and RFC 8122 between processes", () => {
  it("MUST refuse a core with another certificate than the named one", async () => {
    expect(await refusal(over(0, OTHER))).toContain("another certificate than yours names");
  }, 60_000);

  it("MUST refuse a certificate that nobody vouches for", async () => {
    const said = await refusal(["--core", `${core(0).tls};transport=tls`]);
    expect(said).toContain("Nobody vouches for the core's certificate");
    expect(said).toContain("--core-fingerprint");
  }, 60_000);

  it("MUST refuse a port where TLS is not spoken, and say nothing plainly", async () => {
    const way = [`${core(0).tcp};transport=tls`, "--core-fingerprint", core(0).fingerprint];
    expect(await refusal(["--core", ...way])).toContain("no protected connection");
  }, 60_000);

  it("MUST not answer plain SIP at the port for TLS", async () => {
    const said = await refusal(["--core", `${core(0).tls};transport=tcp`]);
    expect(said).toContain("does not answer");
  }, 60_000);
});

/** What a stranger hears who connects for files, says something, and goes after a while unless he is sent away. */
function strangerHears(shown?: TlsIdentity): Promise<{ heard: string; isSentAway: boolean }> {
  const [host = "", port] = msrps.split(":");
  const certificate =
    shown === undefined ? {} : { key: shown.privateKeyPem, cert: shown.certificatePem };
  const options = { host, port: Number(port), rejectUnauthorized: false, ...certificate };
  return new Promise((resolve) => {
    let heard = "";
    let isSentAway = true;
    const socket = connect(options, () => {
      const paths = `To-Path: msrps://${msrps}/any;tcp\r\nFrom-Path: msrps://192.0.2.1:9/me;tcp`;
      socket.write(`MSRP a1b2 SEND\r\n${paths}\r\nMessage-ID: 1\r\n-------a1b2$\r\n`);
    });
    const patience = setTimeout(() => {
      isSentAway = false;
      socket.destroy();
    }, 1500);
    socket.on("data", (bytes: Buffer) => {
      heard += bytes.toString("latin1");
    });
    // Reset is as good as closed.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(patience);
      resolve({ heard, isSentAway });
    });
  });
}

describe("RFC 8122 §5 connections for files at a Participating Function's own process", () => {
  it("MUST not be served without a certificate", async () => {
    expect(await strangerHears()).toEqual({ heard: "", isSentAway: true });
  }, 60_000);

  it("MUST not be heard with one that no session was told of", async () => {
    const day = 86_400_000;
    const [notBeforeMs, notAfterMs] = [Date.now() - day, Date.now() + day];
    const stranger = selfSignedIdentity({ names: [], notBeforeMs, notAfterMs });
    expect(await strangerHears(stranger)).toEqual({ heard: "", isSentAway: false });
  }, 60_000);
});

describe("CR C.x.x.1 and C.x.x.x.2 between processes, devices on TLS", () => {
  it("MUST bring the file whole through all 41 steps, SIP and MSRP of devices over TLS alone", async () => {
    const content = octets(1_500_000, 4);
    await writeFile(join(folder, "plan.pdf"), content);
    const device = (name: string, delayMs: number): CpmProcess =>
      start(name, [
        ...["client", "--as", "sip:bob@b.example", ...over(1), "--accept", "all", "--once"],
        ...["--profile", join(folder, name), "--receive", join(folder, `${name}-files`)],
        ...["--delay-answer", String(delayMs), "--trace", join(folder, `${name}.jsonl`)],
      ]);
    const [b1, b2] = [device("b1", 60_000), device("b2", 500)];
    await Promise.all([b1.event("registered"), b2.event("registered")]);
    const send = start("send", [
      ...["send", join(folder, "plan.pdf"), "--to", "sip:bob@b.example"],
      ...["--as", "sip:alice@a.example", ...over(0), "--profile", join(folder, "a1")],
      ...["--expect", "verified:1", "--trace", join(folder, "a1.jsonl")],
    ]);
    expect(await send.exit(), send.story()).toBe(0);
    expect(await b2.exit(), b2.story()).toBe(0);
    const hash = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
    expect(hash(await readFile(join(folder, "b2-files", "plan.pdf")))).toBe(hash(content));
    expect(await b1.exit(), b1.story()).toBe(10);
    for (const one of [send, b2])
      expect(await one.event("answered"), one.story()).toMatchObject({ isEncrypted: true });
    await network.stop();
    const names = ["network", "a1", "b1", "b2"];
    const traces = names.map((name) => join(folder, `${name}.jsonl`));
    const flow = start("flow", ["flow", ...traces, "--check"]);
    expect(await flow.exit(), flow.story()).toBe(0);
    expect(await flow.event("flow")).toMatchObject({ steps: 41, seen: 41, missing: [] });
    const lines = await Promise.all(traces.slice(1).map((path) => readFile(path, "utf8")));
    const records = lines
      .flatMap((text) => text.trim().split("\n"))
      .map((line) => JSON.parse(line) as { readonly proto?: string; readonly transport?: string })
      .filter(({ proto }) => proto !== undefined);
    expect(new Set(records.map(({ proto }) => proto))).toEqual(new Set(["sip", "msrp"]));
    expect(new Set(records.map(({ transport }) => transport))).toEqual(new Set(["tls"]));
  }, 120_000);
});
