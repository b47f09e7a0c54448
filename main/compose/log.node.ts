import type { Log, LogLevel } from "../base/ports.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Writes to stderr what is at least as grave as `CPM_LOG` says (`debug`, `info`, `warn`, `error`; default `error`). */
export function stderrLog(name: string): Log {
  const asked = process.env["CPM_LOG"] ?? "error";
  const threshold = LEVELS.find((level) => level === asked) ?? "error";
  return {
    write: (level, message, fields) => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(threshold)) return;
      const details = fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
      process.stderr.write(`${name} ${level}: ${message}${details}\n`);
    },
  };
}
