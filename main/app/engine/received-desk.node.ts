import { lstat } from "node:fs/promises";
import { basename } from "node:path";
import type { Card } from "../../../shared/model/card.ts";
import type { FileEvent } from "../../../shared/model/client-events.ts";
import type { Log } from "../../base/ports.ts";
import { ok, type Result } from "../../base/result.ts";
import { errorCode } from "../../storage/file-error.ts";
import {
  isBesideItsName,
  type Obstacle,
  replaceFile,
  takeFreeName,
} from "../../storage/replace-file.node.ts";
import type { FileChange } from "../model/card-book.ts";
import { type BookFile, isComplete, shownCard } from "../model/card-entry.ts";
import type { ExpectedNames } from "../model/chosen-files.ts";
import { isDangerousFile } from "../model/dangerous-file.ts";
import type { DesktopPort } from "../ports.ts";
import { type Said, said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import { DONE, type Failure, failure, gone, type Handlers } from "./answers.ts";
import type { CardDesk } from "./card-desk.ts";
import { ForeignMark } from "./foreign-mark.node.ts";
import type { SameFiles } from "./same-file.node.ts";

export interface ReceivedDeskParts {
  readonly desktop: DesktopPort;
  readonly cards: CardDesk;
  readonly log: Log;
  readonly words: CurrentWords;
  readonly same: SameFiles;
  /** Whether what this person sends gets the system's mark. */
  readonly isForeign: (peer: string) => boolean;
  /** The user has opened a file of this card, or looked at it in its folder. */
  readonly onShown?: (id: string) => void;
}

type FileRequests = Pick<
  Handlers,
  "file.open" | "file.reveal" | "file.drag" | "file.copyPath" | "file.settle"
>;

interface Place {
  readonly file: BookFile;
  readonly path: string;
}

/** Files after their transfer: marked, given their names, opened, shown, handed on. */
export class ReceivedDesk {
  readonly #parts: ReceivedDeskParts;
  /** What users of running offers said of names. */
  readonly #expected = new Map<string, ExpectedNames>();
  /** One after the other: two files of one name would race for it. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #mark: ForeignMark;

  constructor(parts: ReceivedDeskParts) {
    this.#parts = parts;
    this.#mark = new ForeignMark(parts.desktop.platform, parts.log);
  }

  readonly handlers: FileRequests = {
    "file.open": async ({ id, index, isConfirmed }) => {
      const place = await this.#place(id, index);
      if (!place.ok) return place;
      const { file, path } = place.value;
      if (!isComplete(file))
        return failure("fileGone", said("failures.notComplete", { file: file.name }));
      const isDangerous = [file.name, basename(path)].some((name) =>
        isDangerousFile(name, file.type),
      );
      if (isDangerous && isConfirmed !== true)
        return failure(
          "dangerous",
          said("failures.dangerous", { file: file.name }),
          said("actions.showInFolder"),
        );
      const refusal = await this.#parts.desktop.openPath(path);
      if (refusal === undefined) this.#parts.onShown?.(id);
      return refusal === undefined
        ? DONE
        : failure(
            "declinedBySystem",
            said("failures.notOpened", { file: file.name, why: refusal }),
            said("actions.showInFolder"),
          );
    },
    "file.reveal": async ({ id, index }) => {
      const place = await this.#place(id, index);
      if (!place.ok) return place;
      this.#parts.desktop.reveal(place.value.path);
      this.#parts.onShown?.(id);
      return DONE;
    },
    "file.drag": async ({ id, index }) => {
      const place = await this.#place(id, index);
      if (!place.ok) return place;
      const { file } = place.value;
      if (!isComplete(file))
        return failure("fileGone", said("failures.notComplete", { file: file.name }));
      this.#parts.desktop.startDrag(place.value.path);
      return DONE;
    },
    "file.copyPath": async ({ id, index }) => {
      const place = await this.#place(id, index);
      if (!place.ok) return place;
      await this.#parts.desktop.writeClipboard(place.value.path);
      return DONE;
    },
    "file.settle": ({ id, index, what }) => this.#settle(id, index, what),
  };

  expect(id: string, { replacing, asking }: ExpectedNames): void {
    this.#expected.set(id, { replacing, asking });
  }

  /** A file has come: marked as foreign, and in the place of the old one where the user wanted that. */
  received({ id, index, path }: FileEvent): void {
    if (path === undefined) return;
    this.#last = this.#last.then(() => this.#finish(id, index, path));
  }

  ended(id: string): void {
    this.#last = this.#last.then(() => {
      this.#expected.delete(id);
    });
  }

  /** Resolves when everything that was received is where it belongs. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #finish(id: string, index: number, path: string): Promise<void> {
    const { cards, isForeign, log } = this.#parts;
    const card = cards.find(id)?.card;
    const file = card?.files.find((one) => one.index === index);
    if (card?.direction !== "incoming" || file === undefined) return;
    try {
      if (isForeign(card.peer)) await this.#mark.put(path, card.peer);
      if (file.state === "damaged") await this.#showHash(id, file, path);
      if (isComplete(file)) await this.#settleName(id, file, path);
    } catch (error) {
      log.write("error", "a received file could not be finished", { why: String(error) });
    }
  }

  /** The name as the user wanted it, where it was taken. */
  async #settleName(id: string, { index, name }: BookFile, path: string): Promise<void> {
    const { cards, desktop } = this.#parts;
    const expected = this.#expected.get(id);
    if (expected?.asking.includes(index) === true && isBesideItsName(path, name))
      cards.apply({
        ...{ name: "file", id, index },
        change: { what: "remark", reason: said("files.keptBoth") },
      });
    if (expected?.replacing.includes(index) !== true) return;
    const replaced = await replaceFile(path, name, (old) => desktop.trash(old));
    const change =
      replaced.kind === "done"
        ? ({ what: "moved", path: replaced.path } as const)
        : ({ what: "remark", reason: reasonOf(replaced) } as const);
    cards.apply({ name: "file", id, index, change });
  }

  /** The hash of what arrived, written with the algorithm of the offer's, so that people can compare them. */
  async #showHash(id: string, { index, hash, offeredHash }: BookFile, path: string): Promise<void> {
    if (hash !== undefined) return;
    const algorithm = offeredHash?.split(":")[0] ?? "sha-1";
    const own = await this.#parts.same.hashes(path, new AbortController().signal);
    const shown = [...(own ?? [])].find((one) => one.startsWith(`${algorithm}:`));
    if (shown === undefined) return;
    this.#parts.cards.apply({ name: "file", id, index, change: { what: "hashed", hash: shown } });
  }

  /** Where the file lies, if it does. */
  async #place(id: string, index: number): Promise<Result<Place, Failure>> {
    const { cards } = this.#parts;
    const file = cards.find(id)?.card.files.find((one) => one.index === index);
    if (file === undefined) return gone("file");
    const { path } = file;
    if (path === undefined)
      return failure("fileGone", said("failures.notReceived", { file: file.name }));
    const isThere = await isRegularFile(path);
    cards.apply({ name: "file", id, index, change: { what: "found", isGone: !isThere } });
    return isThere
      ? ok({ file, path })
      : failure(
          "fileGone",
          said("failures.moved", { file: file.name }),
          said("actions.lookInFolder"),
        );
  }

  async #settle(
    id: string,
    index: number,
    what: "keep" | "delete",
  ): Promise<Result<Card, Failure>> {
    const place = await this.#place(id, index);
    if (!place.ok) return place;
    const { file, path } = place.value;
    if (file.state !== "damaged")
      return failure("badRequest", said("failures.notDamaged", { file: file.name }));
    if (what === "keep") {
      const kept = await takeFreeName(path, file.name);
      if (kept === undefined)
        return failure(
          "folder",
          said("failures.notNamed", { file: file.name }),
          said("actions.showInFolder"),
        );
      return this.#settled(id, index, { what: "kept", path: kept });
    }
    try {
      await this.#parts.desktop.trash(path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return failure(
        "declinedBySystem",
        said("failures.notBinned", { file: file.name, why }),
        said("actions.showInFolder"),
      );
    }
    return this.#settled(id, index, { what: "deleted" });
  }

  /** A card of the history is changed there: it does not come back among those of this run. */
  #settled(id: string, index: number, change: FileChange): Result<Card, Failure> {
    const { cards, words } = this.#parts;
    const entry = cards.amend(id, index, change);
    return entry === undefined ? gone("file") : ok(shownCard(entry, words()));
  }
}

function reasonOf(obstacle: Obstacle): Said {
  return "name" in obstacle
    ? said(`files.${obstacle.why}`, { file: obstacle.name })
    : said(`files.${obstacle.why}`);
}

export async function isRegularFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
