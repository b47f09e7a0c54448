import { stat } from "node:fs/promises";
import type { Files } from "../../base/files.ts";
import type { Log } from "../../base/ports.ts";
import { errorCode } from "../../storage/file-error.ts";
import type { BookCard, BookFile } from "../model/card-entry.ts";
import type { NamedFile } from "./folder-look.node.ts";

export type HashingFiles = Pick<Files, "openSource" | "hash">;

/** Files whose hashes are remembered, so that an offer that rings for minutes is not compared again and again. */
const MAX_KNOWN = 500;

interface Known {
  readonly sizeOctets: number;
  readonly modifiedMs: number;
  readonly hashes: ReadonlySet<string>;
}

/** Whether what is offered is in a folder already: read only where name and size agree, and off the main thread. */
export class SameFiles {
  readonly #files: HashingFiles;
  readonly #log: Log;
  readonly #known = new Map<string, Known>();

  constructor(files: HashingFiles, log: Log) {
    this.#files = files;
    this.#log = log;
  }

  /**
   * Indexes of files whose content lies in the folder under their own name.
   * @param taken files of the card, with what has their name
   */
  async among(card: BookCard, taken: readonly NamedFile[], signal: AbortSignal): Promise<number[]> {
    const same: number[] = [];
    for (const { index, path } of taken) {
      const file = card.files.find((one) => one.index === index);
      if (file !== undefined && !signal.aborted && (await this.#isSame(file, path, signal)))
        same.push(index);
    }
    return same;
  }

  async #isSame(
    { hash, sizeOctets }: BookFile,
    path: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (hash === undefined || !/^sha-(?:1|256):/.test(hash)) return false;
    const size = await sizeOf(path);
    if (size === undefined || size.octets !== sizeOctets) return false;
    const known = this.#known.get(path);
    const isCurrent = known?.sizeOctets === size.octets && known.modifiedMs === size.modifiedMs;
    const hashes = isCurrent ? known.hashes : await this.hashes(path, signal);
    if (hashes === undefined) return false;
    this.#remember(path, { sizeOctets, modifiedMs: size.modifiedMs, hashes });
    return hashes.has(hash);
  }

  /** Both hashes of a file, written as cards have them; undefined where it cannot be read, or the signal came. */
  async hashes(path: string, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const source = await this.#files.openSource(path);
    if (!source.ok) return undefined;
    try {
      const hashes = await this.#files.hash(source.value, signal);
      if (hashes.ok)
        return new Set([`sha-1:${hashes.value.sha1}`, `sha-256:${hashes.value.sha256}`]);
      if (!signal.aborted)
        this.#log.write("warn", "a file could not be compared", { why: hashes.error.message });
      return undefined;
    } finally {
      await source.value.close();
    }
  }

  #remember(path: string, known: Known): void {
    this.#known.delete(path);
    this.#known.set(path, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

async function sizeOf(
  path: string,
): Promise<{ readonly octets: number; readonly modifiedMs: number } | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? { octets: stats.size, modifiedMs: stats.mtimeMs } : undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
