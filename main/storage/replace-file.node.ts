import { basename, dirname } from "node:path";
import { errorCode } from "./file-error.ts";
import { collisionKey, numberedName, safeFileName } from "./file-name.ts";
import { HeldFolder } from "./held-folder.node.ts";
import { publish, takeName, type Unpublished } from "./publish.node.ts";

/** Puts a file where its user can get it back from, as `shell.trashItem` does; rejects where it cannot. */
export type Trash = (path: string) => Promise<void>;

export type Replacement =
  /** It has the name now, or had it from the start. */
  | { readonly kind: "done"; readonly path: string }
  /** The file that was there stays, and the new one beside it. */
  | ({ readonly kind: "beside" } & Obstacle);

/** Why a file keeps its numbered name. */
export type Obstacle =
  | { readonly why: "otherName" | "folderReplaced" }
  /** `name`: of what is in the way, or of what cannot be had. */
  | { readonly why: "notAFile" | "notBinned" | "nameNotGiven"; readonly name: string };

/**
 * Gives a received file the name it was offered with, when it had to be numbered because of a file of that name: that
 * one goes to the system's bin first. Nothing is ever overwritten: what takes the name meanwhile keeps it.
 * @param path where the file was published
 * @param offeredName as it was shown
 */
export async function replaceFile(
  path: string,
  offeredName: string,
  trash: Trash,
): Promise<Replacement> {
  const wanted = safeFileName(offeredName);
  const now = basename(path);
  if (now === wanted) return { kind: "done", path };
  if (!isNumbered(now, wanted)) return beside({ why: "otherName" });
  const done = await withFile(path, (file) => replaceIn(file, wanted, trash));
  return done ?? beside(nameRefused(wanted));
}

/** As {@link replaceFile}, in a folder that is held. Throws errors of the system. */
export async function replaceIn(
  file: Unpublished,
  wanted: string,
  trash: Trash,
): Promise<Replacement> {
  const refusal = await clearWay(file, wanted, trash);
  if (refusal !== undefined) return beside(refusal);
  if (!(await takeName(file, wanted))) return beside(nameRefused(wanted));
  await file.folder.sync();
  return { kind: "done", path: await file.folder.shownPath(wanted) };
}

function nameRefused(wanted: string): Obstacle {
  return { why: "nameNotGiven", name: wanted };
}

/**
 * Gives a file that was set aside the name it was offered with, or the next free number of it.
 * @returns its new path; undefined when it stays where it is
 */
export async function takeFreeName(path: string, offeredName: string): Promise<string | undefined> {
  return withFile(path, async (file) => {
    const name = await publish(file, safeFileName(offeredName));
    return file.folder.shownPath(name);
  });
}

/** @returns undefined also where the disk does not let it happen; the file stays where it is */
async function withFile<T>(
  path: string,
  task: (file: Unpublished) => Promise<T>,
): Promise<T | undefined> {
  let folder: HeldFolder | undefined;
  try {
    folder = await HeldFolder.open(dirname(path));
    const partName = basename(path);
    const identity = await folder.identityOf(partName);
    return identity === undefined ? undefined : await task({ folder, partName, identity });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  } finally {
    await folder?.close();
  }
}

/** @returns why something stays in the way */
async function clearWay(
  { folder, partName }: Unpublished,
  wanted: string,
  trash: Trash,
): Promise<Obstacle | undefined> {
  const inTheWay = (await folder.names()).filter(
    (name) => name !== partName && collisionKey(name) === collisionKey(wanted),
  );
  for (const name of inTheWay) {
    const refusal = await putAway(folder, name, trash);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** @returns why it stays where it is */
async function putAway(
  folder: HeldFolder,
  name: string,
  trash: Trash,
): Promise<Obstacle | undefined> {
  const stats = await folder.statOf(name);
  if (stats === undefined) return undefined;
  if (!stats.isFile()) return { why: "notAFile", name };
  // The bin takes a path: it must lead to the folder that was looked into.
  if (!(await folder.isInPlace())) return { why: "folderReplaced" };
  try {
    await trash(await folder.shownPath(name));
    return undefined;
  } catch {
    // Also what the desktop throws, which has errors of its own.
    return { why: "notBinned", name };
  }
}

/** Whether a file was stored beside one of its own name. */
export function isBesideItsName(path: string, offeredName: string): boolean {
  return isNumbered(basename(path), safeFileName(offeredName));
}

function isNumbered(name: string, wanted: string): boolean {
  return [...name.matchAll(/\((\d{1,4})\)/g)].some(([, digits]) => {
    const count = Number(digits);
    return count > 0 && numberedName(wanted, count) === name;
  });
}

function beside(obstacle: Obstacle): Replacement {
  return { kind: "beside", ...obstacle };
}
