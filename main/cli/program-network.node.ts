import { type Command, Option } from "commander";
import { type NetworkFlags, runNetworkUp } from "./command-network.node.ts";
import {
  type InviteFlags,
  runInvite,
  runNetworkShare,
  type ShareFlags,
} from "./command-share.node.ts";
import {
  runUserAdd,
  runUserList,
  runUserRemove,
  type UserAddFlags,
  type UsersFlags,
} from "./command-users.node.ts";
import { example, number, type Run } from "./program-parts.ts";

const PROFILE = "cpm-network";

/** `cpm network …`: the built-in networks and their accounts. */
export function addNetwork(program: Command, run: Run): void {
  const network = program.command("network").description("The built-in home networks.");
  network.addHelpText("after", example("cpm network up --port-base 41001"));
  addUp(network, run);
  addShare(network, run);
  addInvite(network, run);
  addUsers(network, run);
}

function addUp(network: Command, run: Run): void {
  network
    .command("up")
    .description("Start a.example and b.example, each a SIP/IP Core and a Participating Function.")
    .option("--bind <address>", "address to listen on", "127.0.0.1")
    .addOption(portBase("six ports"))
    .option("--tls", "cores listen on TLS too, with a certificate whose fingerprint is told")
    .option("--users <file>", "accounts beside, or instead of, the demo accounts")
    .option("--trace <file>", "write every message of the networks here when they stop")
    .option("--lab", "let windows and other programs of yours on this machine find it")
    .option("--json", "one JSON object per line")
    .addHelpText("after", example("cpm network up --json --trace network.jsonl"))
    .action((flags: NetworkFlags) =>
      run(() => runNetworkUp(flags), { ...flags, profile: "network" }),
    );
}

function addShare(network: Command, run: Run): void {
  network
    .command("share")
    .description("Start both networks for people nearby, encrypted, with accounts of their own.")
    .option("--interface <name>", "share at this interface's address")
    .option("--bind <address>", "share at this address of this computer")
    .option("--profile <dir>", "keeps certificate, ports and accounts", PROFILE)
    .option("--users <file>", "accounts; users.json of the profile unless given")
    .option("--name <text>", "how the network is called in invitations")
    .option("--invite <name...>", "make an account for NAME or NAME@DOMAIN and show its link")
    .addOption(portBase("four ports"))
    .option("--trace <file>", "write every message of the networks here when they stop")
    .option("--json", "one JSON object per line")
    .addHelpText("after", example('cpm network share --name "Anna\'s lab" --invite Bob'))
    .action((flags: ShareFlags) =>
      run(() => runNetworkShare(flags), { ...flags, profile: "network" }),
    );
}

function addInvite(network: Command, run: Run): void {
  network
    .command("invite <name...>")
    .description("Make accounts in a shared network and show their links, which are passwords.")
    .option("--profile <dir>", "the profile of `cpm network share`", PROFILE)
    .option("--users <file>", "accounts; users.json of the profile unless given")
    .option("--renew", "a new link for somebody who has one; the old one is void")
    .option("--json", "one JSON object per line")
    .addHelpText("after", example("cpm network invite Bob Carol"))
    .action((names: string[], flags: InviteFlags) =>
      run(() => runInvite(names, flags), { json: flags.json === true, profile: "network" }),
    );
}

function addUsers(network: Command, run: Run): void {
  const user = network.command("user").description("Accounts of a users file.");
  user.addHelpText("after", example("cpm network user add dave@a.example --users users.json"));
  usersCommand(user, "add <address>")
    .description("Add an account; asks for a password, or makes one.")
    .option("--password-file <file>", "the password is this file's first line")
    .addHelpText("after", example("cpm network user add dave@a.example --users users.json"))
    .action((address: string, flags: UserAddFlags) =>
      run(() => runUserAdd(address, flags), { ...flags, profile: "network" }),
    );
  usersCommand(user, "list")
    .description("Who has an account, and when each was last there.")
    .addHelpText("after", example("cpm network user list --users cpm-network/users.json"))
    .action((flags: UsersFlags) => run(() => runUserList(flags), { ...flags, profile: "network" }));
  usersCommand(user, "remove <address>")
    .description("Remove an account; links for it are void.")
    .addHelpText("after", example("cpm network user remove bob@b.example"))
    .action((address: string, flags: UsersFlags) =>
      run(() => runUserRemove(address, flags), { ...flags, profile: "network" }),
    );
}

function usersCommand(user: Command, name: string): Command {
  return user
    .command(name)
    .option("--users <file>", "the users file", "users.json")
    .option("--json", "one JSON object per line");
}

function portBase(ports: string): Option {
  return new Option(
    "--port-base <n>",
    `use ${ports} from here on instead of ones the system chooses`,
  ).argParser(number(1024, 65_530));
}
