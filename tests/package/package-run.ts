import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

export const ROOT = join(import.meta.dirname, "..", "..");

const execute = promisify(execFile);

/** Runs a program and returns what it printed; rejects with it when it fails. */
export async function output(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...args], { cwd: ROOT, maxBuffer: 64 << 20 });
  return stdout;
}

/** `npm run package -- …` */
export function runPackage(...args: readonly string[]): Promise<string> {
  return output(process.execPath, join(ROOT, "scripts", "package.mjs"), ...args);
}

/** A run that must not end well: its exit code and all that it said. */
export function failedPackage(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const script = join(ROOT, "scripts", "package.mjs");
    const options = [...args, "--electron-dist=nowhere"];
    const child = execFile(process.execPath, [script, ...options], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, text: `${stdout}${stderr}` });
    });
    child.once("error", reject);
  });
}
