import type { Card, CardFile, CardFileState } from "../../../shared/model/card.ts";
import { omit } from "./omit.ts";
import type { TransferRate } from "./transfer-rate.ts";

/** A card with what is known behind it. */
export interface CardEntry {
  /** Its files' `octets` are those of the last change of state; `octets` here are newer. */
  readonly card: Card;
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
export function isUnsettled({ state }: CardFile): boolean {
  return UNSETTLED.has(state);
}

/** Every octet of it is here or there. */
export function isComplete({ state }: CardFile): boolean {
  return state === "verified" || state === "complete";
}

/** Files that were taken: those whose octets count. */
export function takenFiles(card: Card): readonly CardFile[] {
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

/** The card with its newest octets: what windows are told. */
export function shownCard(entry: CardEntry): Card {
  return {
    ...entry.card,
    files: entry.card.files.map((file) => ({ ...file, octets: octetsOf(entry, file.index) })),
  };
}

export function withCard(entry: CardEntry, change: Partial<Card>): CardEntry {
  return { ...entry, card: { ...entry.card, ...change } };
}

/** @param indexes files to change; all others stay */
export function withFiles(
  entry: CardEntry,
  indexes: readonly number[],
  change: (file: CardFile) => CardFile,
): CardEntry {
  const files = entry.card.files.map((file) =>
    indexes.includes(file.index) ? change(file) : file,
  );
  const isSame = files.every((file, at) => file === entry.card.files[at]);
  return isSame ? entry : withCard(entry, { files });
}

/** The card without members that only mean something while it rings or is prepared. */
export function settledCard(card: Card): Card {
  const files = card.files.map((file) => ({
    ...omit(file, "isAlreadyHere", "savedAs"),
    isNameTaken: false,
  }));
  return { ...omit(card, "expiresMs", "freeOctets", "hashedOctets"), files };
}
