import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Capture } from "../support/capture.ts";
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
  readonly trace: string;
  readonly process: CpmProcess;
}

async function networkUp(bind: string): Promise<Networks> {
  const trace = join(folder, "network.jsonl");
  const network = start("network", ["network", "up", "--bind", bind, "--trace", trace]);
  const ready = await network.event("ready");
  const [a, b] = ready["networks"] as readonly { readonly core: { readonly udp: string } }[];
  return { core: [a?.core.udp ?? "", b?.core.udp ?? ""], trace, process: network };
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
      const b1 = start("b1", [
        ...[
          "client",
          "--as",
          "sip:bob@b.example",
          "--core",
          `${networks.core[1]};transport=${transport}`,
        ],
        ...["--profile", join(folder, "b1"), "--receive", join(folder, "b1-files")],
        ...["--accept", "all", "--delay-answer", "60000", "--trace", join(folder, "b1.jsonl")],
      ]);
      const b2 = start("b2", [
        ...[
          "client",
          "--as",
          "sip:bob@b.example",
          "--core",
          `${networks.core[1]};transport=${transport}`,
        ],
        ...["--profile", join(folder, "b2"), "--receive", join(folder, "b2-files")],
        ...[
          "--accept",
          "all",
          "--delay-answer",
          "500",
          "--once",
          "--trace",
          join(folder, "b2.jsonl"),
        ],
      ]);
      await Promise.all([b1.event("registered"), b2.event("registered")]);
      const send = start("send", [
        ...[
          "send",
          join(folder, "plan.pdf"),
          "--to",
          "sip:bob@b.example",
          "--as",
          "sip:alice@a.example",
        ],
        ...[
          "--core",
          `${networks.core[0]};transport=${transport}`,
          "--profile",
          join(folder, "a1"),
        ],
        ...["--expect", "verified:1", "--trace", join(folder, "a1.jsonl")],
      ]);
      expect(await send.exit(), send.story()).toBe(0);
      expect(await b2.exit(), b2.story()).toBe(0);
      await b1.event("elsewhere", (event) => event["reason"] === "accepted");
      const received = await readFile(join(folder, "b2-files", "plan.pdf"));
      expect(hash(received)).toBe(hash(content));
      await b1.stop();
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
      await capture.expectClean();
    }, 120_000);
  },
);

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
