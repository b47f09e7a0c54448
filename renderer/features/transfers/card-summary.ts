import { type Card, type CardFile, isEnded, offeredOctets } from "../../../shared/model/card.ts";
import type { Progress } from "../../ipc/progress-store.ts";

export interface CardSummary {
  /** Files that were asked for: all but the declined ones. */
  readonly taken: readonly CardFile[];
  readonly totalOctets: number;
  readonly octets: number;
  readonly completeFiles: number;
  readonly verifiedFiles: number;
  /** Files that could be had another time. */
  readonly failedFiles: number;
  /** 0 to 1; while preparing, of the hashing. */
  readonly fraction: number;
}

const COMPLETE: ReadonlySet<CardFile["state"]> = new Set(["verified", "complete"]);
const FAILED: ReadonlySet<CardFile["state"]> = new Set(["failed", "damaged", "interrupted"]);

/** Octets of one file as far as anybody knows: what was told with the card, or what came since. */
export function octetsOf(file: CardFile, progress: Progress | undefined): number {
  if (COMPLETE.has(file.state)) return file.sizeOctets;
  const told = Math.max(file.octets, progress?.files.get(file.index) ?? 0);
  return Math.min(file.sizeOctets, told);
}

export function summaryOf(card: Card, progress?: Progress): CardSummary {
  const taken = card.files.filter(({ state }) => state !== "declined");
  const totalOctets = sum(taken.map(({ sizeOctets }) => sizeOctets));
  const told = sum(taken.map((file) => octetsOf(file, progress)));
  // Progress of the whole is ahead of the files where only some of them were told; bars never run backwards.
  const ahead = isEnded(card.state) ? 0 : (progress?.octets ?? 0);
  const octets = Math.min(totalOctets, Math.max(told, ahead));
  return {
    taken,
    totalOctets,
    octets,
    completeFiles: taken.filter(({ state }) => COMPLETE.has(state)).length,
    verifiedFiles: taken.filter(({ state }) => state === "verified").length,
    failedFiles: taken.filter(({ state }) => FAILED.has(state)).length,
    fraction: fractionOf(card, octets, totalOctets),
  };
}

function fractionOf(card: Card, octets: number, totalOctets: number): number {
  const done = card.state === "preparing" ? (card.hashedOctets ?? 0) : octets;
  return totalOctets === 0 ? 0 : Math.min(1, done / totalOctets);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Octets to tell of a card that has ended: of the files that were taken, and of all where none was. */
export function endedOctets(card: Card): number {
  const { totalOctets } = summaryOf(card);
  // A larger offer is taken as a whole, or not at all.
  return totalOctets === 0 || card.series !== undefined ? offeredOctets(card) : totalOctets;
}

/** Octets that a cancelled transfer would have to send again. */
export function lostOctets(card: Card, progress?: Progress): number {
  return sum(
    summaryOf(card, progress)
      .taken.filter(({ state }) => !COMPLETE.has(state))
      .map((file) => octetsOf(file, progress)),
  );
}

const MUCH_OCTETS = 100_000_000;
const LONG_MS = 60_000;

/** Cancelling asks only where more than 100 MB or a minute of work would be lost. */
export function asksBeforeCancel(
  card: Card,
  progress: Progress | undefined,
  nowMs: number,
): boolean {
  const lost = lostOctets(card, progress);
  if (lost === 0) return false;
  // What is paused has no speed, but had one.
  const perS = progress?.octetsPerS ?? progress?.speeds.at(-1) ?? 0;
  const workMs = perS > 0 ? (lost / perS) * 1000 : nowMs - card.startedMs;
  return lost > MUCH_OCTETS || workMs > LONG_MS;
}
