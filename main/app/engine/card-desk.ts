import type { HistoryTrouble } from "../../../shared/model/app-state.ts";
import type { Card, CardProgress } from "../../../shared/model/card.ts";
import { isEnded } from "../../../shared/model/card.ts";
import type { ClientEvents } from "../../../shared/model/client-events.ts";
import type { AppStore } from "../../base/app-store.ts";
import type { Clock, Log, Timer } from "../../base/ports.ts";
import { type BookInput, type CardBook, type FileChange, stepBook } from "../model/card-book.ts";
import {
  type BookCard,
  type CardEntry,
  currentCard,
  octetsOf,
  shownCard,
  totalOctets,
} from "../model/card-entry.ts";
import { isMoving } from "../model/card-step.ts";
import { detailsOf, storedEntry, unsentEntry } from "../model/history-card.ts";
import { speedOf } from "../model/transfer-rate.ts";
import type { EngineEvent } from "../ports.ts";
import { type CurrentWords, Words } from "../words/words.ts";
import type { TellTrouble } from "./history-watch.ts";
import type { Outbox } from "./outbox.ts";

export interface CardDeskPorts {
  readonly store: AppStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly nameOf: (peer: string, displayName?: string) => string;
  readonly words: CurrentWords;
  readonly tellTrouble: TellTrouble;
}

/** At most four a second for one card. */
const PROGRESS_MS = 250;
const TICK_MS = 1000;
/** The history that the command line prints has no other language. */
const ENGLISH = new Words("en");

/** The cards of this run: applies what happens, tells what changed, keeps what must survive. */
export class CardDesk {
  readonly #ports: CardDeskPorts;
  readonly #outbox: Outbox;
  readonly #changed = new Set<string>();
  /** Cards of running transfers, told with the next progress. */
  readonly #changedSoon = new Set<string>();
  readonly #removed = new Set<string>();
  /** Octets by file as they were told, of cards whose octets have moved since. */
  readonly #told = new Map<string, ReadonlyMap<number, number>>();
  readonly #moved = new Set<string>();
  /** What the store has of a card. */
  readonly #kept = new Map<string, string>();
  #book: CardBook = new Map();
  #progressTimer: Timer | undefined;
  #tickTimer: Timer | undefined;
  #isStopped = false;
  #onTick: () => void = () => undefined;

  constructor(ports: CardDeskPorts, outbox: Outbox) {
    this.#ports = ports;
    this.#outbox = outbox;
    outbox.addSource(() => this.#take());
  }

  get book(): CardBook {
    return this.#book;
  }

  /** Newest first; without those that were put away. */
  get shown(): readonly Card[] {
    return [...this.#book.values()]
      .map((entry) => shownCard(entry, this.#ports.words()))
      .filter(({ isDismissed }) => isDismissed !== true)
      .sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? 1 : -1));
  }

  get isBusy(): boolean {
    return this.#some(isMoving);
  }

  /** Called about once a second while a card rings or runs. */
  set onTick(listener: () => void) {
    this.#onTick = listener;
  }

  /** The card, from this run or from the history. */
  find(id: string): CardEntry | undefined {
    const entry = this.#book.get(id);
    if (entry !== undefined) return entry;
    const stored = this.#ports.store.cards.get(id);
    if (!stored.ok) this.#complain("unread", stored.error.message);
    return stored.ok && stored.value !== undefined
      ? storedEntry(stored.value, this.#ports.nameOf)
      : undefined;
  }

  /** Brings a card of the history back among those that windows are told of. */
  revive(id: string): CardEntry | undefined {
    const entry = this.find(id);
    if (entry !== undefined && !this.#book.has(id)) this.apply({ name: "stored", entry });
    return entry;
  }

  /** Changes a file of a card wherever it is; one of the history is not brought back for it. */
  amend(id: string, index: number, change: FileChange): CardEntry | undefined {
    return this.#amend({ name: "file", id, index, change });
  }

  /** What the receiver's device says of a card, wherever that is: only that its user has opened a file is shown. */
  notified({ id, status }: ClientEvents["notified"]): void {
    if (status === "displayed") this.#amend({ name: "seen", id });
  }

  #amend(input: Extract<BookInput, { readonly name: "file" | "seen" }>): CardEntry | undefined {
    const { id } = input;
    if (this.#book.has(id)) {
      this.apply(input);
      return this.#book.get(id);
    }
    const entry = this.find(id);
    if (entry === undefined) return undefined;
    const { clock, store } = this.#ports;
    const now = { nowMs: clock.nowMs(), wallMs: clock.wallMs() };
    const amended = stepBook(new Map([[id, entry]]), input, now).get(id);
    const saved = amended === undefined ? undefined : store.cards.save(detailsOf(amended.card));
    if (saved?.ok === false) this.#complain("unwritten", saved.error.message);
    return amended;
  }

  apply(input: BookInput): void {
    const before = this.#book;
    const { clock } = this.#ports;
    this.#book = stepBook(before, input, { nowMs: clock.nowMs(), wallMs: clock.wallMs() });
    if (this.#book === before) return;
    for (const id of touchedBy(input, before, this.#book)) this.#compare(id, before.get(id));
    this.#keepTicking();
  }

  /** Tells every card anew: the language is another one. */
  reword(): void {
    for (const id of this.#book.keys()) this.#changed.add(id);
    this.#outbox.touch();
  }

  /** Forgets cards that windows still show. */
  drop(ids: readonly string[]): void {
    for (const id of ids) {
      this.#removed.add(id);
      this.#kept.delete(id);
    }
    this.apply({ name: "drop", ids });
    this.#outbox.touch();
  }

  stop(): void {
    this.#isStopped = true;
    this.#progressTimer?.cancel();
    this.#tickTimer?.cancel();
  }

  #compare(id: string, before: CardEntry | undefined): void {
    const now = this.#book.get(id);
    if (now === undefined || now === before) return;
    if (now.card === before?.card) {
      if (now.octets === before.octets) return;
      this.#moved.add(id);
      this.#tellSoon();
      return;
    }
    this.#keep(now, before?.card);
    // A hundred small files change a card far more often than anybody looks at it.
    if (before !== undefined && isMoving(before.card) && isMoving(now.card)) {
      this.#changedSoon.add(id);
      this.#tellSoon();
      return;
    }
    this.#changedSoon.delete(id);
    this.#changed.add(id);
    this.#outbox.touch();
  }

  /** What an offer has come to is on disk before windows are told of it; while files run, their history has them. */
  #keep(entry: CardEntry, before: BookCard | undefined): void {
    const card = currentCard(entry);
    if (!isEnded(card.state) && card.state === before?.state) return;
    const { store } = this.#ports;
    if (entry.conversationId === undefined) {
      // Never offered, so nobody else has written its history.
      if (!isEnded(card.state)) return;
      const saved = store.save(unsentEntry(card, ENGLISH));
      if (!saved.ok) this.#complain("unwritten", saved.error.message);
    }
    const details = detailsOf(card);
    const text = JSON.stringify(details);
    if (this.#kept.get(card.id) === text) return;
    const saved = store.cards.save(details);
    if (saved.ok) this.#kept.set(card.id, text);
    else this.#complain("unwritten", saved.error.message);
  }

  #take(): readonly EngineEvent[] {
    const events: EngineEvent[] = [];
    const { words } = this.#ports;
    const changed = [...this.#changed].flatMap((id) => this.#book.get(id) ?? []);
    this.#changed.clear();
    for (const { card, octets } of changed) this.#told.set(card.id, octets);
    if (changed.length > 0)
      events.push({
        name: "cards.changed",
        payload: changed.map((entry) => shownCard(entry, words())),
      });
    if (this.#removed.size > 0) events.push({ name: "cards.removed", payload: [...this.#removed] });
    this.#removed.clear();
    // Cards that were put away have been told of for the last time.
    const away = changed.filter(({ card }) => card.isDismissed === true).map(({ card }) => card.id);
    if (away.length > 0) this.apply({ name: "drop", ids: away });
    return events;
  }

  #tellSoon(): void {
    if (this.#isStopped) return;
    this.#progressTimer ??= this.#ports.clock.startTimer(PROGRESS_MS, () => {
      this.#progressTimer = undefined;
      const changed = [...this.#changedSoon];
      this.#changedSoon.clear();
      for (const id of changed) this.#changed.add(id);
      if (changed.length > 0) this.#outbox.flush();
      // A card has its octets with it.
      for (const id of this.#moved) if (!changed.includes(id)) this.#tellProgress(id);
      this.#moved.clear();
    });
  }

  #tellProgress(id: string): void {
    const entry = this.#book.get(id);
    if (entry === undefined || isEnded(entry.card.state)) return;
    const payload = progressOf(entry, this.#told.get(id) ?? new Map());
    this.#told.set(id, entry.octets);
    this.#outbox.emit({ name: "card.progress", payload });
  }

  #keepTicking(): void {
    if (this.#tickTimer !== undefined || this.#isStopped) return;
    if (!this.#some(({ state }) => !isEnded(state))) return;
    this.#tickTimer = this.#ports.clock.startTimer(TICK_MS, () => {
      this.#tickTimer = undefined;
      this.apply({ name: "tick" });
      this.#onTick();
      this.#keepTicking();
    });
  }

  #some(holds: (card: BookCard) => boolean): boolean {
    for (const { card } of this.#book.values()) if (holds(card)) return true;
    return false;
  }

  #complain(kind: HistoryTrouble["kind"], why: string): void {
    this.#ports.log.write("error", "the history could not be used for a card", { kind, why });
    this.#ports.tellTrouble(kind);
  }
}

function progressOf(entry: CardEntry, told: ReadonlyMap<number, number>): CardProgress {
  const speed = entry.rate === undefined ? undefined : speedOf(entry.rate);
  const leftS = entry.rate?.leftS;
  return {
    id: entry.card.id,
    octets: totalOctets(entry),
    ...(speed === undefined ? {} : { octetsPerS: speed }),
    ...(leftS === undefined ? {} : { leftS }),
    files: entry.card.files
      .filter(({ index }) => told.get(index) !== octetsOf(entry, index))
      .map(({ index }) => ({ index, octets: octetsOf(entry, index) })),
  };
}

/** Which cards an input can have changed. */
function touchedBy(input: BookInput, before: CardBook, now: CardBook): readonly string[] {
  switch (input.name) {
    case "offer":
      return [input.offer.id];
    case "event":
      return [input.event.id ?? ""];
    case "stored":
      return [input.entry.card.id];
    case "prepare":
      return [input.preparation.id];
    case "tick":
    case "peerNamed":
      return [...now.keys()].filter((id) => now.get(id) !== before.get(id));
    case "drop":
      return [];
    default:
      return [input.id];
  }
}
