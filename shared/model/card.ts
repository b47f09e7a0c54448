import type { TransferState } from "./transfer.ts";

/** How an offer or a transfer stands. One word for it on every screen; the chips' texts are the renderer's. */
export type CardState =
  /** Outgoing: files are opened and hashed. */
  | "preparing"
  /** Outgoing: the request is on its way, no device rings yet. */
  | "reaching"
  /** Incoming: this device rings. */
  | "ringing"
  /** Outgoing: a device of the recipient rings. */
  | "waiting"
  /** Incoming: accepted here, not yet settled with the network. */
  | "accepting"
  | "transferring"
  /** No octet for 10 s while the connection stands. */
  | "stalled"
  /** Incoming: every octet is here, the hash is compared. */
  | "verifying"
  /** Somebody paused it: `pausedBy`. */
  | "paused"
  /** The connection broke, or the user wants to go on: tried again by itself. */
  | "reconnecting"
  /** Incoming: the disk is full; it goes on by itself when there is room. */
  | "waitingForSpace"
  | CardEndState;

export type CardEndState =
  | TransferState
  /** Incoming: the octets differ from the offer's hash. Outgoing: the receiver said so. */
  | "damaged"
  | "elsewhere"
  | "declinedElsewhere"
  | "noLongerRinging"
  | "missed";

export type CardFileState =
  | "offered"
  | "declined"
  | "waiting"
  | "transferring"
  | "verifying"
  /** Proven: the hash of what is stored agrees. */
  | "verified"
  /** Every octet is acknowledged, but nobody vouches for the hash. */
  | "complete"
  | "failed"
  | "damaged"
  | "interrupted";

/** What happens when a file of that name is in the folder already. `replace` puts the old one into the system's bin. */
export type ConflictPolicy = "keepBoth" | "replace" | "skip";

/**
 * One file on a card.
 * @typeParam Text of sentences for people: words for a window, what they are made of inside main
 */
export interface CardFile<Text = string> {
  readonly index: number;
  /** Safe to show and to store. */
  readonly name: string;
  readonly type: string;
  readonly sizeOctets: number;
  readonly state: CardFileState;
  readonly octets: number;
  /** Can run programs when it is opened: never opened from here, only shown in its folder. */
  readonly isDangerous: boolean;
  /** Incoming and ringing: a file of that name is in the folder already. */
  readonly isNameTaken: boolean;
  /** Incoming and ringing: a file of that name, size and hash is in the folder already. */
  readonly isAlreadyHere?: boolean;
  /** Incoming and ringing: no disk takes the name as it is, so the file gets this one. */
  readonly savedAs?: string;
  /** Path of a picture on the window's own origin, for example `/icon/3f…/0`. */
  readonly icon?: string;
  /** A sentence for people where the state needs one. */
  readonly reason?: Text;
  /** Where it lies; only shown. Requests name a file by card and index. */
  readonly path?: string;
  /** Interrupted: it can go on after its `octets`. */
  readonly canResume?: boolean;
  /** It lay at `path` once and does not any more. */
  readonly isGone?: boolean;
  /** `sha-256:` or `sha-1:` and hexadecimal digits. */
  readonly hash?: string;
  /** Damaged: what the offer promised; `hash` is that of what arrived. */
  readonly offeredHash?: string;
}

/** One offer and what became of it, in either direction: the unit of lists, prompts and history. */
export interface Card<Text = string> {
  readonly id: string;
  readonly direction: "incoming" | "outgoing";
  /** SIP or tel URI of the other user. */
  readonly peer: string;
  /** Name to show: from People, else the asserted display name, else the user part. */
  readonly peerName: string;
  readonly state: CardState;
  readonly files: readonly CardFile<Text>[];
  /**
   * Incoming: the files are the first of so many, as the sender says. Whoever takes all that are listed takes the rest
   * with them; they are added as they come. Gone when only some were taken: what follows is a card of its own.
   */
  readonly series?: { readonly files: number; readonly octets: number };
  /** What the sender wrote to go with the files. */
  readonly text?: string;
  /** Wall-clock milliseconds since 1970. */
  readonly startedMs: number;
  readonly endedMs?: number;
  /** Incoming and ringing: when this device stops ringing. */
  readonly expiresMs?: number;
  /** Incoming and ringing: more offers came than may ring; they were refused. */
  readonly hasMoreWaiting?: boolean;
  /** Incoming: where the files go. */
  readonly folder?: string;
  /** Octets that may be written into that folder, the reserve taken off, when last looked. */
  readonly freeOctets?: number;
  /** Outgoing, while preparing: octets hashed so far of all files. */
  readonly hashedOctets?: number;
  /** Name of the device that took it, only where the network told it. */
  readonly device?: string;
  /** Outgoing: when this app heard that the other user has opened a file of it, wall-clock milliseconds since 1970. */
  readonly seenMs?: number;
  /** This device's own connection for the files was encrypted; of the way beyond it nothing is known. */
  readonly isEncrypted?: boolean;
  readonly pausedBy?: "us" | "peer";
  /** Reconnecting: when it is tried next, wall-clock milliseconds since 1970; only where that is a while away. */
  readonly retryAtMs?: number;
  /** This device had accepted too and was a moment later. */
  readonly isLostRace?: boolean;
  /** What went wrong and the one thing to do next. */
  readonly problem?: CardProblem<Text>;
  /** The user silenced it here: listed, but neither shown over other things nor heard. */
  readonly isSilenced?: boolean;
  /** Accepted by the rule of its person, not by hand. */
  readonly isAutoAccepted?: boolean;
  /** The user has put it away: only the history shows it. */
  readonly isDismissed?: boolean;
  /** Offers made by one action, one per person. */
  readonly group?: string;
}

/** An error of `client-events.ts` in the words of the window. */
export interface CardProblem<Text = string> {
  /**
   * For the words and the button; unknown codes get the general ones. An `ErrorCode`, or `some-declined`, `none-taken`,
   * `cancelled-by-peer`, `cancelled-by-us`, `stopped` (this app ended before the transfer did), `stalled`,
   * `reconnecting`, `waiting-for-space`.
   */
  readonly code: string;
  /** What happened and what it means for the files. */
  readonly message: Text;
  /** What to do next; empty where there is nothing. */
  readonly action: Text;
  /** SIP or MSRP status behind it, for the details. */
  readonly status?: number;
}

/** Octets of a running card, told apart from it, so that only its own row is drawn again. */
export interface CardProgress {
  readonly id: string;
  /** Of all accepted files. */
  readonly octets: number;
  /** Weighted over the last 10 s; absent until it means something (2 s or 1 MB). */
  readonly octetsPerS?: number;
  /** Seconds left at that speed; absent for the first 5 s. */
  readonly leftS?: number;
  /** Only files that changed. */
  readonly files: readonly { readonly index: number; readonly octets: number }[];
}

interface Offered extends Pick<Card, "series"> {
  readonly files: readonly Pick<CardFile, "sizeOctets">[];
}

/** How many files the other side offers, or offered, in all, whether they were listed or not. */
export function offeredFiles({ files, series }: Offered): number {
  return Math.max(files.length, series?.files ?? 0);
}

/** Octets of all of them, whatever became of them. */
export function offeredOctets({ files, series }: Offered): number {
  const listed = files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
  return Math.max(listed, series?.octets ?? 0);
}

const END_STATES: Readonly<Record<CardEndState, true>> = {
  verified: true,
  confirmed: true,
  partly: true,
  failed: true,
  damaged: true,
  interrupted: true,
  declined: true,
  noanswer: true,
  cancelled: true,
  elsewhere: true,
  declinedElsewhere: true,
  noLongerRinging: true,
  missed: true,
};

const RUNNING_STATES: Readonly<Record<Exclude<CardState, CardEndState>, true>> = {
  preparing: true,
  reaching: true,
  ringing: true,
  waiting: true,
  accepting: true,
  transferring: true,
  stalled: true,
  verifying: true,
  paused: true,
  reconnecting: true,
  waitingForSpace: true,
};

const FILE_STATES: Readonly<Record<CardFileState, true>> = {
  offered: true,
  declined: true,
  waiting: true,
  transferring: true,
  verifying: true,
  verified: true,
  complete: true,
  failed: true,
  damaged: true,
  interrupted: true,
};

/** Whether a text, from a store or a window, names a state. */
export function isCardState(text: string): text is CardState {
  return Object.hasOwn(END_STATES, text) || Object.hasOwn(RUNNING_STATES, text);
}

export function isCardFileState(text: string): text is CardFileState {
  return Object.hasOwn(FILE_STATES, text);
}

/** Whether nothing will happen to the card by itself any more. */
export function isEnded(state: CardState): state is CardEndState {
  return state in END_STATES;
}

/** Octets of files move, are checked, or stand still for a while: one side has said yes, and it has not ended. */
export function isGoingOn({ state }: Pick<Card, "state">): boolean {
  return GOING_ON.has(state);
}

const GOING_ON: ReadonlySet<CardState> = new Set([
  ...(["transferring", "stalled", "verifying", "paused", "reconnecting"] as const),
  "waitingForSpace",
]);

/** Nothing moves until somebody says so, or there is room. */
export function isHalted({ state }: Pick<Card, "state">): boolean {
  return state === "paused" || state === "waitingForSpace";
}

export function canPause({ state }: Pick<Card, "state">): boolean {
  return state === "transferring" || state === "stalled" || state === "reconnecting";
}

/** The user can let it go on: what this device has paused or lost, not what the other side has paused. */
export function canResume({ state, pausedBy, files }: ResumableCard): boolean {
  if (state === "paused") return pausedBy !== "peer";
  return state === "waitingForSpace" || (isEnded(state) && files.some((file) => file.canResume));
}

interface ResumableCard extends Pick<Card, "state" | "pausedBy"> {
  readonly files: readonly Pick<CardFile, "canResume">[];
}
