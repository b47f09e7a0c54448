import { networkInterfaces } from "node:os";
import { formatAddress, formatPerson } from "../../shared/format/person.ts";
import { isNetworkName } from "../../shared/link/join-link.ts";
import type { SharingChoice } from "../../shared/model/sharing.ts";
import { bareHost, formatHostPort } from "../base/host-port.ts";
import { present } from "../base/present.ts";
import type { UserAccount } from "../compose/element-config.ts";
import { qrLines } from "../compose/qr-code.ts";
import { Share } from "../compose/share.node.ts";
import { accountFor, ShareAccounts } from "../compose/share-accounts.node.ts";
import { joinLinkFor, readShareRecord, usersFileOf } from "../compose/share-record.node.ts";
import { chooseAddress, type NoChoice, sharingChoices } from "../compose/sharing-choices.ts";
import { CommandError, EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { Output } from "./output.node.ts";
import { aborted, stopSignal } from "./stop-signal.node.ts";
import { readTraces, removeFolder, temporaryFolder, writeTrace } from "./trace-merge.node.ts";

export interface ShareFlags {
  readonly profile: string;
  readonly users?: string;
  readonly interface?: string;
  readonly bind?: string;
  readonly name?: string;
  readonly invite?: readonly string[];
  readonly portBase?: number;
  readonly trace?: string;
  readonly json?: boolean;
}

const USUAL_NAME = "CPM network";

/** `cpm network share`: the built-in network for people nearby until it is told to stop. */
export async function runNetworkShare(flags: ShareFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "network" });
  const choice = chosen(flags);
  const before = await readShareRecord(flags.profile);
  const name = flags.name ?? before?.name ?? USUAL_NAME;
  if (!isNetworkName(name))
    throw usageError(`"${name}" is no name for a network.`, "Write up to 60 marks on one line.");
  const stop = stopSignal();
  const traceFolder = flags.trace === undefined ? undefined : await temporaryFolder("trace");
  try {
    const share = await Share.start({
      ...{ folder: flags.profile, host: choice.address, name },
      ...present({ usersFile: flags.users, portBase: flags.portBase, traceFolder }),
    });
    try {
      announce(share, choice, output);
      const usersFile = flags.users ?? usersFileOf(flags.profile);
      await inviteAll(share, flags.invite ?? [], { output, usersFile });
      const lost = await Promise.race([share.lost, aborted(stop)]);
      if (lost !== undefined && !stop.aborted) throw lostElement(lost);
    } finally {
      await share.stop();
    }
    if (flags.trace !== undefined)
      await writeTrace(flags.trace, await readTraces(share.network.traceFiles));
    return EXIT.done;
  } finally {
    if (traceFolder !== undefined) await removeFolder(traceFolder);
  }
}

export interface InviteFlags {
  readonly profile: string;
  readonly users?: string;
  readonly renew?: boolean;
  readonly json?: boolean;
}

/** `cpm network invite`: an account with its link; a network that runs takes it up within a second. */
export async function runInvite(names: readonly string[], flags: InviteFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "network" });
  const record = await readShareRecord(flags.profile);
  if (record === undefined) {
    throw usageError(
      `Nothing was shared from ${flags.profile} yet, so a link has nothing to name.`,
      "Start `cpm network share` first, or give its --profile.",
    );
  }
  const usersFile = flags.users ?? usersFileOf(flags.profile);
  const accounts = new ShareAccounts(usersFile);
  for (const name of names) {
    const { aor, shownAs } = accountFor(name);
    const { account, password } = await (flags.renew === true
      ? accounts.renew(aor, shownAs)
      : accounts.invite(name));
    tell(account, joinLinkFor(record, account.aor, password), { output, usersFile });
  }
  return EXIT.done;
}

interface Told {
  readonly output: Output;
  readonly usersFile: string;
}

async function inviteAll(share: Share, names: readonly string[], told: Told): Promise<void> {
  for (const name of names) {
    const { aor } = accountFor(name);
    if (share.users.some((user) => user.aor === aor)) {
      told.output.hint(
        `${formatAddress(aor)} has an account already, and the link that it was given.`,
      );
      continue;
    }
    const { account, link } = await share.invite(name);
    tell(account, link, told);
  }
}

function tell(
  { aor, name = formatPerson(aor) }: UserAccount,
  link: string,
  { output, usersFile }: Told,
): void {
  output.event("invited", { aor, name, link });
  output.say(`\n${name} is ${formatAddress(aor)}. This link is a password, shown only now:\n`);
  output.say(`  ${link}\n`);
  for (const line of qrLines(link)) output.say(line);
  output.say(
    `It works until \`cpm network user remove ${formatAddress(aor)} --users ${usersFile}\`.`,
  );
}

function announce(share: Share, choice: SharingChoice, output: Output): void {
  const { name, host, fingerprint, ports } = share.record;
  const networks = Object.entries(ports).map(([domain, { sip, msrp }]) => ({
    domain,
    core: { tls: formatHostPort({ host, port: sip }) },
    pf: { msrps: formatHostPort({ host, port: msrp }) },
  }));
  output.event("ready", { name, ...choice, fingerprint, networks });
  output.say(`${name} is shared at ${host} (${choice.interfaceName}).`);
  for (const { domain, core } of networks) output.say(`${domain}  core ${core.tls} over TLS`);
  output.say(`Certificate  ${fingerprint}`);
  output.hint("Press Ctrl+C to stop. Accounts and links stay for the next time.");
}

function chosen({ interface: interfaceName, bind }: ShareFlags): SharingChoice {
  const address = bind === undefined ? undefined : bareHost(bind);
  const choice = chooseAddress(
    sharingChoices(networkInterfaces()),
    present({ interfaceName, address }),
  );
  if (choice.ok) return choice.value;
  throw noChoice(choice.error, bind ?? interfaceName ?? "");
}

function noChoice(why: NoChoice, asked: string): CommandError {
  switch (why.kind) {
    case "none":
      return usageError(
        "This computer is in no network that reaches others.",
        "Connect it, or share on this computer alone with --bind 127.0.0.1.",
      );
    case "several":
      return usageError(
        `There are several addresses to share at:\n${listed(why.choices)}`,
        "Choose one with --interface NAME or --bind ADDRESS.",
      );
    case "unknown":
      return usageError(
        `This computer has no ${asked} to share at. It has:\n${listed(why.choices)}`,
        "Choose one of these with --interface NAME or --bind ADDRESS.",
      );
  }
}

const REACH = {
  network: "",
  linkLocal: "  this cable or radio cell only",
  loopback: "  this computer only",
};

function listed(choices: readonly SharingChoice[]): string {
  return choices
    .map(({ interfaceName, address, reach }) => `  ${interfaceName}  ${address}${REACH[reach]}`)
    .join("\n");
}

function lostElement(element: string): CommandError {
  return new CommandError(EXIT.internal, `${element} ended unexpectedly; sharing was stopped.`, {
    ...{ code: "internal", action: "Start it again." },
  });
}
