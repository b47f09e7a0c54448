import { access, constants, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
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

/** Throws why a trace could not be written, at the start and not when everything that it should hold is over. */
export async function checkTraceFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  const told = `The trace ${path} cannot be written.`;
  if (found?.isDirectory() === true) throw usageError(told, "It is a folder; name a file.");
  // Not opened: a pipe would wait for its reader.
  await access(found === undefined ? dirname(path) : path, constants.W_OK).catch(
    (error: unknown) => {
      throw usageError(told, error instanceof Error ? error.message : String(error));
    },
  );
}
