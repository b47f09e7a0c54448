import type { FileOutcome, Interrupted } from "./outcome.ts";
import type { PreparedFile } from "./outgoing-files.ts";
import { isWanted, type PullOffer } from "./pull-offer.ts";

/** A file of an offer on its way. */
export interface Entry {
  readonly file: PreparedFile;
  isMoving: boolean;
  /** By a push of ours that has no answer yet. */
  isOffered: boolean;
  /** Octets that the receiver has, as far as we know. */
  octets: number;
  /** Interrupted, and may go on. */
  pending?: Interrupted;
  outcome?: FileOutcome;
}

export function newEntry(file: PreparedFile): Entry {
  return { file, isMoving: false, isOffered: false, octets: 0 };
}

export function isOpen({ outcome }: Entry): boolean {
  return outcome === undefined;
}

/** Whoever asks for a file that was changed hears so, and asks no more. */
export function isOpenOrChanged({ outcome }: Entry): boolean {
  return outcome === undefined || (outcome.kind === "failed" && outcome.code === "source-changed");
}

export function isAskedFor({ file }: Entry, media: PullOffer["wanted"][number]): boolean {
  return isWanted(media, { ...file.hashes, ...pick(file.source) });
}

export function pick({ name, sizeOctets }: PreparedFile["source"]): {
  readonly name: string;
  readonly sizeOctets: number;
} {
  return { name, sizeOctets };
}

/** Nothing needs to be sent again, or nothing has been sent: of what waits to go on. */
export function isAllOrNothingThere(entries: readonly Entry[]): boolean {
  const waiting = entries.filter(({ pending }) => pending !== undefined);
  const isAll = waiting.every(({ file, octets }) => octets === file.source.sizeOctets);
  return isAll || waiting.every(({ octets }) => octets === 0);
}
