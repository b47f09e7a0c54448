import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HostPort, parseHostPort } from "../../main/base/host-port.ts";
import type { RunningNetwork } from "../../main/compose/lab.node.ts";
import { KamailioNetworks } from "./kamailio-networks.ts";
import { startLoopbackNetwork } from "./loopback-network.ts";
import { PlainRegistrar } from "./plain-registrar.ts";

/** What stands between a foreign client and our device: alice calls bob, and one of them is foreign. */
export interface ForeignWay {
  readonly name: string;
  /** The network asks for a proof, and the foreign client registers. */
  readonly hasCore: boolean;
  /** @param foreign where a foreign bob listens, and how */
  open(foreign?: { readonly place: HostPort; readonly transport: string }): Promise<void>;
  close(): Promise<void>;
  /** Our device is registered: now the foreign bob may listen. */
  giveWay(): Promise<void>;
  /** Of a.example (0) or of b.example (1). */
  core(index: 0 | 1): HostPort;
  /** Contact of our device; only where no core knows it. */
  contact(): string | undefined;
}

/** SIPp takes the first challenge, and knows MD5 only. */
const DIGEST = "MD5";

export function throughOurCores(): ForeignWay {
  let network: RunningNetwork;
  return {
    name: "through both cores and Participating Functions",
    hasCore: true,
    open: async () => {
      network = await startLoopbackNetwork({ digestAlgorithms: [DIGEST] });
    },
    close: () => network.stop(),
    giveWay: () => Promise.resolve(),
    core: (index) => placeOf(network.networks[index]?.core.udp ?? ""),
    contact: () => undefined,
  };
}

export function throughKamailio(): ForeignWay {
  let networks: KamailioNetworks;
  let folder: string;
  return {
    name: "through Kamailio as both cores, and workers",
    hasCore: true,
    open: async () => {
      folder = await mkdtemp(join(tmpdir(), "cpm-ways-"));
      networks = await KamailioNetworks.start(folder, { digest: DIGEST });
    },
    close: async () => {
      await networks.stop();
      await rm(folder, { recursive: true });
    },
    giveWay: () => Promise.resolve(),
    core: (index) => networks.places[index],
    contact: () => undefined,
  };
}

export function withNothingBetween(): ForeignWay {
  let registrar: PlainRegistrar;
  return {
    name: "directly",
    hasCore: false,
    open: async (foreign) => {
      registrar = await PlainRegistrar.open(foreign);
    },
    close: () => {
      registrar.close();
      return Promise.resolve();
    },
    giveWay: () => registrar.giveWay(),
    core: () => registrar.local,
    contact: () => registrar.contact.replace(/;.*$/, ""),
  };
}

function placeOf(text: string): HostPort {
  const place = parseHostPort(text);
  if (place === undefined) throw new Error(`not a place: ${text}`);
  return place;
}
