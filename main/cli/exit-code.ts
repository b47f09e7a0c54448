import type { UserErrorKind } from "../compose/user-error.ts";

/** What the exit codes of `cpm` mean; scripts rely on them. */
export const EXIT = {
  done: 0,
  internal: 1,
  usage: 2,
  declined: 3,
  noAnswer: 4,
  partly: 5,
  verificationFailed: 6,
  network: 7,
  expectation: 8,
  interrupted: 9,
  elsewhere: 10,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What happened, what it means and the one thing to do next, in words for people; ends the command with `exit`. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exit: ExitCode;
  readonly code: string;
  readonly action: string;

  constructor(
    exit: ExitCode,
    message: string,
    details: { readonly code: string; readonly action: string; readonly cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.exit = exit;
    this.code = details.code;
    this.action = details.action;
  }
}

/** A mistake on the command line or in a file it names. */
export function usageError(message: string, action: string): CommandError {
  return new CommandError(EXIT.usage, message, { code: "usage", action });
}

/** What a command ends with when something it needs could not start. */
export function exitOf(kind: UserErrorKind): ExitCode {
  return kind === "usage" || kind === "storage" ? EXIT.usage : EXIT.network;
}
