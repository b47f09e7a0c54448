import { Command, Option } from "commander";
import { profileName } from "../compose/profile.node.ts";
import { VERSION } from "../compose/version.ts";
import { type ClientCommandFlags, runClientCommand } from "./command-client.node.ts";
import { type DemoFlags, runDemo } from "./command-demo.node.ts";
import { type FlowFlags, runFlowCommand } from "./command-flow.node.ts";
import { type HistoryFlags, runHistoryCommand } from "./command-history.node.ts";
import { type JoinCommandFlags, runJoinCommand } from "./command-join.node.ts";
import { type PfFlags, runPfCommand } from "./command-pf.node.ts";
import { type ResumeFlags, runResumeCommand } from "./command-resume.node.ts";
import { runSendCommand, type SendFlags } from "./command-send.node.ts";
import { runTraceCommand, type TraceFlags } from "./command-trace.node.ts";
import { addNetwork } from "./program-network.node.ts";
import { example, number, type Run } from "./program-parts.ts";

const MAX_DEVICES = 10;
const MAX_RING_S = 86_400;
const MAX_DELAY_MS = 86_400_000;
const MAX_WAIT_S = 86_400;

/** The commands of `cpm`, their options and their help. */
export function buildProgram(run: Run): Command {
  const program = new Command("cpm")
    .description("Files between people over OMA CPM: SIP and MSRP, with the networks built in.")
    .version(VERSION)
    .showHelpAfterError("Try --help.")
    .exitOverride();
  program.addHelpText("after", example("cpm demo holiday.jpg plan.pdf"));
  addNetwork(program, run);
  addJoin(program, run);
  addClient(program, run);
  addSend(program, run);
  addResume(program, run);
  addPf(program, run);
  addHistory(program, run);
  addDemo(program, run);
  addFlow(program, run);
  addTrace(program, run);
  return program;
}

/** Options that say who and where a device is. */
function withIdentity(command: Command): Command {
  return command
    .option("--as <sip-uri>", "your address, for example sip:alice@a.example")
    .option("--core <address>", "HOST:PORT[;transport=tcp|udp|tls] of your SIP/IP Core")
    .option("--core-fingerprint <sha256>", "the certificate that the core has to show over TLS")
    .option(
      "--join-file <file>",
      "instead of --as and --core: a link to join is this file's first line, - for stdin (or CPM_JOIN)",
    )
    .requiredOption("--profile <dir>", "this device's data; one folder for each device")
    .option("--device <name>", "name of this device; the profile's name unless given")
    .option("--password-file <file>", "the password is this file's first line (or CPM_PASSWORD)")
    .option(
      "--relay <uri>",
      "msrp://[USER@]HOST:PORT of the MSRP relay that files go through; given again: used when it fails",
      (uri: string, before: readonly string[] | undefined) => [...(before ?? []), uri],
    )
    .option(
      "--relay-password-file <file>",
      "the password at the relay is this file's first line; your account's unless given",
    )
    .option("--trace <file>", "write every message of this device here")
    .option("--json", "one JSON object per line");
}

function addJoin(program: Command, run: Run): void {
  program
    .command("join [file]")
    .description(
      "Join the network of somebody nearby by the link in a file, - for stdin (or CPM_JOIN).",
    )
    .requiredOption("--profile <dir>", "this device's data; keeps the account")
    .option("--device <name>", "name of this device; the profile's name unless given")
    .option("--json", "one JSON object per line")
    .addHelpText("after", example("cpm join link.txt --profile bob-laptop"))
    .action((file: string | undefined, flags: JoinCommandFlags) =>
      run(() => runJoinCommand(file, flags), named(flags)),
    );
}

function addClient(program: Command, run: Run): void {
  withIdentity(program.command("client"))
    .description("One device: registers, rings on offers and answers them by rule.")
    .option("--receive <dir>", "where received files go; DIR/received of the profile unless given")
    .option("--accept <rule>", "all, none, ask, or patterns such as '*.pdf,*.jpg'", "all")
    .addOption(
      new Option("--decline <where>", "refuse on this device only, or for all of them")
        .choices(["here", "everywhere"])
        .default("everywhere"),
    )
    .option("--busy", "take no offers: every one is answered with 486")
    .option(
      "--ring-time <s>",
      "seconds until an unanswered offer is given up",
      number(1, MAX_RING_S),
    )
    .option(
      "--delay-answer <ms>",
      "milliseconds to ring before answering",
      number(0, MAX_DELAY_MS),
      0,
    )
    .option("--once", "end with the first offer, and with its exit code")
    .addHelpText(
      "after",
      example(
        "cpm client --as sip:bob@b.example --core 127.0.0.1:41004 --profile bob-phone --accept ask",
      ),
    )
    .action((flags: ClientCommandFlags) => run(() => runClientCommand(flags), named(flags)));
}

function addSend(program: Command, run: Run): void {
  withIdentity(program.command("send <file...>"))
    .description("Offer files to someone and transfer what is accepted.")
    .requiredOption("--to <uri>", "sip:, sips: or tel: address of the receiver")
    .option("--expect <outcome>", "accepted:N, verified:N, declined or noanswer; exit 8 otherwise")
    .option(
      "--wait <s>",
      "seconds to wait for a receiver that is gone in the middle; 360 unless given, 0 for not at all",
      number(0, MAX_WAIT_S),
    )
    .addHelpText(
      "after",
      example(
        "cpm send plan.pdf --to sip:bob@b.example --as sip:alice@a.example --core 127.0.0.1:41001 --profile alice",
      ),
    )
    .action((files: string[], flags: SendFlags) =>
      run(() => runSendCommand(files, flags), named(flags)),
    );
}

function addResume(program: Command, run: Run): void {
  withIdentity(program.command("resume [id]"))
    .description("Go on with an interrupted transfer, sent or received; the newest unless named.")
    .option("--list", "only show what can go on, and how far it is; needs no more than --profile")
    .addHelpText(
      "after",
      example("cpm resume --as sip:bob@b.example --core 127.0.0.1:41004 --profile bob-phone"),
    )
    .action((id: string | undefined, flags: ResumeFlags) =>
      run(() => runResumeCommand(id, flags), named(flags)),
    );
}

function addPf(program: Command, run: Run): void {
  program
    .command("pf")
    .description("One Participating Function as a worker behind a core of your own.")
    .requiredOption("--core <address>", "HOST:PORT of the core")
    .requiredOption("--listen <address>", "HOST:PORT for SIP; port 0 lets the system choose")
    .option("--node <address...>", "HOST:PORT of the core's other nodes, which are heard as well")
    .option("--domain <domain>", "the home network it serves")
    .option("--trace <file>", "write every message here")
    .option("--json", "one JSON object per line")
    .addHelpText(
      "after",
      example("cpm pf --core 192.0.2.1:5060 --listen 192.0.2.2:5070 --domain a.example"),
    )
    .action((flags: PfFlags) => run(() => runPfCommand(flags), { ...flags, profile: "pf" }));
}

function addHistory(program: Command, run: Run): void {
  program
    .command("history")
    .description("The offers of a profile, newest first.")
    .requiredOption("--profile <dir>", "the device's data")
    .option("--json", "one JSON object per line")
    .addHelpText("after", example("cpm history --profile alice"))
    .action((flags: HistoryFlags) => run(() => runHistoryCommand(flags), named(flags)));
}

function addDemo(program: Command, run: Run): void {
  program
    .command("demo [file...]")
    .description("The main job in one command: Alice sends files to Bob, who has several devices.")
    .option("--devices <n>", "how many devices Bob has", number(1, MAX_DEVICES), 2)
    .option("--accept <rule>", "what Bob takes: all, none, or patterns such as '*.pdf'", "all")
    .option("--trace <file>", "write every message of every element here")
    .option("--json", "one JSON object per line")
    .addHelpText("after", example("cpm demo holiday.jpg plan.pdf --accept '*.pdf'"))
    .action((files: string[], flags: DemoFlags) =>
      run(() => runDemo(files, flags), { ...flags, profile: "demo" }),
    );
}

function addFlow(program: Command, run: Run): void {
  program
    .command("flow <trace...>")
    .description("Draw a trace as a ladder with the step numbers of the change request.")
    .option("--check", "exit 8 when a step is missing or precedes its cause")
    .addOption(new Option("--format <format>", "text or json").choices(["text", "json"]))
    .option("--json", "the same as --format json")
    .addHelpText("after", example("cpm demo --trace demo.jsonl && cpm flow demo.jsonl --check"))
    .action((traces: string[], flags: FlowFlags) =>
      run(() => runFlowCommand(traces, flags), {
        profile: "-",
        json: flags.json === true || flags.format === "json",
      }),
    );
}

function addTrace(program: Command, run: Run): void {
  program
    .command("trace")
    .description("Take the messages that a core of another make mirrors (HEPv3) into a trace.")
    .requiredOption("--listen <address>", "HOST:PORT to listen on; port 0 lets the system choose")
    .requiredOption(
      "--node <number,name,address>",
      "a core's number in the mirror, its name in the trace, its HOST:PORT; given again: another",
      (node: string, before: readonly string[] | undefined) => [...(before ?? []), node],
    )
    .requiredOption("--trace <file>", "write the messages here")
    .option("--json", "one JSON object per line")
    .addHelpText(
      "after",
      example(
        "cpm trace --listen 127.0.0.1:9060 --node 1,core-a,192.0.2.1:5060 --trace core-a.jsonl",
      ),
    )
    .action((flags: TraceFlags) =>
      run(() => runTraceCommand(flags), { ...flags, profile: "trace" }),
    );
}

/** Events carry the profile's name, options its folder. */
function named<T extends { readonly profile: string }>(flags: T): T {
  return { ...flags, profile: profileName(flags.profile) };
}
