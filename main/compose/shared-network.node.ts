import { join } from "node:path";
import { present } from "../base/present.ts";
import {
  type BuiltInNetwork,
  certifiedNames,
  type HomeNetwork,
  type NetworkOptions,
} from "./built-in-network.node.ts";
import type { UserAccount } from "./element-config.ts";
import { IDENTITY_FILE, keptIdentity } from "./kept-identity.node.ts";
import {
  readShareRecord,
  type SharedPorts,
  type ShareRecord,
  writeShareRecord,
} from "./share-record.node.ts";

/** What sharing needs of a network that runs. */
export type SharedNetwork = Pick<
  BuiltInNetwork,
  "networks" | "traceFiles" | "lost" | "setUsers" | "onDevices" | "stop"
>;

export type StartBuiltIn = (options: NetworkOptions) => Promise<SharedNetwork>;

export interface SharedNetworkOptions {
  readonly folder: string;
  readonly host: string;
  readonly name: string;
  readonly users: readonly UserAccount[];
  readonly portBase?: number;
  readonly traceFolder?: string;
}

/**
 * The built-in network with its doors for others, the same ones as the last time. Its elements speak with each other on
 * loopback; at the address that others reach there is TLS and nothing else.
 */
export async function startSharedNetwork(
  { folder, host, name, users, portBase, traceFolder }: SharedNetworkOptions,
  start: StartBuiltIn,
): Promise<{ readonly network: SharedNetwork; readonly record: ShareRecord }> {
  const before = await readShareRecord(folder);
  const identityFile = join(folder, IDENTITY_FILE);
  const { fingerprint } = await keptIdentity(identityFile, certifiedNames(host), Date.now());
  const ports = portBase === undefined ? before?.ports : portsFrom(portBase);
  const network = await start({
    ...{
      bind: "127.0.0.1",
      users,
      tls: { identityFile, fingerprint, host, ...present({ ports }) },
    },
    ...present({ traceFolder }),
  });
  const record: ShareRecord = {
    ...{ name, host, fingerprint },
    ports: Object.fromEntries(network.networks.map((one) => [one.domain, portsOf(one)])),
  };
  await writeShareRecord(folder, record);
  return { network, record };
}

function portsFrom(base: number): Readonly<Record<string, SharedPorts>> {
  return {
    "a.example": { sip: base, msrp: base + 1 },
    "b.example": { sip: base + 2, msrp: base + 3 },
  };
}

function portsOf({ core, pf }: HomeNetwork): SharedPorts {
  return { sip: portOf(core.tls), msrp: portOf(pf.msrps) };
}

function portOf(address = ""): number {
  return Number(address.slice(address.lastIndexOf(":") + 1));
}
