import { z } from "zod";
import { MAX_LINK } from "../link/cpm-link.ts";
import type { AppSnapshot, AppState, PickedFile, SignInFailureCode } from "../model/app-state.ts";
import type { Card, CardProgress } from "../model/card.ts";
import { INSTANCE_COLOURS } from "../model/settings.ts";
import type { Invitation, JoinView, SharingChoice } from "../model/sharing.ts";
import { MAX_ICON_OCTETS, MAX_PICKED } from "./limits.ts";

/**
 * The one table that crosses the process border. A window asks by name, main answers; arguments are checked in main,
 * whatever a window claims. A file's octets never cross: a path, an id or a picture of at most 20 kB does. Failures are
 * values, because Electron strips a thrown error to its message.
 */

const id = z.string().min(1).max(200);
const ids = z.array(id).max(5000);
/** Of a command that would act twice: one that comes again with the same id gets the first one's answer. */
const commandId = z.string().min(1).max(64);
const path = z.string().min(1).max(4096);
const uri = z.string().min(1).max(512);
const name = z.string().max(200);
const index = z
  .int()
  .min(0)
  .max(MAX_PICKED - 1);
const octets = z.int().min(0);
const link = z.string().min(1).max(MAX_LINK);
const conflict = z.enum(["keepBoth", "replace", "skip"]);
const oneFile = z.strictObject({ id, index });
const oneCard = z.strictObject({ id });

const person = z.strictObject({
  aor: uri,
  name,
  isMe: z.boolean(),
  isBlocked: z.boolean(),
  autoAccept: z.strictObject({ maxSizeOctets: octets }).optional(),
});

/** A value of its own for each setting, so that one bad value spoils no other. */
export const settingsSchema = z.strictObject({
  theme: z.enum(["system", "light", "dark"]),
  density: z.enum(["comfortable", "compact"]),
  language: z.string().max(40),
  colour: z.enum(INSTANCE_COLOURS),
  receiveFolder: path,
  conflict: z.enum(["ask", "keepBoth", "replace", "skip"]),
  strangers: z.enum(["ask", "decline"]),
  isForeignMarked: z.boolean(),
  arePreviewsOn: z.boolean(),
  ringTimeS: z.int().min(10).max(3600),
  hasSound: z.boolean(),
  isDoNotDisturb: z.boolean(),
  areNotificationsOn: z.boolean().nullable(),
  isKeptInTray: z.boolean(),
  startsWithSystem: z.boolean(),
  hasSingleKeys: z.boolean(),
  announcements: z.enum(["off", "milestones", "verbose"]),
  isMotionReduced: z.boolean(),
  historyDays: z.int().min(1).max(3650),
});

/** Arguments of each request. */
export const requestSchemas = {
  "app.snapshot": z.strictObject({}),
  /** Starts the built-in network where none runs on this machine, and signs in. */
  "account.tryHere": z.strictObject({
    aor: uri.optional(),
    displayName: name,
    deviceName: name,
    colour: z.enum(INSTANCE_COLOURS).optional(),
    receiveFolder: path.optional(),
  }),
  "account.connect": z.strictObject({
    aor: uri,
    password: z.string().max(1024),
    /** `host` or `host:port`. */
    server: z.string().min(1).max(300),
    transport: z.enum(["udp", "tcp", "tls"]),
    /** SHA-256 of the certificate that the server must show over TLS; without it, one for its name. */
    fingerprint: z.string().max(200).optional(),
    displayName: name,
    deviceName: name,
  }),
  "account.rename": z.strictObject({ displayName: name, deviceName: name }),
  "account.signOut": z.strictObject({}),
  /** Tries to register now; also asks the core anew which devices the user has. */
  "account.refresh": z.strictObject({}),
  /** Addresses of this computer to share at, the likeliest first. */
  "sharing.choices": z.strictObject({}),
  /** Runs a network for people nearby at this address of this computer, and takes this window into it. */
  "sharing.start": z.strictObject({ address: z.string().min(1).max(64), name }),
  /** Ends it; this window goes back to the account it had. People and their links stay for the next time. */
  "sharing.stop": z.strictObject({}),
  /** Makes an account. Refused with `nameTaken` where somebody of that name has one. */
  "sharing.invite": z.strictObject({ name: name.min(1) }),
  /** Another link for somebody; the one before is void, and devices that joined with it have to join anew. */
  "sharing.renew": z.strictObject({ aor: uri }),
  "sharing.remove": z.strictObject({ aor: uri }),
  /** What a link to join says, to be shown before anything is done with it. */
  "join.look": z.strictObject({ link }),
  /** Joins in place of the present account; the user has seen what the link says. */
  "join.accept": z.strictObject({ link, displayName: name, deviceName: name }),
  /** Opens one more window of its own profile: another device of the same user, or of another one. */
  "device.open": z.strictObject({ aor: uri, deviceName: name }),
  "files.choose": z.strictObject({ kind: z.enum(["files", "folder"]) }),
  "files.look": z.strictObject({ paths: z.array(path).max(MAX_PICKED) }),
  /** Files, or an image, or text of the clipboard; the latter two become files of a temporary folder. */
  "files.paste": z.strictObject({}),
  /** Makes a small file to try it out with. */
  "files.sample": z.strictObject({}),
  "folder.choose": z.strictObject({ current: path.optional() }),
  /** What the folder means for a ringing offer: room, names that are taken. The card tells it. */
  "offer.folder": z.strictObject({ id, folder: path }),
  "offer.send": z.strictObject({
    commandId: commandId.optional(),
    to: z.array(uri).min(1).max(20),
    paths: z.array(path).min(1).max(MAX_PICKED),
    text: z.string().max(500).optional(),
    icons: z
      .array(
        z.strictObject({
          index,
          type: z.enum(["image/png", "image/jpeg"]),
          bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= MAX_ICON_OCTETS),
        }),
      )
      .max(100)
      .optional(),
  }),
  "offer.accept": z.strictObject({
    id,
    files: z
      .array(z.strictObject({ index, conflict: conflict.optional() }))
      .min(1)
      .max(MAX_PICKED),
    folder: path.optional(),
  }),
  "offer.decline": z.strictObject({
    id,
    where: z.enum(["here", "everywhere"]),
    isBlocking: z.boolean().optional(),
  }),
  "offer.silence": oneCard,
  /** Asks the offering user in words to send again; a pager-mode message. */
  "offer.askAgain": oneCard,
  "card.cancel": oneCard,
  "card.cancelFile": oneFile,
  "card.pause": oneCard,
  /** Goes on at once: paused, waiting, or interrupted, also in an earlier run. `folder`: from now on there. */
  "card.resume": z.strictObject({ id, folder: path.optional() }),
  "cards.pauseAll": z.strictObject({}),
  /** Those that were paused here. */
  "cards.resumeAll": z.strictObject({}),
  /** Offers anew what was not transferred; everything, where all was. */
  "card.retry": z.strictObject({ id, commandId: commandId.optional() }),
  /** Of an interrupted transfer that came in, what had arrived is deleted. */
  "card.dismiss": z.strictObject({ ids }),
  /** Refused with `dangerous` for a file that can run programs unless the user has confirmed. */
  "file.open": z.strictObject({ id, index, isConfirmed: z.boolean().optional() }),
  "file.reveal": oneFile,
  "file.drag": oneFile,
  "file.copyPath": oneFile,
  /** A file set aside as damaged: kept under its own name, or put into the bin. */
  "file.settle": z.strictObject({ id, index, what: z.enum(["keep", "delete"]) }),
  /** Asks the user where a moved file is now; only one of the same size and hash is taken. */
  "file.locate": oneFile,
  "history.list": z.strictObject({
    text: z.string().max(200).optional(),
    direction: z.enum(["incoming", "outgoing"]).optional(),
    states: z.array(z.string().max(40)).max(20).optional(),
    peer: uri.optional(),
    sinceMs: z.number().optional(),
    /** Name of the device that took it. */
    device: name.optional(),
    /** The last card of the page before. */
    before: z.strictObject({ startedMs: z.number(), id }).optional(),
    limit: z.int().min(1).max(200).optional(),
  }),
  "history.forget": z.strictObject({ ids }),
  "history.forgetAll": z.strictObject({}),
  "history.export": z.strictObject({ format: z.enum(["csv", "json"]) }),
  /** `was`: the address it had, where that changes. */
  "people.save": z.strictObject({ person, was: uri.optional() }),
  "people.remove": z.strictObject({ aor: uri }),
  "notice.dismiss": oneCard,
  "settings.change": settingsSchema.partial(),
  "text.copy": z.strictObject({ text: z.string().max(100_000) }),
  /** The prompt window fits its content. */
  "window.fit": z.strictObject({ heightPx: z.int().min(1).max(4000) }),
  "window.showMain": z.strictObject({
    page: z.enum(["send", "transfers", "history", "people", "devices", "settings"]).optional(),
    cardId: id.optional(),
  }),
  /** Closes a dialog's question about running transfers with the user's answer. */
  "app.quit": z.strictObject({ how: z.enum(["whenDone", "now", "stay"]) }),
} as const;

export type RequestName = keyof typeof requestSchemas;
export type RequestArguments<Name extends RequestName> = z.infer<(typeof requestSchemas)[Name]>;

/** What a successful request gives. */
export interface RequestAnswers {
  readonly "app.snapshot": AppSnapshot;
  readonly "account.tryHere": null;
  readonly "account.connect": null;
  readonly "account.rename": null;
  readonly "account.signOut": null;
  readonly "account.refresh": null;
  readonly "sharing.choices": readonly SharingChoice[];
  readonly "sharing.start": null;
  readonly "sharing.stop": null;
  readonly "sharing.invite": Invitation;
  readonly "sharing.renew": Invitation;
  readonly "sharing.remove": null;
  readonly "join.look": JoinView;
  readonly "join.accept": null;
  readonly "device.open": null;
  readonly "files.choose": readonly PickedFile[];
  readonly "files.look": readonly PickedFile[];
  readonly "files.paste": readonly PickedFile[];
  readonly "files.sample": readonly PickedFile[];
  /** null: the user closed the dialog. */
  readonly "folder.choose": string | null;
  readonly "offer.folder": null;
  /** One result per recipient, in their order. */
  readonly "offer.send": readonly SendResult[];
  readonly "offer.accept": null;
  readonly "offer.decline": null;
  readonly "offer.silence": null;
  readonly "offer.askAgain": null;
  readonly "card.cancel": null;
  readonly "card.cancelFile": null;
  readonly "card.pause": null;
  readonly "card.resume": null;
  readonly "cards.pauseAll": null;
  readonly "cards.resumeAll": null;
  /** Id of the new card. */
  readonly "card.retry": string;
  readonly "card.dismiss": null;
  readonly "file.open": null;
  readonly "file.reveal": null;
  readonly "file.drag": null;
  readonly "file.copyPath": null;
  /** As it is now: one of the history is not told of otherwise. */
  readonly "file.settle": Card;
  /** The card with the new place; null: the user closed the dialog. */
  readonly "file.locate": Card | null;
  readonly "history.list": { readonly cards: readonly Card[]; readonly hasMore: boolean };
  readonly "history.forget": null;
  readonly "history.forgetAll": null;
  /** Where it was written; null: the user closed the dialog. */
  readonly "history.export": string | null;
  readonly "people.save": null;
  readonly "people.remove": null;
  readonly "notice.dismiss": null;
  readonly "settings.change": null;
  readonly "text.copy": null;
  readonly "window.fit": null;
  readonly "window.showMain": null;
  readonly "app.quit": null;
}

export type SendResult =
  | { readonly to: string; readonly ok: true; readonly id: string }
  | { readonly to: string; readonly ok: false; readonly error: RequestFailure };

/** What main tells its windows without being asked. */
export interface AppEvents {
  /** Cards that are new or changed; each replaces the one with its id. */
  readonly "cards.changed": readonly Card[];
  readonly "cards.removed": readonly string[];
  /** At most ten a second for one card. */
  readonly "card.progress": CardProgress;
  /** The members that changed. `undefined` members of the state are told as null. */
  readonly "app.changed": AppStateChange;
  /** A `cpm:` link or files were handed over: fills the page Send, sends nothing. */
  readonly "compose.fill": { readonly to?: string; readonly files: readonly PickedFile[] };
  /** A link to join was handed over by the system: the window shows what it says and asks. */
  readonly "join.asked": { readonly link: string; readonly join: JoinView };
  /** A menu, a tray item or a notification asks for something to be shown. */
  readonly "window.show": {
    readonly page?: PageName;
    readonly cardId?: string;
    readonly action?: WindowAction;
  };
  /** Quitting while transfers run: the window asks what to do and answers with `app.quit`. */
  readonly "quit.asked": { readonly running: number };
}

export type AppStateChange = {
  readonly [Member in keyof AppState]?: AppState[Member] | null;
};

export type PageName = "send" | "transfers" | "history" | "people" | "devices" | "settings";
export type WindowAction = "palette" | "shortcuts" | "search" | "chooseFiles" | "focusOffer";
export type AppEventName = keyof AppEvents;

export type FailureCode =
  | SignInFailureCode
  /** The arguments are not what the table says; a fault of the window. */
  | "badRequest"
  /** The card, file or person is not there any more. */
  | "gone"
  | "notSignedIn"
  | "badRecipient"
  | "noFiles"
  | "tooMany"
  | "tooLarge"
  | "source"
  | "noSpace"
  | "folder"
  | "dangerous"
  | "fileGone"
  | "notSame"
  | "declinedBySystem"
  /** The link is no link to join. */
  | "badLink"
  | "notSharing"
  | "nameTaken"
  | "internal";

/**
 * A failure for people: what happened, and what to do.
 * @typeParam Text words for a window, what they are made of inside main
 */
export interface RequestFailure<Text = string> {
  readonly code: FailureCode;
  readonly message: Text;
  readonly action?: Text;
}

export type RequestResult<Name extends RequestName> =
  | { readonly ok: true; readonly value: RequestAnswers[Name] }
  | { readonly ok: false; readonly error: RequestFailure };

/** What the preload script puts on `window.cpm`. */
export interface Bridge {
  request<Name extends RequestName>(
    name: Name,
    args: RequestArguments<Name>,
  ): Promise<RequestResult<Name>>;
  /** @returns undoes it */
  on<Name extends AppEventName>(
    name: Name,
    listener: (payload: AppEvents[Name]) => void,
  ): () => void;
  /** Real paths of dropped or pasted files, in their order; empty where one has none. */
  pathsOf(files: readonly unknown[]): readonly string[];
}
