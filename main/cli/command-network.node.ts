import { isIP } from "node:net";
import { join } from "node:path";
import { bareHost, isLoopback } from "../base/host-port.ts";
import { present } from "../base/present.ts";
import {
  BuiltInNetwork,
  certifiedNames,
  type HomeNetwork,
  type NetworkTls,
} from "../compose/built-in-network.node.ts";
import type { UserAccount } from "../compose/element-config.ts";
import { IDENTITY_FILE, keptIdentity } from "../compose/kept-identity.node.ts";
import { claimLab } from "../compose/lab.node.ts";
import { runtimeFolder } from "../compose/lab-record.node.ts";
import { demoAccounts, mergeAccounts, readUsers } from "../compose/users.node.ts";
import { CommandError, EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { Output } from "./output.node.ts";
import { aborted, stopSignal } from "./stop-signal.node.ts";
import { readTraces, removeFolder, temporaryFolder, writeTrace } from "./trace-merge.node.ts";

export interface NetworkFlags {
  readonly bind: string;
  readonly portBase?: number;
  readonly users?: string;
  readonly trace?: string;
  readonly lab?: boolean;
  readonly tls?: boolean;
  readonly json?: boolean;
}

/** `cpm network up`: the built-in network until it is told to stop. */
export async function runNetworkUp(flags: NetworkFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "network" });
  const bind = bareHost(flags.bind);
  if (isIP(bind) === 0)
    throw usageError(`"${flags.bind}" is no IP address.`, "Write --bind 127.0.0.1 or --bind ::1.");
  const users = await accounts(bind, flags.users);
  const stop = stopSignal();
  const traceFolder = flags.trace === undefined ? undefined : await temporaryFolder("trace");
  try {
    const tls = flags.tls === true ? await networkTls(bind) : undefined;
    const start = (): Promise<BuiltInNetwork> =>
      BuiltInNetwork.start({
        ...{ bind, users },
        ...present({ portBase: flags.portBase, traceFolder, tls }),
      });
    const { network, stopNetwork } = await (flags.lab === true
      ? startLab(start)
      : startAlone(start));
    announce(network.networks, output, flags.users === undefined);
    const lost = await Promise.race([network.lost, aborted(stop)]);
    await stopNetwork();
    if (flags.trace !== undefined)
      await writeTrace(flags.trace, await readTraces(network.traceFiles));
    if (lost === undefined || stop.aborted) return EXIT.done;
    throw new CommandError(EXIT.internal, `${lost} ended unexpectedly; the network was stopped.`, {
      ...{ code: "internal", action: "Start it again." },
    });
  } finally {
    if (traceFolder !== undefined) await removeFolder(traceFolder);
  }
}

/** The certificate of this user's networks on this machine: the same one as long as the session. */
async function networkTls(bind: string): Promise<NetworkTls> {
  const identityFile = join(runtimeFolder(), IDENTITY_FILE);
  const { fingerprint } = await keptIdentity(identityFile, certifiedNames(bind), Date.now());
  return { identityFile, fingerprint };
}

interface StartedNetwork {
  readonly network: BuiltInNetwork;
  readonly stopNetwork: () => Promise<void>;
}

async function startAlone(start: () => Promise<BuiltInNetwork>): Promise<StartedNetwork> {
  const network = await start();
  return { network, stopNetwork: () => network.stop() };
}

/** As the one network of this machine, which windows and other programs of this user find by `lab.json`. */
async function startLab(start: () => Promise<BuiltInNetwork>): Promise<StartedNetwork> {
  let network: BuiltInNetwork | undefined;
  const lab = await claimLab(async () => {
    network = await start();
    return network;
  });
  if (lab === undefined || network === undefined) {
    throw new CommandError(EXIT.network, "A built-in network runs on this machine already.", {
      ...{ code: "network", action: "Use it, or stop the program that started it." },
    });
  }
  return { network, stopNetwork: () => lab.stop() };
}

/** The demo accounts' password is known to everyone, so they exist on loopback only. */
async function accounts(bind: string, file: string | undefined): Promise<readonly UserAccount[]> {
  const demo = isLoopback(bind) ? demoAccounts() : [];
  if (file !== undefined) return mergeAccounts(demo, await readUsers(file));
  if (demo.length > 0) return demo;
  throw usageError(
    `The demo accounts are for this machine only, not for ${bind}.`,
    "Use `cpm network share`, which makes accounts and encrypts; or give your own with --users FILE.",
  );
}

function announce(networks: readonly HomeNetwork[], output: Output, hasDemoUsers: boolean): void {
  output.event("ready", { networks });
  for (const { domain, core, pf } of networks) {
    output.say(`${domain}  core ${core.udp}  participating function ${pf.sip}, files ${pf.msrp}`);
    const { tls, fingerprint } = core;
    if (tls !== undefined)
      output.say(`${domain}  core over TLS ${tls}, certificate ${fingerprint ?? ""}`);
  }
  if (hasDemoUsers) {
    output.hint("Users: alice and anna at a.example, bob and carol at b.example; password demo.");
  }
  output.hint("Press Ctrl+C to stop.");
}
