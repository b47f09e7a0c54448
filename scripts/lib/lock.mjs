import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;
/** A holder that has not yet written its pid is either about to, or dead. */
const NAMELESS_LIMIT_MS = 5000;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function holderOf(folder) {
  try {
    return Number(readFileSync(join(folder, "pid"), "utf8")) || undefined;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function take(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(folder, "pid"), String(process.pid));
  return true;
}

/**
 * Runs `work` while this process alone holds the lock folder; waits for another holder and breaks the
 * lock of a dead one.
 * @param folder path that exists only while the lock is held
 */
export async function withLock(folder, work) {
  mkdirSync(dirname(folder), { recursive: true });
  let namelessMs = 0;
  while (!take(folder)) {
    const holder = holderOf(folder);
    namelessMs = holder === undefined ? namelessMs + POLL_MS : 0;
    const isStale = holder === undefined ? namelessMs > NAMELESS_LIMIT_MS : !isAlive(holder);
    if (isStale) rmSync(folder, { recursive: true, force: true });
    else await sleep(POLL_MS);
  }
  const giveBack = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", giveBack);
  try {
    return await work();
  } finally {
    process.off("exit", giveBack);
    giveBack();
  }
}
