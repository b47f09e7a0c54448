import { type BigIntStats, constants } from "node:fs";
import { access, lstat, readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { MAX_PICKED } from "../../../shared/ipc/limits.ts";
import type { PickProblem } from "../../../shared/model/app-state.ts";
import { mediaTypeOf } from "../../cpm/file/media-type.ts";
import { errorCode } from "../../storage/file-error.ts";
import { safeFileName } from "../../storage/file-name.ts";
import { isJunk, type LookedAt } from "../model/pick-list.ts";

/** Deeper folders, and more of them, are nobody's wish: a link or a mount leads in a circle there. */
const MAX_DEPTH = 32;
const MAX_FOLDERS = 20_000;

/** Looks at what the user chose: files as they are, folders with everything below them, in the order of their names. */
export async function lookAtPaths(paths: readonly string[]): Promise<readonly LookedAt[]> {
  const walk = new Walk();
  for (const path of paths) await walk.chosen(resolve(path));
  return walk.found;
}

class Walk {
  readonly found: LookedAt[] = [];
  #folders = 0;

  /** A link that the user chose is followed; one inside a folder is not, it may lead anywhere. */
  async chosen(path: string): Promise<void> {
    if (this.#isFull) return;
    try {
      const stats = await stat(path, { bigint: true });
      if (stats.isDirectory()) await this.#folder(path, basename(path), 0);
      else await this.#file(path, stats);
    } catch (error) {
      this.found.push(looked(path, { problem: problemOf(error) }));
    }
  }

  get #isFull(): boolean {
    return this.found.length >= MAX_PICKED;
  }

  async #folder(path: string, shownAs: string, depth: number): Promise<void> {
    this.#folders += 1;
    if (depth > MAX_DEPTH || this.#folders > MAX_FOLDERS) return;
    const names = (await readdir(path)).filter((name) => !isJunk(name));
    for (const name of names.sort((a, b) => a.localeCompare(b))) {
      if (this.#isFull) return;
      await this.#entry(join(path, name), `${shownAs}/${name}`, depth);
    }
  }

  async #entry(path: string, shownAs: string, depth: number): Promise<void> {
    try {
      const stats = await lstat(path, { bigint: true });
      if (stats.isSymbolicLink()) return;
      if (stats.isDirectory()) await this.#folder(path, shownAs, depth + 1);
      else await this.#file(path, stats, shownAs);
    } catch (error) {
      this.found.push(looked(path, { shownAs, problem: problemOf(error) }));
    }
  }

  async #file(path: string, stats: BigIntStats, shownAs?: string): Promise<void> {
    const isFile = stats.isFile();
    // Throws where it may not be read.
    if (isFile) await access(path, constants.R_OK);
    this.found.push(
      looked(path, {
        sizeOctets: Number(stats.size),
        identity: `${String(stats.dev)}:${String(stats.ino)}`,
        ...(shownAs === undefined ? {} : { shownAs }),
        ...(isFile ? {} : { problem: "notAFile" }),
      }),
    );
  }
}

function looked(path: string, more: Partial<LookedAt>): LookedAt {
  const name = basename(path);
  const type = mediaTypeOf(name);
  return { path, name, type, sizeOctets: 0, storableName: safeFileName(name), ...more };
}

function problemOf(error: unknown): PickProblem {
  const code = errorCode(error);
  if (code === undefined) throw error;
  return code === "ENOENT" || code === "ENOTDIR" ? "vanished" : "unreadable";
}
