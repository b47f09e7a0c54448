import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { bareHost, isLoopback } from "../base/host-port.ts";
import { present } from "../base/present.ts";
import { BuiltInNetwork, type HomeNetwork } from "../compose/built-in-network.node.ts";
import type { UserAccount } from "../compose/element-config.ts";
import { claimLab } from "../compose/lab.node.ts";
import {
  demoAccounts,
  makeAccount,
  mergeAccounts,
  readUsers,
  writeUsers,
} from "../compose/users.node.ts";
import { readPasswordFile } from "./client-options.node.ts";
import { CommandError, EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { Output } from "./output.node.ts";
import { promptSecret } from "./prompt.node.ts";
import { aborted, stopSignal } from "./stop-signal.node.ts";
import { readTraces, removeFolder, temporaryFolder, writeTrace } from "./trace-merge.node.ts";

export interface NetworkFlags {
  readonly bind: string;
  readonly portBase?: number;
  readonly users?: string;
  readonly trace?: string;
  readonly lab?: boolean;
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
    const start = (): Promise<BuiltInNetwork> =>
      BuiltInNetwork.start({
        ...{ bind, users },
        ...present({ portBase: flags.portBase, traceFolder }),
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
    "Make accounts with `cpm network user add NAME@DOMAIN --users FILE` and give them with --users FILE.",
  );
}

function announce(networks: readonly HomeNetwork[], output: Output, hasDemoUsers: boolean): void {
  output.event("ready", { networks });
  for (const { domain, core, pf } of networks) {
    output.say(`${domain}  core ${core.udp}  participating function ${pf.sip}, files ${pf.msrp}`);
  }
  if (hasDemoUsers) {
    output.hint("Users: alice and anna at a.example, bob and carol at b.example; password demo.");
  }
  output.hint("Press Ctrl+C to stop.");
}

export interface UserAddFlags {
  readonly users: string;
  readonly passwordFile?: string;
  readonly json?: boolean;
}

/** `cpm network user add`: puts an account into a users file; the password itself is not kept. */
export async function runUserAdd(address: string, flags: UserAddFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "network" });
  const bare = address.replace(/^sip:/i, "");
  if (!/^[^@\s:;<>"]+@[^@\s:;<>"]+$/.test(bare)) {
    throw usageError(
      `"${address}" is no address of a person.`,
      "Write NAME@DOMAIN, for example dave@a.example.",
    );
  }
  const { password, isMade } = await choosePassword(bare, flags.passwordFile);
  const known = existsSync(flags.users) ? await readUsers(flags.users) : [];
  const account = makeAccount(bare, password);
  await writeUsers(flags.users, mergeAccounts(known, [account]));
  output.event("user", {
    aor: account.aor,
    users: join(flags.users),
    ...(isMade ? { password } : {}),
  });
  output.say(
    `${bare} is in ${flags.users}.${isMade ? ` Its password, shown only now: ${password}` : ""}`,
  );
  return EXIT.done;
}

async function choosePassword(
  address: string,
  file: string | undefined,
): Promise<{ readonly password: string; readonly isMade: boolean }> {
  const given = file === undefined ? process.env["CPM_PASSWORD"] : readPasswordFile(file);
  if (given !== undefined && given !== "") return { password: given, isMade: false };
  const typed = process.stdin.isTTY
    ? await promptSecret(`Password for ${address} (empty: make one): `)
    : "";
  if (typed !== "") return { password: typed, isMade: false };
  return { password: randomBytes(18).toString("base64url"), isMade: true };
}
