import { InvalidArgumentError } from "commander";
import { parseDecimalIn } from "../base/decimal.ts";
import type { ExitCode } from "./exit-code.ts";

/** What a command is run with once it was understood. */
export type Run = (
  action: () => ExitCode | Promise<ExitCode>,
  output: { readonly json?: boolean; readonly profile: string; readonly trace?: string },
) => Promise<void>;

export function number(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = parseDecimalIn(text, min, max);
    if (value !== undefined) return value;
    throw new InvalidArgumentError(`A number from ${String(min)} to ${String(max)} is needed.`);
  };
}

export function example(line: string): string {
  return `\nExample:\n  $ ${line}\n`;
}
