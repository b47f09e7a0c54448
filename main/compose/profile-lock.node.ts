import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Held by one program at a time: for a profile, the one that is its device. */
export interface ProfileLock {
  release(): void;
}

/**
 * Takes the profile for this program; undefined when another one holds it. The lock is SQLite's own on a file beside the
 * history: the system gives it back however its holder ends, so that none is ever left behind.
 */
export function lockProfile(folder: string): ProfileLock | undefined {
  return lockFile(join(folder, "device.lock"));
}

/** Takes a file, made when it is not there, as a lock between programs. */
export function lockFile(path: string): ProfileLock | undefined {
  const database = new DatabaseSync(path);
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return {
    release: () => {
      database.close();
    },
  };
}

/** SQLITE_BUSY (5): another connection holds the lock. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}
