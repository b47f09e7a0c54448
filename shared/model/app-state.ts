import type { Card } from "./card.ts";
import type { ProtectionProblem } from "./registration.ts";
import type { Settings } from "./settings.ts";
import type { SharingState } from "./sharing.ts";

/** Why signing in did not work; the renderer has a sentence for each. */
export type SignInFailureCode =
  | "badAddress"
  | "badServer"
  | "wrongPassword"
  | "unknownUser"
  | "noAnswer"
  | "refused"
  | "networkNotStarted"
  | "profileInUse"
  | "storage"
  | ProtectionProblem;

export type RegistrationState<Text = string> =
  | { readonly name: "signedOut" }
  | { readonly name: "connecting" }
  | {
      readonly name: "online";
      readonly contact: string;
      readonly transport: "udp" | "tcp" | "tls";
      /** Wall-clock milliseconds since 1970. */
      readonly sinceMs: number;
      readonly expiresMs: number;
    }
  | {
      readonly name: "offline";
      readonly code: SignInFailureCode;
      readonly reason: Text;
      /** When it tries again by itself, wall-clock milliseconds since 1970. */
      readonly retryAtMs?: number;
    };

/** A device of this user. */
export interface AppDevice {
  readonly name: string;
  readonly isThisDevice: boolean;
  readonly isOnline: boolean;
  /** Contact URI, while it is registered. */
  readonly contact?: string;
  readonly instanceId?: string;
  readonly lastSeenMs?: number;
}

/** Takes offers of this person without asking. */
export interface AutoAcceptRule {
  /** Whole offer; larger ones ask. */
  readonly maxSizeOctets: number;
}

export interface Person {
  /** `sip:user@domain` or `tel:+…`. */
  readonly aor: string;
  readonly name: string;
  /** My own devices: files that can run programs stay ticked, files are not marked as foreign. */
  readonly isMe: boolean;
  readonly isBlocked: boolean;
  readonly autoAccept?: AutoAcceptRule;
  /** Last offer in either direction, wall-clock milliseconds since 1970. */
  readonly lastMs?: number;
}

export interface Account {
  /** `sip:user@domain`. */
  readonly aor: string;
  readonly displayName: string;
  readonly deviceName: string;
  /** `host:port` of the core; the built-in network's changes from start to start. */
  readonly core: string;
  readonly transport: "udp" | "tcp" | "tls";
  readonly isBuiltIn: boolean;
  /** Certificate that the core must show: pairs of capital digits with colons. Absent: no network joined by link. */
  readonly fingerprint?: string;
  /** Of a network joined by link, as its host calls it. */
  readonly networkName?: string;
  /** This window runs the network for others. */
  readonly isHost?: boolean;
  /** The password is kept with a fixed key, because the system has no keyring. */
  readonly isPasswordWeaklyKept?: boolean;
}

/** What tells this instance from others on the machine. */
export interface Instance {
  readonly profile: string;
  /** For example `B2`. */
  readonly code: string;
  /** Other profiles exist on this machine, so the strip with code and colour is shown. */
  readonly isOneOfSeveral: boolean;
  /** Opened by `npm start` or by another window, with what there is to try beside it: it needs no first steps. */
  readonly isOneOfSet?: boolean;
  readonly version: string;
  /** For example `Electron 45.4.1`. */
  readonly runtime: string;
  readonly platform: "linux" | "darwin" | "win32";
}

/** What an offer may hold; found before sending. */
export interface Limits {
  readonly maxFiles: number;
  /** Absent: no limit of the network is known. */
  readonly maxSizeOctets?: number;
}

/** Something another user asks for in words ("Bob asks for it again"); shown once, kept until put away. */
export interface Notice {
  readonly id: string;
  /** Empty: this program itself says it. */
  readonly from: string;
  readonly fromName: string;
  readonly text: string;
  readonly atMs: number;
}

/** What went wrong with the history last; the files themselves are not touched by it. */
export interface HistoryTrouble {
  readonly kind: "unwritten" | "unread";
  readonly atMs: number;
}

/** The account that the program was started with has not come yet; with a failure it does not come by itself. */
export interface Arrival {
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly action?: string;
  };
}

/** Everything a window shows but the cards. */
export interface AppState {
  readonly instance: Instance;
  readonly account?: Account;
  readonly arrival?: Arrival;
  /** Absent: nothing is shared. */
  readonly sharing?: SharingState;
  readonly registration: RegistrationState;
  readonly people: readonly Person[];
  readonly devices: readonly AppDevice[];
  readonly settings: Settings;
  readonly limits: Limits;
  readonly notices: readonly Notice[];
  readonly historyTrouble?: HistoryTrouble;
  /** Folders used last, newest first, at most five. */
  readonly recentFolders: readonly string[];
  /** Octets that may be written into the receive folder, the reserve taken off. */
  readonly freeOctets?: number;
  /** Other users of the built-in network, for the first send. */
  readonly suggestions: readonly { readonly aor: string; readonly name: string }[];
}

/** A window asks once and is then told what changed. */
export interface AppSnapshot {
  readonly app: AppState;
  /** Running ones and those of today that were not put away, newest first. */
  readonly cards: readonly Card[];
}

export type PickProblem =
  | "unreadable"
  | "vanished"
  | "empty"
  | "notAFile"
  | "tooLarge"
  | "tooMany"
  | "duplicate"
  | "nameChanges";

/** A file that the user chose to send, looked at before anything is sent. */
export interface PickedFile {
  readonly path: string;
  readonly name: string;
  /** For a file out of a folder: its place below it, for example `photos/a.jpg`. */
  readonly shownAs?: string;
  readonly type: string;
  readonly sizeOctets: number;
  readonly problem?: { readonly code: PickProblem; readonly isBlocking: boolean };
  /** Path of the file on the window's own origin, for images up to 40 MB: the window makes the preview of it. */
  readonly source?: string;
}
