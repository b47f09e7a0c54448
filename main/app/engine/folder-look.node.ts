import { mkdir, readdir, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { Files } from "../../base/files.ts";
import { ok } from "../../base/result.ts";
import { errorCode } from "../../storage/file-error.ts";
import { collisionKey, safeFileName } from "../../storage/file-name.ts";
import { reserveOctets } from "../../storage/free-space.ts";
import type { BookCard } from "../model/card-entry.ts";

/** A file of a card, and the file of the folder that has its name. */
export interface NamedFile {
  readonly index: number;
  readonly path: string;
}

/** Room in a folder, and what has the names of an offer's files there. */
export interface FolderContent {
  readonly folder: string;
  readonly freeOctets?: number;
  readonly taken: readonly NamedFile[];
}

export async function lookIntoFolder(
  files: Pick<Files, "freeOctets">,
  folder: string,
  card: BookCard,
): Promise<FolderContent> {
  const freeOctets = await roomIn(files, folder);
  const names = new Map((await namesIn(folder)).map((name) => [collisionKey(name), name]));
  const taken = card.files.flatMap(({ index, name }) => {
    const there = names.get(collisionKey(safeFileName(name)));
    return there === undefined ? [] : [{ index, path: join(folder, there) }];
  });
  return { folder, taken, ...(freeOctets === undefined ? {} : { freeOctets }) };
}

/** Octets that may be written there, the reserve taken off. */
export async function roomIn(
  files: Pick<Files, "freeOctets">,
  folder: string,
): Promise<number | undefined> {
  const free = await files.freeOctets(folder);
  return free.ok ? Math.max(0, free.value - reserveOctets(free.value)) : undefined;
}

/** Empty for a folder that does not exist yet or cannot be read. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
}

export async function isFolder(path: string): Promise<boolean> {
  if (!isAbsolute(path)) return false;
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

/** Makes it where it is not there. */
export async function canBeMade(folder: string): Promise<boolean> {
  if (!isAbsolute(folder)) return false;
  try {
    await mkdir(folder, { recursive: true });
    return true;
  } catch {
    // Whatever the system has against it, files cannot be stored there.
    return false;
  }
}

/** The disk as a test says it is. */
export function withRoom(
  files: Pick<Files, "freeOctets">,
  octetsIn: ((folder: string) => number | undefined) | undefined,
): Pick<Files, "freeOctets"> {
  return {
    freeOctets: async (folder) => {
      const octets = octetsIn?.(folder);
      return octets === undefined ? files.freeOctets(folder) : ok(octets);
    },
  };
}
