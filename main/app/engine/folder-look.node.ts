import { readdir, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { Card } from "../../../shared/model/card.ts";
import type { Files } from "../../base/files.ts";
import { errorCode } from "../../storage/file-error.ts";
import { collisionKey, safeFileName } from "../../storage/file-name.ts";
import { reserveOctets } from "../../storage/free-space.ts";
import type { FolderLook } from "../model/card-book.ts";

/** What the folder means for an offer: room, and names that are taken. */
export async function lookIntoFolder(
  files: Pick<Files, "freeOctets">,
  folder: string,
  card: Card,
): Promise<FolderLook> {
  const freeOctets = await roomIn(files, folder);
  const names = new Set((await namesIn(folder)).map(collisionKey));
  const taken = card.files
    .filter(({ name }) => names.has(collisionKey(safeFileName(name))))
    .map(({ index }) => index);
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
export async function namesIn(folder: string): Promise<readonly string[]> {
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
