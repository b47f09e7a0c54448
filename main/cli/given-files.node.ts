import { access, constants, stat } from "node:fs/promises";
import { basename } from "node:path";
import { usageError } from "./exit-code.ts";

/** Throws what is wrong with a file of the command line, before anything is asked of a network. */
export async function checkGivenFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const name = basename(path);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw usageError(`There is no file ${path}.`, "Check its path.");
    if (!found.isFile())
      throw usageError(`${name} is no regular file.`, "Name files, not folders.");
    const isReadable = await access(path, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (!isReadable) throw usageError(`${name} cannot be read.`, "Check its permissions.");
  }
}
