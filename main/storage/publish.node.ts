import { randomBytes } from "node:crypto";
import { link, open, rename } from "node:fs/promises";
import { errorCode } from "./file-error.ts";
import { collisionKey, numberedName } from "./file-name.ts";
import {
  type FileIdentity,
  type HeldFolder,
  identityOf,
  sameIdentity,
} from "./held-folder.node.ts";

const MAX_NUMBER = 9999;

/** What file systems without hard links answer, and those that limit them. */
const NO_LINKS: ReadonlySet<string> = new Set([
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EMLINK",
  "EXDEV",
  "EINVAL",
]);

export interface Unpublished {
  readonly folder: HeldFolder;
  /** Its present, hidden name. */
  readonly partName: string;
  readonly identity: FileIdentity;
}

/** Makes a hard link; not every file system can. */
export type LinkFile = (existing: string, added: string) => Promise<void>;

/**
 * Gives a finished file its name, or the next free number of it, and never replaces anything: `link` fails where a
 * name is taken, also when another process takes it at the same moment. Names that some file system would take for
 * the same are taken as well. Throws errors of the system; ESTALE when the part is no longer the file that was written.
 * @returns the name
 */
export async function publish(
  file: Unpublished,
  name: string,
  linkFile: LinkFile = link,
): Promise<string> {
  const taken = await file.folder.takenKeys(name);
  for (let count = 0; count <= MAX_NUMBER + 1; count += 1) {
    const isLast = count > MAX_NUMBER;
    const candidate = numberedName(name, isLast ? randomBytes(8).toString("hex") : count);
    if (taken.has(collisionKey(candidate))) continue;
    if (!(await takeName(file, candidate, linkFile))) continue;
    file.folder.noteName(candidate);
    await file.folder.sync();
    return candidate;
  }
  throw Object.assign(new Error("no free name"), { code: "EEXIST" });
}

/**
 * As {@link publish}, but under that very name or not at all.
 * @returns false when the name is taken
 */
export async function publishOnlyAs(file: Unpublished, name: string): Promise<boolean> {
  const taken = await file.folder.takenKeys(name);
  if (taken.has(collisionKey(name)) || !(await takeName(file, name))) return false;
  file.folder.noteName(name);
  await file.folder.sync();
  return true;
}

/**
 * Gives a file this name or none, without a sync of the folder.
 * @returns false when the name is taken
 */
export async function takeName(
  file: Unpublished,
  name: string,
  linkFile: LinkFile = link,
): Promise<boolean> {
  const { folder, partName, identity } = file;
  await assertOurs(folder, partName, identity);
  try {
    await linkFile(await folder.at(partName), await folder.at(name));
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "EEXIST") return false;
    if (code === undefined || !NO_LINKS.has(code)) throw cause;
    return moveOverPlaceholder(file, name);
  }
  await assertOurs(folder, name, identity);
  await folder.remove(partName, identity);
  return true;
}

/** Without hard links: the name is reserved by an empty file of ours, which the rename then replaces. */
async function moveOverPlaceholder(file: Unpublished, name: string): Promise<boolean> {
  const { folder, partName, identity } = file;
  const placeholder = await reserveName(folder, name);
  if (placeholder === undefined) return false;
  try {
    await rename(await folder.at(partName), await folder.at(name));
  } catch (cause) {
    await folder.remove(name, placeholder);
    throw cause;
  }
  await assertOurs(folder, name, identity);
  return true;
}

/** @returns undefined when the name is taken */
async function reserveName(folder: HeldFolder, name: string): Promise<FileIdentity | undefined> {
  try {
    const placeholder = await open(await folder.at(name), "wx", 0o600);
    try {
      return identityOf(await placeholder.stat({ bigint: true }));
    } finally {
      await placeholder.close();
    }
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return undefined;
    throw cause;
  }
}

async function assertOurs(folder: HeldFolder, name: string, identity: FileIdentity): Promise<void> {
  const now = await folder.identityOf(name);
  if (now === undefined || !sameIdentity(now, identity))
    throw Object.assign(new Error("the partial file was replaced"), { code: "ESTALE" });
}
