import type { FileHandle } from "node:fs/promises";
import { errorCode } from "./file-error.ts";
import type { SuspendedHash } from "./hash-pool.node.ts";

/** Parts that this process left and may go on with at any time; the oldest is hashed from its start again. */
const MAX_KEPT = 64;

/** A kept file says that it was written a moment after it was. An earlier time would move its birth on some systems. */
const MARK_AHEAD_S = 1;

interface Kept {
  readonly hash: SuspendedHash;
  readonly mark: string;
}

/**
 * How far the parts that this process has closed are hashed. A transfer that breaks every few seconds goes on with that,
 * as long as nobody has touched the file in between; another process reads the part from its start.
 */
export class KeptHashes {
  readonly #kept = new Map<string, Kept>();

  /** @param handle of the part, which is written to no more */
  async keep(key: string, hash: SuspendedHash, handle: FileHandle): Promise<void> {
    this.drop(key);
    try {
      // The clock of a file system stands still for milliseconds: a time of our own shows every write.
      const nowS = Date.now() / 1000;
      await handle.utimes(nowS, nowS + MARK_AHEAD_S);
      this.#kept.set(key, { hash, mark: await markOf(handle) });
    } catch (cause) {
      hash.drop();
      if (errorCode(cause) === undefined) throw cause;
    }
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.drop(oldest);
    }
  }

  /** @returns undefined where nothing is known of the file, or somebody has written to it */
  async take(key: string, handle: FileHandle): Promise<SuspendedHash | undefined> {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    if ((await markOf(handle).catch(() => "")) === kept.mark) return kept.hash;
    kept.hash.drop();
    return undefined;
  }

  drop(key: string): void {
    this.#kept.get(key)?.hash.drop();
    this.#kept.delete(key);
  }
}

/** Whoever sets the time of writing back changes the time of change. */
async function markOf(handle: FileHandle): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await handle.stat({ bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].map(String).join(":");
}
