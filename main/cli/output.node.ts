import { UserError } from "../compose/user-error.ts";
import { CommandError, EXIT, type ExitCode, exitOf } from "./exit-code.ts";

export interface OutputOptions {
  readonly isJson: boolean;
  /** Name of the profile in every event; `-` where there is none. */
  readonly profile: string;
}

/** Where a command writes: results to stdout, hints to stderr, or one JSON object per line. */
export class Output {
  readonly isJson: boolean;
  readonly #profile: string;

  constructor({ isJson, profile }: OutputOptions) {
    this.isJson = isJson;
    this.#profile = profile;
  }

  /** Progress may be drawn over itself. */
  get isInteractive(): boolean {
    return !this.isJson && process.stderr.isTTY;
  }

  /** Width of the terminal; without bound where results go to a file or a pipe. */
  get columns(): number {
    return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  }

  /** A result for people; nothing with `--json`. */
  say(line: string): void {
    if (!this.isJson) process.stdout.write(`${line}\n`);
  }

  /** A hint for people; nothing with `--json`. */
  hint(line: string): void {
    if (!this.isJson) process.stderr.write(`${line}\n`);
  }

  /** An event for programs; nothing without `--json`. */
  event(name: string, fields: object, profile = this.#profile): void {
    if (this.isJson) process.stdout.write(`${eventLine(name, fields, profile)}\n`);
  }

  /** What went wrong, in both forms. */
  error(error: unknown): ExitCode {
    const told = toCommandError(error);
    this.event("error", { code: told.code, message: told.message, action: told.action });
    this.hint(`cpm: ${told.message}${told.action === "" ? "" : `\n     ${told.action}`}`);
    return told.exit;
  }

  /** The last event of every command. */
  ended(exit: ExitCode): void {
    this.event("ended", { exit });
  }
}

/** One event of `--json` as one line. */
export function eventLine(name: string, fields: object, profile: string): string {
  return JSON.stringify({ event: name, at: new Date().toISOString(), profile, ...fields });
}

function toCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof UserError) {
    const { kind, message, action } = error;
    return new CommandError(exitOf(kind), message, { code: kind, action, cause: error });
  }
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CommandError(
    EXIT.internal,
    "Something in this program went wrong. Your files are untouched.",
    { code: "internal", action: details, cause: error },
  );
}
