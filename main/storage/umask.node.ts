import { readFile } from "node:fs/promises";
import { errorCode } from "./file-error.ts";

/** Where the system does not tell: readable for all, writable for the user. */
const USUAL_UMASK = 0o022;

let known: Promise<number> | undefined;

/**
 * The permissions that new files of this process go without; nothing here changes them. Read once, from /proc, because
 * asking the system call means setting it for a moment, for all threads.
 */
export function currentUmask(): Promise<number> {
  known ??= readUmask();
  return known;
}

async function readUmask(): Promise<number> {
  try {
    const status = await readFile("/proc/self/status", "latin1");
    const digits = /^Umask:\s*([0-7]{1,4})$/m.exec(status)?.[1];
    return digits === undefined ? USUAL_UMASK : Number.parseInt(digits, 8);
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
    return USUAL_UMASK;
  }
}
