import { link, lstat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../../storage/file-error.ts";
import { collisionKey, numberedName, safeFileName } from "../../storage/file-name.ts";
import { namesIn } from "./folder-look.node.ts";

export type Replacement =
  /** It has the name now, or had it from the start. */
  | { readonly kind: "done"; readonly path: string }
  /** The file that was there stays, and the new one beside it. */
  | { readonly kind: "beside"; readonly reason: string };

const MAX_NUMBER = 9999;

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

function isNumbered(name: string, wanted: string): boolean {
  const number = /\((\d{1,4})\)/.exec(name.slice(commonStart(name, wanted)))?.[1];
  const count = Number(number);
  return count >= 1 && count <= MAX_NUMBER && numberedName(wanted, count) === name;
}

function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  // The blank before the bracket may be part of both.
  return Math.max(0, at - 1);
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
    const code = errorCode(error);
    if (code === undefined) throw error;
    return beside(`The name ${basename(wanted)} could not be given to it.`);
  }
}

function beside(reason: string): Replacement {
  return { kind: "beside", reason };
}
