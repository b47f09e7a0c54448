import { mkdir } from "node:fs/promises";
import { HeldFolder } from "./held-folder.node.ts";

/** Folders that files are received into at the moment: files for the same folder share the descriptor. */
export class HeldFolders {
  readonly #folders = new Map<string, Promise<HeldFolder>>();
  /** Where each path led at first: a link in its place that comes later is somebody's trick, or waits for a restart. */
  readonly #realPaths = new Map<string, string>();

  /**
   * Creates the folder where it does not exist. Each caller closes what it got. A folder that was moved or replaced
   * since is left to those who have it. Throws errors of the system.
   */
  async hold(path: string): Promise<HeldFolder> {
    for (;;) {
      const known = this.#folders.get(path);
      const shared = known === undefined ? undefined : await shareOf(known);
      if (shared !== undefined) return shared;
      // Somebody else may have opened it meanwhile.
      if (this.#folders.get(path) !== known) continue;
      const opening = this.#open(path);
      this.#folders.set(path, opening);
      return opening;
    }
  }

  async #open(path: string): Promise<HeldFolder> {
    const known = this.#realPaths.get(path);
    await mkdir(known ?? path, { recursive: true });
    const folder = await HeldFolder.open(path, process.platform, known);
    this.#realPaths.set(path, folder.realPath);
    return folder;
  }
}

async function shareOf(known: Promise<HeldFolder>): Promise<HeldFolder | undefined> {
  const folder = await known.catch(() => undefined);
  const isUsable = folder !== undefined && (await folder.isInPlace()) && folder.share();
  return isUsable ? folder : undefined;
}
