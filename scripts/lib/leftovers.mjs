import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Programs started by the tests inherit this variable, however far they detach themselves. */
export const MARK = "CPM_TEST_RUN";

const GRACE_MS = 3000;
const POLL_MS = 100;

/** /proc may lose a process between two looks, and hides those of other users. */
function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(error.code)) return "";
    throw error;
  }
}

function isZombie(pid) {
  return /^State:\s+Z/m.test(readProc(pid, "status"));
}

function marked(mark) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => readProc(pid, "environ").split("\0").includes(`${MARK}=${mark}`))
    .filter((pid) => !isZombie(pid))
    .map((pid) => ({
      pid: Number(pid),
      command: readProc(pid, "cmdline").replaceAll("\0", " ").trim(),
    }));
}

/**
 * Processes of a test run that are still there after a short grace.
 * @param mark value of `MARK` in the environment of the run
 * @returns empty where /proc does not exist
 */
export async function leftovers(mark) {
  if (process.platform !== "linux") return [];
  const deadline = Date.now() + GRACE_MS;
  let found = marked(mark);
  while (found.length > 0 && Date.now() < deadline) {
    await sleep(POLL_MS);
    found = marked(mark);
  }
  return found;
}
