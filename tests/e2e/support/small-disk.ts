import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface SmallDisk {
  readonly folder: string;
  unmount(): Promise<void>;
}

/**
 * A disk in memory that is full after so many megabytes.
 * @returns undefined where this user may not mount one; in CI that is an error, for there it must be shown
 */
export async function mountSmallDisk(
  folder: string,
  megabytes: number,
): Promise<SmallDisk | undefined> {
  await mkdir(folder, { recursive: true });
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${String(megabytes)}m`, "tmpfs", folder]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (process.env["CI"] === "true") throw new Error(`no small disk: ${why}`);
    process.stdout.write(`\n!!! NOT TESTED: no room. A small disk could not be mounted: ${why}\n`);
    return undefined;
  }
  return {
    folder,
    unmount: async () => {
      await run("umount", [folder]);
    },
  };
}
