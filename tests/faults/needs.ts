import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Why a case cannot run here; undefined where it can. */
export type Missing = () => string | undefined;

export const needsRoot: Missing = () =>
  process.getuid?.() === 0 && process.platform === "linux" ? undefined : "root on Linux";

/** Runs a program of the system to its end; throws what it said when it fails. */
export function must(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

/** Root, and these programs. */
export function needsRootAnd(...programs: readonly string[]): Missing {
  return () => needsRoot() ?? programs.find((program) => !hasProgram(program));
}

export function hasProgram(program: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => existsSync(`${folder}/${program}`));
}
