import { writeFile } from "node:fs/promises";
import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import type { Card, CardFile } from "../../../shared/model/card.ts";
import { isEnded } from "../../../shared/model/card.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import type { AppStore, CardFilter } from "../../base/app-store.ts";
import type { Clock, Log, Timer } from "../../base/ports.ts";
import { present } from "../../base/present.ts";
import { ok, type Result } from "../../base/result.ts";
import type { CpmClient } from "../../cpm/client.ts";
import { errorCode } from "../../storage/file-error.ts";
import { shownCard } from "../model/card-entry.ts";
import { storedEntry } from "../model/history-card.ts";
import { cardsAsCsv, cardsAsJson } from "../model/history-text.ts";
import type { DesktopPort } from "../ports.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import { DONE, type Failure, failure, type Handlers } from "./answers.ts";
import type { CardDesk } from "./card-desk.ts";
import type { TellTrouble } from "./history-watch.ts";
import { isRegularFile } from "./received-desk.node.ts";

export interface HistoryDeskParts {
  readonly store: AppStore;
  readonly cards: CardDesk;
  readonly desktop: DesktopPort;
  readonly clock: Clock;
  readonly log: Log;
  readonly nameOf: (peer: string, displayName?: string) => string;
  readonly client: () => Pick<CpmClient, "forget"> | undefined;
  readonly historyDays: () => number;
  readonly words: CurrentWords;
  readonly tellTrouble: TellTrouble;
}

type HistoryRequests = Pick<
  Handlers,
  "history.list" | "history.forget" | "history.forgetAll" | "history.export"
>;

const PAGE = 50;
const EXPORT_PAGE = 500;
const DAY_MS = 86_400_000;
/** Missed offers stay in sight until they are put away, but not for ever. */
const MISSED_DAYS = 7;
const MAX_SHOWN = 500;

/** What was sent and received, from this run and from those before. */
export class HistoryDesk {
  readonly #parts: HistoryDeskParts;
  #daily: Timer | undefined;

  constructor(parts: HistoryDeskParts) {
    this.#parts = parts;
  }

  readonly handlers: HistoryRequests = {
    "history.list": (args) => this.#list(args),
    "history.forget": ({ ids }) => {
      const over = ids.filter((id) => this.#isOver(id));
      const forgotten = this.#parts.store.cards.forget(over);
      this.#forgetParts(over);
      if (!forgotten.ok) return this.#failed(forgotten.error.message);
      this.#parts.cards.drop(over);
      return DONE;
    },
    "history.forgetAll": () => {
      const forgotten = this.#parts.store.cards.forgetEnded();
      if (!forgotten.ok) return this.#failed(forgotten.error.message);
      const shown = [...this.#parts.cards.book.values()].map(({ card }) => card);
      const ended = shown.filter(({ state }) => isEnded(state)).map(({ id }) => id);
      const gone = [...new Set([...forgotten.value, ...ended])];
      this.#forgetParts(gone);
      this.#parts.cards.drop(gone);
      return DONE;
    },
    "history.export": ({ format }) => this.#export(format),
  };

  /** Cards of today that were not put away, and what was missed, back among those that windows show. */
  bringBack(): void {
    const { clock, cards } = this.#parts;
    const today = new Date(clock.wallMs());
    today.setHours(0, 0, 0, 0);
    const isDismissed = false;
    const filters: readonly CardFilter[] = [
      { isDismissed, sinceMs: today.getTime(), limit: MAX_SHOWN },
      {
        ...{ isDismissed, states: ["missed"], limit: MAX_SHOWN },
        sinceMs: clock.wallMs() - MISSED_DAYS * DAY_MS,
      },
    ];
    for (const filter of filters)
      for (const { entry } of this.#read(filter)) cards.revive(entry.id);
  }

  /** What an earlier run of this program has left running. */
  interruptUnfinished(): void {
    const { store, clock, log, tellTrouble } = this.#parts;
    const interrupted = store.interruptUnfinished(clock.wallMs());
    if (interrupted.ok) return;
    const why = interrupted.error.message;
    log.write("error", "what was left running could not be marked", { why });
    tellTrouble("unwritten");
  }

  /** Forgets, now and then daily, what is older than the user wants it kept. */
  keepTidy(): void {
    const { store, clock, log, historyDays, cards } = this.#parts;
    const forgotten = store.cards.forgetEnded(clock.wallMs() - historyDays() * DAY_MS);
    if (forgotten.ok) {
      this.#forgetParts(forgotten.value);
      cards.drop(forgotten.value.filter((id) => cards.book.has(id)));
    } else {
      log.write("error", "the history could not be tidied", { why: forgotten.error.message });
      this.#parts.tellTrouble("unwritten");
    }
    this.#daily?.cancel();
    this.#daily = clock.startTimer(DAY_MS, () => {
      this.keepTidy();
    });
  }

  stop(): void {
    this.#daily?.cancel();
  }

  #isOver(id: string): boolean {
    const card = this.#parts.cards.book.get(id)?.card;
    return card === undefined || isEnded(card.state);
  }

  /** What had arrived of them, to go on with, is of no use without them. */
  #forgetParts(ids: readonly string[]): void {
    for (const id of ids) if (this.#isOver(id)) void this.#parts.client()?.forget(id as OfferId);
  }

  async #list(
    args: RequestArguments<"history.list">,
  ): Promise<Result<{ readonly cards: readonly Card[]; readonly hasMore: boolean }, Failure>> {
    const limit = args.limit ?? PAGE;
    const { text, direction, states, peer, sinceMs, device, before } = args;
    const stored = this.#parts.store.cards.list({
      ...present({ direction, states, peer, sinceMs, device, before }),
      ...(text === undefined || text.trim() === "" ? {} : { text: text.trim() }),
      limit: limit + 1,
    });
    if (!stored.ok) return this.#failed(stored.error.message);
    const { nameOf, words } = this.#parts;
    const page = stored.value.slice(0, limit);
    const cards = page.map((one) => {
      const live = this.#parts.cards.book.get(one.entry.id);
      return shownCard(live ?? storedEntry(one, nameOf), words());
    });
    return ok({
      cards: await Promise.all(cards.map(withGone)),
      hasMore: stored.value.length > limit,
    });
  }

  async #export(format: "csv" | "json"): Promise<Result<string | null, Failure>> {
    const { desktop, clock } = this.#parts;
    const day = new Date(clock.wallMs()).toISOString().slice(0, 10);
    const path = await desktop.chooseSavePath(`cpm-history-${day}.${format}`);
    if (path === undefined) return ok(null);
    const cards = this.#all();
    const text = format === "csv" ? cardsAsCsv(cards) : cardsAsJson(cards);
    try {
      await writeFile(path, text, "utf8");
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return failure("folder", said("failures.notWritten", { path }), said("actions.choosePlace"));
    }
    return ok(path);
  }

  #all(): readonly Card[] {
    const { nameOf, words } = this.#parts;
    const cards: Card[] = [];
    let before: CardFilter["before"];
    for (;;) {
      const page = this.#read({ limit: EXPORT_PAGE, ...present({ before }) });
      cards.push(...page.map((one) => shownCard(storedEntry(one, nameOf), words())));
      const last = page.at(-1)?.entry;
      if (last === undefined || page.length < EXPORT_PAGE) return cards;
      before = { startedMs: last.startedMs, id: last.id };
    }
  }

  #read(filter: CardFilter): readonly Parameters<typeof storedEntry>[0][] {
    const stored = this.#parts.store.cards.list(filter);
    if (stored.ok) return stored.value;
    this.#parts.log.write("error", "the history could not be read", { why: stored.error.message });
    this.#parts.tellTrouble("unread");
    return [];
  }

  #failed(why: string): Result<never, Failure> {
    this.#parts.log.write("error", "the history failed", { why });
    return failure("storage", said("failures.history"), said("actions.tryAgain"));
  }
}

/** Says of each file that lay somewhere whether it still does. */
export async function withGone(card: Card): Promise<Card> {
  return { ...card, files: await Promise.all(card.files.map(fileWithGone)) };
}

async function fileWithGone(file: CardFile): Promise<CardFile> {
  const { path } = file;
  return path === undefined || (await isRegularFile(path)) ? file : { ...file, isGone: true };
}
