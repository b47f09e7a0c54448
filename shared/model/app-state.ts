import type { TransferState } from "./transfer.ts";

/** How an offer or a transfer stands, in the words of the chips (one word on every screen). */
export type CardState =
  | "preparing"
  | "reaching"
  | "ringing"
  | "waiting"
  | "accepting"
  | "transferring"
  | "stalled"
  | "verifying"
  | "elsewhere"
  | "declinedElsewhere"
  | "noLongerRinging"
  | "missed"
  | TransferState;

export type CardFileState =
  | "offered"
  | "declined"
  | "waiting"
  | "transferring"
  | "verifying"
  | "verified"
  | "complete"
  | "failed"
  | "damaged"
  | "interrupted";

/** One file on a card. */
export interface CardFile {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly sizeOctets: number;
  readonly state: CardFileState;
  readonly octets: number;
  /** Can run programs when it is opened: never opened from here, only shown in its folder. */
  readonly isDangerous: boolean;
  /** A file of that name is in the folder already: it would be saved under the next free name. */
  readonly isNameTaken: boolean;
  /** data: URL of the offer's picture, PNG or JPEG. */
  readonly icon?: string;
  /** A sentence where the state needs one. */
  readonly reason?: string;
  /** Received or sent file; known to the main process by (card, index). */
  readonly path?: string;
  readonly hash?: string;
}

/** One offer and what became of it, in either direction: the unit of the lists, the prompts and the history. */
export interface Card {
  readonly id: string;
  readonly direction: "incoming" | "outgoing";
  /** SIP or tel URI of the other user. */
  readonly peer: string;
  /** Name to show: from People, else the asserted display name, else the user part. */
  readonly peerName: string;
  readonly state: CardState;
  readonly files: readonly CardFile[];
  /** Wall-clock milliseconds since 1970. */
  readonly startedMs: number;
  readonly endedMs?: number;
  /** Incoming and ringing: when the offer expires. */
  readonly expiresMs?: number;
  /** Where the files of an incoming offer go. */
  readonly folder?: string;
  /** Octets free in that folder, when last looked. */
  readonly freeOctets?: number;
  /** Name of the device that took it, only where the network told it. */
  readonly device?: string;
  readonly isLostRace?: boolean;
  /** What went wrong, for people, and the one thing to do next. */
  readonly problem?: CardProblem;
  /** The user has put it away: only the history shows it. */
  readonly isDismissed: boolean;
}

export interface CardProblem {
  readonly code: string;
  readonly message: string;
  readonly action: string;
  readonly status?: number;
}

/** Octets of a card, told often and apart from it, so that only its own row is drawn again. */
export interface CardProgress {
  readonly id: string;
  readonly octetsPerS: number;
  readonly files: readonly { readonly index: number; readonly octets: number }[];
}

export type RegistrationState =
  | { readonly name: "signedOut" }
  | { readonly name: "connecting" }
  | {
      readonly name: "online";
      readonly contact: string;
      readonly expiresMs: number;
      readonly transport: string;
    }
  | { readonly name: "offline"; readonly reason: string; readonly retryMs?: number };

export interface AppDevice {
  readonly name: string;
  readonly contact: string;
  readonly isThisDevice: boolean;
}

export interface Person {
  readonly aor: string;
  readonly name: string;
  /** My own devices: dangerous types stay ticked, files are not marked as foreign. */
  readonly isMe: boolean;
  readonly isBlocked: boolean;
}

export interface Account {
  readonly aor: string;
  readonly displayName: string;
  readonly deviceName: string;
  readonly core: string;
  readonly isBuiltIn: boolean;
}

/** Every value of the settings page. Durations in seconds. */
export interface Settings {
  readonly theme: "system" | "light" | "dark";
  readonly density: "comfortable" | "compact";
  readonly language: string;
  readonly receiveFolder: string;
  readonly conflict: "keepBoth" | "skip";
  readonly isForeignMarked: boolean;
  readonly arePreviewsShown: boolean;
  readonly ringTimeS: number;
  readonly hasSound: boolean;
  readonly isDoNotDisturb: boolean;
  readonly notifications: boolean;
  readonly isKeptInTray: boolean;
  readonly singleKeyShortcuts: boolean;
  readonly progressAnnouncements: "off" | "milestones" | "verbose";
  readonly historyDays: number;
}

/** Everything a window shows. A window asks once and is then told what changed. */
export interface AppSnapshot {
  readonly profile: { readonly name: string; readonly code: string; readonly colour: string };
  readonly version: string;
  readonly runtime: string;
  readonly account?: Account;
  readonly registration: RegistrationState;
  readonly cards: readonly Card[];
  readonly people: readonly Person[];
  readonly devices: readonly AppDevice[];
  readonly settings: Settings;
}

/** A file or folder that the user chose to send, looked at before anything is sent. */
export interface PickedFile {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly sizeOctets: number;
  readonly problem?: string;
}
