import type { Card, CardFile, CardFileState } from "../../../shared/model/card.ts";
import type { Phrase } from "../words/phrase.ts";
import type { Words } from "../words/words.ts";
import { omit } from "./omit.ts";
import type { TransferRate } from "./transfer-rate.ts";

/** A card as it is inside main: what is said of it is in no language yet. */
export type BookCard = Card<Phrase>;
export type BookFile = CardFile<Phrase>;

/** A card with what is known behind it. */
export interface CardEntry {
  /** Its files' `octets` are those of the last change of state; `octets` here are newer. */
  readonly card: BookCard;
  /** Octets by file index. */
  readonly octets: ReadonlyMap<number, number>;
  /** Codes of what went wrong, by file index. */
  readonly fileCodes: ReadonlyMap<number, string>;
  readonly conversationId?: string;
  /** When the last octet moved; monotonic. */
  readonly lastOctetMs?: number;
  readonly rate?: TransferRate;
  /** One side has taken files: what becomes of the card is summed up from them. */
  readonly isAnswered: boolean;
  /** Who ended it before its end. */
  readonly endedBy?: "us" | "peer";
}

const UNSETTLED: ReadonlySet<CardFileState> = new Set(["waiting", "transferring", "verifying"]);
const WITHOUT_OCTETS: ReadonlySet<CardFileState> = new Set(["offered", "declined"]);

/** Whether something still happens to the file. */
export function isUnsettled({ state }: BookFile): boolean {
  return UNSETTLED.has(state);
}

/** Every octet of it is here or there. */
export function isComplete({ state }: BookFile): boolean {
  return state === "verified" || state === "complete";
}

/** Files that were taken: those whose octets count. */
export function takenFiles(card: BookCard): readonly BookFile[] {
  return card.files.filter(({ state }) => !WITHOUT_OCTETS.has(state));
}

export function octetsOf(entry: CardEntry, index: number): number {
  return entry.octets.get(index) ?? 0;
}

/** Of all files that were taken. */
export function totalOctets(entry: CardEntry): number {
  return takenFiles(entry.card).reduce((sum, { index }) => sum + octetsOf(entry, index), 0);
}

export function leftOctets(entry: CardEntry): number {
  return entry.card.files
    .filter(isUnsettled)
    .reduce((sum, { index, sizeOctets }) => sum + sizeOctets - octetsOf(entry, index), 0);
}

/** The card with its newest octets. */
export function currentCard(entry: CardEntry): BookCard {
  return {
    ...entry.card,
    files: entry.card.files.map((file) => ({ ...file, octets: octetsOf(entry, file.index) })),
  };
}

/** What windows are told: the card with its newest octets, and what is said of it in the user's language. */
export function shownCard(entry: CardEntry, words: Words): Card {
  const { problem, files, ...card } = currentCard(entry);
  return {
    ...card,
    files: files.map(({ reason, ...file }) =>
      reason === undefined ? file : { ...file, reason: words.say(reason) },
    ),
    ...(problem === undefined
      ? {}
      : {
          problem: {
            ...problem,
            message: words.say(problem.message),
            action: words.say(problem.action),
          },
        }),
  };
}

export function withCard(entry: CardEntry, change: Partial<BookCard>): CardEntry {
  return { ...entry, card: { ...entry.card, ...change } };
}

/** @param indexes files to change; all others stay */
export function withFiles(
  entry: CardEntry,
  indexes: readonly number[],
  change: (file: BookFile) => BookFile,
): CardEntry {
  const files = entry.card.files.map((file) =>
    indexes.includes(file.index) ? change(file) : file,
  );
  const isSame = files.every((file, at) => file === entry.card.files[at]);
  return isSame ? entry : withCard(entry, { files });
}

/** The card without members that only mean something while it rings or is prepared. */
export function settledCard(card: BookCard): BookCard {
  const files = card.files.map((file) => ({
    ...omit(file, "isAlreadyHere", "savedAs"),
    isNameTaken: false,
  }));
  return { ...omit(card, "expiresMs", "freeOctets", "hashedOctets", "hasMoreWaiting"), files };
}
