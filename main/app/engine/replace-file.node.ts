import { link, lstat, open, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../../storage/file-error.ts";
import { collisionKey, numberedName, safeFileName } from "../../storage/file-name.ts";
import { namesIn } from "./folder-look.node.ts";

const MAX_TRIES = 1000;

export type Replacement =
  /** It has the name now, or had it from the start. */
  | { readonly kind: "done"; readonly path: string }
  /** The file that was there stays, and the new one beside it. */
  | { readonly kind: "beside"; readonly reason: string };

/**
 * Gives a received file the name it was offered with, when it had to be numbered because of a file of that name: that
 * one goes to the system's bin first. Nothing is ever overwritten: what takes the name meanwhile keeps it.
 * @param path where the file was published
 * @param offeredName as it was shown
 */
export async function replaceFile(
  path: string,
  offeredName: string,
  trash: (path: string) => Promise<void>,
): Promise<Replacement> {
  const folder = dirname(path);
  const wanted = safeFileName(offeredName);
  const now = basename(path);
  if (now === wanted) return { kind: "done", path };
  if (!isNumbered(now, wanted)) return beside("It was stored under another name.");
  const inTheWay = (await namesIn(folder)).filter(
    (name) => name !== now && collisionKey(name) === collisionKey(wanted),
  );
  for (const name of inTheWay) {
    const refusal = await putAway(join(folder, name), trash);
    if (refusal !== undefined) return beside(refusal);
  }
  return takeName(path, join(folder, wanted));
}

/**
 * Gives a file that was set aside the name it was offered with, or the next free number of it.
 * @returns its new path; undefined when it stays where it is
 */
export async function takeFreeName(path: string, offeredName: string): Promise<string | undefined> {
  const wanted = safeFileName(offeredName);
  for (let count = 0; count <= MAX_TRIES; count += 1) {
    const candidate = join(dirname(path), numberedName(wanted, count));
    const taken = await takeName(path, candidate);
    if (taken.kind === "done") return taken.path;
    if (!(await exists(candidate))) return undefined;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

function isNumbered(name: string, wanted: string): boolean {
  return [...name.matchAll(/\((\d{1,4})\)/g)].some(([, digits]) => {
    const count = Number(digits);
    return count > 0 && numberedName(wanted, count) === name;
  });
}

/** @returns why it stays where it is */
async function putAway(
  path: string,
  trash: (path: string) => Promise<void>,
): Promise<string | undefined> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) return `${basename(path)} is not a file and was left where it is.`;
    await trash(path);
    return undefined;
  } catch {
    // Also what the desktop throws, which has errors of its own.
    return `${basename(path)} could not be put into the bin and was left where it is.`;
  }
}

async function takeName(path: string, wanted: string): Promise<Replacement> {
  try {
    // `link` fails where the name is taken, `rename` would not.
    await link(path, wanted);
    await unlink(path);
    return { kind: "done", path: wanted };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    if (errorCode(error) !== "EEXIST" && (await moveOverPlaceholder(path, wanted)))
      return { kind: "done", path: wanted };
    return beside(`The name ${basename(wanted)} could not be given to it.`);
  }
}

/** Where there are no hard links: the name is reserved by an empty file of ours, which the rename then replaces. */
async function moveOverPlaceholder(path: string, wanted: string): Promise<boolean> {
  try {
    const placeholder = await open(wanted, "wx", 0o600);
    await placeholder.close();
    await rename(path, wanted);
    return true;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

function beside(reason: string): Replacement {
  return { kind: "beside", reason };
}
