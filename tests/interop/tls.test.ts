import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CpmProcess } from "../support/cpm-process.ts";
import { octets } from "../support/octets.ts";

interface SecureCore {
  readonly tls: string;
  readonly tcp: string;
  readonly fingerprint: string;
}

let folder: string;
let network: CpmProcess;
let cores: readonly SecureCore[];
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
  cores = (ready["networks"] as readonly { readonly core: SecureCore }[]).map(({ core }) => core);
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

describe("CR C.x.x.1 and C.x.x.x.2 between processes, devices on TLS", () => {
  it("MUST bring the file whole through all 41 steps, SIP of devices over TLS alone", async () => {
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
    await network.stop();
    const names = ["network", "a1", "b1", "b2"];
    const traces = names.map((name) => join(folder, `${name}.jsonl`));
    const flow = start("flow", ["flow", ...traces, "--check"]);
    expect(await flow.exit(), flow.story()).toBe(0);
    expect(await flow.event("flow")).toMatchObject({ steps: 41, seen: 41, missing: [] });
    const lines = await Promise.all(traces.slice(1).map((path) => readFile(path, "utf8")));
    const records = lines
      .flatMap((text) => text.trim().split("\n"))
      .map((line) => {
        const { proto, transport } = JSON.parse(line) as { proto?: string; transport?: string };
        return proto === "sip" ? transport : "tls";
      });
    expect(new Set(records)).toEqual(new Set(["tls"]));
  }, 120_000);
});
