import { systemClock } from "../base/clock.node.ts";
import type { Log, LogLevel } from "../base/ports.ts";
import { PacedLog } from "./paced-log.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Writes to stderr what is at least as grave as `CPM_LOG` says (`debug`, `info`, `warn`, `error`; default `error`). */
export function stderrLog(name: string): Log {
  const asked = process.env["CPM_LOG"] ?? "error";
  return new PacedLog({
    clock: systemClock(),
    threshold: LEVELS.find((level) => level === asked) ?? "error",
    sink: (line) => {
      process.stderr.write(`${name} ${line}\n`);
    },
  });
}
