import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Card } from "../../../shared/model/card.ts";
import { ok, type Result } from "../../base/result.ts";
import { errorCode } from "../../storage/file-error.ts";
import { type BookFile, shownCard } from "../model/card-entry.ts";
import { isDangerousFile } from "../model/dangerous-file.ts";
import type { DesktopPort } from "../ports.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import { type Failure, failure, gone, type Handlers } from "./answers.ts";
import type { CardDesk } from "./card-desk.ts";
import { withGone } from "./history-desk.node.ts";
import { isRegularFile } from "./received-desk.node.ts";
import type { SameFiles } from "./same-file.node.ts";

export interface LocateDeskParts {
  readonly desktop: Pick<DesktopPort, "locateFile">;
  readonly cards: CardDesk;
  readonly same: SameFiles;
  readonly words: CurrentWords;
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

  async #locate(id: string, index: number): Promise<Result<Card | null, Failure>> {
    const { cards, desktop } = this.#parts;
    const file = cards.find(id)?.card.files.find((one) => one.index === index);
    if (file === undefined) return gone("file");
    const { path, name } = file;
    if (path === undefined) return failure("fileGone", said("failures.neverThere", { file: name }));
    if (await isRegularFile(path)) return this.#put(id, index, path);
    const chosen = await desktop.locateFile(name, dirname(path));
    if (chosen === undefined) return ok(null);
    if (!(await this.#isSame(file, chosen)))
      return failure(
        "notSame",
        said("failures.notSame", { chosen: basename(chosen), file: name }),
        said("actions.chooseOtherFile"),
      );
    return this.#put(id, index, chosen);
  }

  async #put(id: string, index: number, path: string): Promise<Result<Card | null, Failure>> {
    const entry = this.#parts.cards.amend(id, index, { what: "moved", path });
    return entry === undefined
      ? gone("file")
      : ok(await withGone(shownCard(entry, this.#parts.words())));
  }

  /** By size and, where it is known, by hash; and never something that runs in the place of something that does not. */
  async #isSame({ type, sizeOctets, hash, isDangerous }: BookFile, path: string): Promise<boolean> {
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
