import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import type { Card, CardFile } from "../../../shared/model/card.ts";
import { ok, type Result } from "../../base/result.ts";
import { errorCode } from "../../storage/file-error.ts";
import { shownCard } from "../model/card-entry.ts";
import { isDangerousFile } from "../model/dangerous-file.ts";
import type { DesktopPort } from "../ports.ts";
import { failure, gone, type Handlers } from "./answers.ts";
import type { CardDesk } from "./card-desk.ts";
import { withGone } from "./history-desk.node.ts";
import { isRegularFile } from "./received-desk.node.ts";
import type { SameFiles } from "./same-file.node.ts";

export interface LocateDeskParts {
  readonly desktop: Pick<DesktopPort, "locateFile">;
  readonly cards: CardDesk;
  readonly same: SameFiles;
}

/** Files that were moved after their transfer: the user points to where they are now. */
export class LocateDesk {
  readonly #parts: LocateDeskParts;

  constructor(parts: LocateDeskParts) {
    this.#parts = parts;
  }

  readonly handlers: Pick<Handlers, "file.locate"> = {
    "file.locate": ({ id, index }) => this.#locate(id, index),
  };

  async #locate(id: string, index: number): Promise<Result<Card | null, RequestFailure>> {
    const { cards, desktop } = this.#parts;
    const file = cards.find(id)?.card.files.find((one) => one.index === index);
    if (file === undefined) return gone("This file");
    const { path, name } = file;
    if (path === undefined) return failure("fileGone", `${name} was never at a place.`);
    if (await isRegularFile(path)) return this.#put(id, index, path);
    const chosen = await desktop.locateFile(name, dirname(path));
    if (chosen === undefined) return ok(null);
    if (!(await this.#isSame(file, chosen)))
      return failure(
        "notSame",
        `${basename(chosen)} is not the ${name} that was transferred. Nothing was changed.`,
        "Choose another file.",
      );
    return this.#put(id, index, chosen);
  }

  async #put(
    id: string,
    index: number,
    path: string,
  ): Promise<Result<Card | null, RequestFailure>> {
    const entry = this.#parts.cards.amend(id, index, { what: "moved", path });
    return entry === undefined ? gone("This file") : ok(await withGone(shownCard(entry)));
  }

  /** By size and, where it is known, by hash; and never something that runs in the place of something that does not. */
  async #isSame({ type, sizeOctets, hash, isDangerous }: CardFile, path: string): Promise<boolean> {
    if (!isDangerous && isDangerousFile(basename(path), type)) return false;
    if ((await sizeOf(path)) !== sizeOctets) return false;
    if (hash === undefined) return true;
    const hashes = await this.#parts.same.hashes(path, new AbortController().signal);
    return hashes?.has(hash) === true;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
