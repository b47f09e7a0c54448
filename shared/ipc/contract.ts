import { z } from "zod";
import type {
  AppSnapshot,
  Card,
  CardProgress,
  Person,
  PickedFile,
  Settings,
} from "../model/app-state.ts";

/**
 * The one table that crosses the process border. A window asks by name, main answers; arguments are checked in main,
 * whatever a window claims. Octets never cross: a path or an id does. Failures are values, because Electron strips a
 * thrown error to its message.
 */

const id = z.string().min(1).max(200);
const path = z.string().min(1).max(4096);
const uri = z.string().min(1).max(512);
const name = z.string().max(200);

export const personSchema = z.strictObject({
  aor: uri,
  name,
  isMe: z.boolean(),
  isBlocked: z.boolean(),
});

export const settingsSchema = z.strictObject({
  theme: z.enum(["system", "light", "dark"]),
  density: z.enum(["comfortable", "compact"]),
  language: z.string().max(20),
  receiveFolder: path,
  conflict: z.enum(["keepBoth", "skip"]),
  isForeignMarked: z.boolean(),
  arePreviewsShown: z.boolean(),
  ringTimeS: z.int().min(10).max(3600),
  hasSound: z.boolean(),
  isDoNotDisturb: z.boolean(),
  notifications: z.boolean(),
  isKeptInTray: z.boolean(),
  singleKeyShortcuts: z.boolean(),
  progressAnnouncements: z.enum(["off", "milestones", "verbose"]),
  historyDays: z.int().min(1).max(3650),
});

/** Arguments of each request. */
export const requestSchemas = {
  "app.snapshot": z.strictObject({}),
  "account.tryHere": z.strictObject({
    displayName: name,
    deviceName: name,
    receiveFolder: path.optional(),
  }),
  "account.connect": z.strictObject({
    aor: uri,
    password: z.string().max(1024),
    server: z.string().min(1).max(300),
    transport: z.enum(["udp", "tcp"]),
    displayName: name,
    deviceName: name,
  }),
  "account.signOut": z.strictObject({}),
  "account.retry": z.strictObject({}),
  "files.choose": z.strictObject({ kind: z.enum(["files", "folder"]) }),
  "files.look": z.strictObject({ paths: z.array(path).max(5000) }),
  "folder.choose": z.strictObject({ current: path.optional() }),
  "offer.send": z.strictObject({
    to: z.array(uri).min(1).max(20),
    paths: z.array(path).min(1).max(5000),
  }),
  "offer.accept": z.strictObject({
    id,
    files: z.array(z.int().min(0).max(4999)).min(1).max(5000),
    folder: path.optional(),
  }),
  "offer.decline": z.strictObject({
    id,
    where: z.enum(["here", "everywhere"]),
    block: z.boolean(),
  }),
  "offer.silence": z.strictObject({ id }),
  "card.cancel": z.strictObject({ id }),
  "card.cancelFile": z.strictObject({ id, index: z.int().min(0).max(4999) }),
  "card.retry": z.strictObject({ id }),
  "card.dismiss": z.strictObject({ id }),
  "file.open": z.strictObject({ id, index: z.int().min(0).max(4999) }),
  "file.reveal": z.strictObject({ id, index: z.int().min(0).max(4999) }),
  "file.drag": z.strictObject({ id, index: z.int().min(0).max(4999) }),
  "history.list": z.strictObject({
    text: z.string().max(200).optional(),
    direction: z.enum(["incoming", "outgoing"]).optional(),
    states: z.array(z.string().max(40)).max(20).optional(),
    beforeMs: z.number().optional(),
    limit: z.int().min(1).max(500).optional(),
  }),
  "history.forget": z.strictObject({ ids: z.array(id).max(5000) }),
  "people.save": personSchema,
  "people.remove": z.strictObject({ aor: uri }),
  "settings.change": settingsSchema.partial(),
  "text.copy": z.strictObject({ text: z.string().max(10_000) }),
} as const;

export type RequestName = keyof typeof requestSchemas;
export type RequestArguments<Name extends RequestName> = z.infer<(typeof requestSchemas)[Name]>;

/** What a successful request gives. */
export interface RequestAnswers {
  readonly "app.snapshot": AppSnapshot;
  readonly "account.tryHere": null;
  readonly "account.connect": null;
  readonly "account.signOut": null;
  readonly "account.retry": null;
  readonly "files.choose": readonly PickedFile[];
  readonly "files.look": readonly PickedFile[];
  /** null: the user closed the dialog. */
  readonly "folder.choose": string | null;
  /** Ids of the new cards, one per person. */
  readonly "offer.send": readonly string[];
  readonly "offer.accept": null;
  readonly "offer.decline": null;
  readonly "offer.silence": null;
  readonly "card.cancel": null;
  readonly "card.cancelFile": null;
  readonly "card.retry": null;
  readonly "card.dismiss": null;
  readonly "file.open": null;
  readonly "file.reveal": null;
  readonly "file.drag": null;
  readonly "history.list": readonly Card[];
  readonly "history.forget": null;
  readonly "people.save": readonly Person[];
  readonly "people.remove": readonly Person[];
  readonly "settings.change": Settings;
  readonly "text.copy": null;
}

/** What main tells its windows without being asked. */
export interface AppEvents {
  /** A card is new or changed; it replaces the one with its id. */
  readonly "card.changed": Card;
  readonly "card.removed": { readonly id: string };
  /** At most ten a second for one card. */
  readonly "card.progress": CardProgress;
  /** Everything but cards; sent when any of it changed. */
  readonly "app.changed": Omit<AppSnapshot, "cards">;
  /** A `cpm:` link or files were handed to this window: fills the page Send, sends nothing. */
  readonly "compose.fill": { readonly to?: string; readonly files: readonly PickedFile[] };
  /** A menu or tray item asks for a page. */
  readonly "page.show": { readonly page: PageName };
}

export type PageName = "send" | "transfers" | "history" | "people" | "devices" | "settings";
export type AppEventName = keyof AppEvents;

/** A failure for people: what happened, and what to do. */
export interface RequestFailure {
  readonly code: string;
  readonly message: string;
  readonly action?: string;
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
  on<Name extends AppEventName>(
    name: Name,
    listener: (payload: AppEvents[Name]) => void,
  ): () => void;
  /** Real paths of dropped or pasted files; empty where a file has none. */
  pathsOf(files: readonly unknown[]): readonly string[];
}
