import type {
  AppEventName,
  AppEvents,
  RequestArguments,
  RequestName,
  RequestResult,
} from "../../shared/ipc/contract.ts";
import type { AppSnapshot } from "../../shared/model/app-state.ts";
import type { Card } from "../../shared/model/card.ts";

/**
 * What the application asks of the desktop it runs on: everything that only Electron can do. The engine knows this and
 * nothing of Electron, so its tests run without windows.
 */
export interface DesktopPort {
  readonly runtime: string;
  readonly version: string;
  readonly platform: "linux" | "darwin" | "win32";
  /** Default folder for received files. */
  readonly downloadsFolder: string;
  /** Of the system, BCP 47. */
  readonly locale: string;
  /** Empty: the user closed the dialog. */
  chooseFiles(kind: "files" | "folder"): Promise<readonly string[]>;
  chooseFolder(current?: string): Promise<string | undefined>;
  chooseSavePath(suggestedName: string): Promise<string | undefined>;
  /** Asks where a file is now; starts in the folder where it was. Undefined: the user closed the dialog. */
  locateFile(name: string, folder: string): Promise<string | undefined>;
  /** Undefined when it was opened; else why not. */
  openPath(path: string): Promise<string | undefined>;
  reveal(path: string): void;
  /** Rejects where the system has no bin for it. */
  trash(path: string): Promise<void>;
  /** Starts a native drag out of the window that asked. */
  startDrag(path: string): void;
  /** Files, else an image as PNG, else text. */
  readClipboard(): Promise<ClipboardContent>;
  writeClipboard(text: string): Promise<void>;
  /** `isWeak`: the system has no keyring, a fixed key is used. */
  encrypt(secret: string): Promise<{ readonly bytes: Uint8Array; readonly isWeak: boolean }>;
  /** Undefined: it was kept on another system or by another user. */
  decrypt(bytes: Uint8Array): Promise<string | undefined>;
  /** Starts one more instance of this program with its own profile. */
  openInstance(args: readonly string[]): void;
  fitPrompt(heightPx: number): void;
  /** Brings it to the front, and this into sight. */
  showMainWindow(what: AppEvents["window.show"]): void;
  answerQuit(how: "whenDone" | "now" | "stay"): void;
}

export type ClipboardContent =
  | { readonly kind: "files"; readonly paths: readonly string[] }
  | { readonly kind: "image"; readonly png: Uint8Array }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nothing" };

/** The application behind its windows: what the shell (windows, tray, notifications) knows of it. */
export interface AppEngine {
  /** Answers a request whose arguments the border has checked. Never rejects. */
  answer<Name extends RequestName>(
    name: Name,
    args: RequestArguments<Name>,
  ): Promise<RequestResult<Name>>;
  /** The very state that `app.snapshot` gives. */
  readonly snapshot: AppSnapshot;
  /** Everything that windows are told, in order. @returns undoes it */
  onEvent(listener: (event: EngineEvent) => void): () => void;
  /** Octets move, or are checked, now. */
  readonly isBusy: boolean;
  /** Files handed over by the command line, the system or another instance, and what a `cpm:` link says. */
  handOver(what: HandedOver): Promise<void>;
  /** A picture or a picked file by its path on the windows' origin; undefined where there is none. */
  resource(path: string): Promise<EngineResource | undefined>;
  /** Another profile of this machine was opened. */
  becomeOneOfSeveral(): void;
  /** The machine goes to sleep, or has woken up. */
  suspend(): Promise<void>;
  resume(): Promise<void>;
  /** Ends offers and transfers, de-registers, closes the store. At most five seconds. */
  stop(): Promise<void>;
}

export interface HandedOver {
  readonly paths: readonly string[];
  readonly to?: string;
  /** Of a network to join; the window asks. */
  readonly joinLink?: string;
}

export type EngineEvent = {
  [Name in AppEventName]: { readonly name: Name; readonly payload: AppEvents[Name] };
}[AppEventName];

export type EngineResource =
  | { readonly kind: "octets"; readonly type: string; readonly bytes: Uint8Array }
  | { readonly kind: "file"; readonly type: string; readonly path: string };

/** Waits for an answer on this device: shown over other things, told by the system, counted on the badge. */
export function isAsking(card: Card): boolean {
  return card.direction === "incoming" && card.state === "ringing" && card.isSilenced !== true;
}
