import { CommanderError } from "commander";
import { UserError } from "../compose/user-error.ts";
import { EXIT, type ExitCode, exitOf } from "./exit-code.ts";
import { checkTraceFile } from "./given-files.node.ts";
import { Output } from "./output.node.ts";
import { buildProgram } from "./program.node.ts";
import { runClientChild } from "./role-client.node.ts";
import { runCoreChild, runPfChild } from "./role-network.node.ts";

/** How long what is still open may hold up the end of a process that has done its work. */
const LINGER_MS = 100;

/**
 * Runs one role of the program: the command line, or a child that a command line has started.
 * @returns the exit code; the process ends soon after, whatever is still open
 */
export async function runRole(
  role: "cli" | "network" | "pf" | "client",
  args: readonly string[],
): Promise<number> {
  // A reader that went away (`cpm flow … | head`) is no fault of this program.
  process.stdout.on("error", () => process.exit(EXIT.done));
  const exit = await (role === "cli" ? runCommandLine(args) : runChild(role, args));
  setTimeout(() => process.exit(exit), LINGER_MS).unref();
  return exit;
}

async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const program = buildProgram(async (action, flags) => {
    const output = new Output({
      isJson: flags.json === true,
      profile: flags.profile,
    });
    try {
      if (flags.trace !== undefined) await checkTraceFile(flags.trace);
      exit = await action();
    } catch (error) {
      exit = output.error(error);
    }
    output.ended(exit);
  });
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were asked for; everything else is a mistake on the command line, already told to people.
    if (error.exitCode === 0) return EXIT.done;
    const output = new Output({ isJson: args.includes("--json"), profile: "-" });
    output.event("error", {
      ...{ code: "usage", message: error.message.replace(/^error: /, ""), action: "Try --help." },
    });
    output.ended(EXIT.usage);
    return EXIT.usage;
  }
  return exit;
}

/** A child tells its parent why it can not start; its parent tells people. */
async function runChild(
  role: "network" | "pf" | "client",
  args: readonly string[],
): Promise<ExitCode> {
  try {
    if (role === "network") return await runCoreChild(args);
    if (role === "pf") return await runPfChild(args);
    return await runClientChild();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, action, kind } = error;
    process.stdout.write(
      `${JSON.stringify({ event: "failed", message, reason: message, action })}\n`,
    );
    return exitOf(kind);
  }
}
