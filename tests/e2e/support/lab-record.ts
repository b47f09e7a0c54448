import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@playwright/test";
import type { Machine } from "./application.ts";

/** What programs of one machine tell each other of the network that runs there. */
interface LabRecord {
  readonly pid: number;
  readonly networks: readonly {
    readonly domain: string;
    readonly core: { readonly udp: string };
  }[];
}

export async function labRecord({ folder }: Machine): Promise<LabRecord> {
  return JSON.parse(await readFile(join(folder, "runtime", "lab.json"), "utf8")) as LabRecord;
}

/** `host:port` of a home network's core. */
export async function coreOf(machine: Machine, domain: string): Promise<string> {
  const { networks } = await labRecord(machine);
  const core = networks.find((network) => network.domain === domain)?.core.udp;
  expect(core, `the core of ${domain}`).toBeDefined();
  return core ?? "";
}
