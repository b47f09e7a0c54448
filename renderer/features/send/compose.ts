import { MAX_PICKED } from "../../../shared/ipc/limits.ts";
import type { Limits, PickedFile, PickProblem } from "../../../shared/model/app-state.ts";

/** Pictures that one offer may carry; the table of the process border says so too. */
export const MAX_PREVIEWS = 100;
/** From here on a hint says that one archive would be easier on the other side. */
export const MANY_FILES = 50;
export const MAX_TEXT = 500;
export const MAX_RECIPIENTS = 20;

export interface Recipient {
  /** `sip:` or `tel:` address. */
  readonly aor: string;
  readonly name: string;
}

export type Preview =
  | { readonly name: "making" }
  | { readonly name: "ready"; readonly type: "image/jpeg"; readonly bytes: Uint8Array }
  /** No picture could be made; the file goes without. */
  | { readonly name: "none" };

/** What the user has put together so far; sending it and looking at files is the store's work. */
export interface Compose {
  readonly recipients: readonly Recipient[];
  readonly files: readonly PickedFile[];
  readonly text: string;
  /** Paths that main looks at just now. */
  readonly pending: number;
  /** By path. */
  readonly previews: ReadonlyMap<string, Preview>;
  /** Paths whose picture the user does not want to send. */
  readonly unwanted: ReadonlySet<string>;
}

export const EMPTY_COMPOSE: Compose = {
  recipients: [],
  files: [],
  text: "",
  pending: 0,
  previews: new Map(),
  unwanted: new Set(),
};

export type ComposeAction =
  | { readonly do: "addRecipient"; readonly recipient: Recipient }
  | { readonly do: "removeRecipient"; readonly aor: string }
  | { readonly do: "addFiles"; readonly files: readonly PickedFile[] }
  | { readonly do: "removeFile"; readonly path: string }
  | { readonly do: "clearFiles" }
  | { readonly do: "setText"; readonly text: string }
  | { readonly do: "setPending"; readonly change: number }
  | { readonly do: "setPreview"; readonly path: string; readonly preview: Preview }
  | { readonly do: "wantPreview"; readonly path: string; readonly isWanted: boolean }
  /** What was sent goes; what was added meanwhile stays, and so does what somebody could not be offered. */
  | {
      readonly do: "sent";
      readonly paths: readonly string[];
      readonly to: readonly string[];
      readonly hasFailed: boolean;
    };

export function reduceCompose(state: Compose, action: ComposeAction): Compose {
  switch (action.do) {
    case "addRecipient":
      return addRecipient(state, action.recipient);
    case "removeRecipient":
      return { ...state, recipients: state.recipients.filter(({ aor }) => aor !== action.aor) };
    case "addFiles":
      return { ...state, files: withNew(state.files, action.files) };
    case "removeFile":
      return withoutFiles(state, new Set([action.path]));
    case "clearFiles":
      return { ...state, files: [], previews: new Map(), unwanted: new Set() };
    case "setText":
      return { ...state, text: action.text.slice(0, MAX_TEXT) };
    case "setPending":
      return { ...state, pending: Math.max(0, state.pending + action.change) };
    case "setPreview":
      return setPreview(state, action.path, action.preview);
    case "wantPreview":
      return { ...state, unwanted: toggled(state.unwanted, action.path, !action.isWanted) };
    case "sent":
      return afterSending(state, action);
  }
}

function addRecipient(state: Compose, recipient: Recipient): Compose {
  const isThere = state.recipients.some(({ aor }) => aor === recipient.aor);
  if (isThere || state.recipients.length >= MAX_RECIPIENTS) return state;
  return { ...state, recipients: [...state.recipients, recipient] };
}

/** The same path twice is one file; what main says of it last is kept, at its first place. */
function withNew(
  files: readonly PickedFile[],
  added: readonly PickedFile[],
): readonly PickedFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const file of added) byPath.set(file.path, file);
  return [...byPath.values()].slice(0, MAX_PICKED);
}

function withoutFiles(state: Compose, paths: ReadonlySet<string>): Compose {
  const previews = new Map(state.previews);
  for (const path of paths) previews.delete(path);
  const files = state.files.filter(({ path }) => !paths.has(path));
  return { ...state, files, previews };
}

function setPreview(state: Compose, path: string, preview: Preview): Compose {
  // A picture may be ready after its file was removed.
  if (!state.files.some((file) => file.path === path)) return state;
  return { ...state, previews: new Map(state.previews).set(path, preview) };
}

function toggled(set: ReadonlySet<string>, value: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (isIn) next.add(value);
  else next.delete(value);
  return next;
}

function afterSending(
  state: Compose,
  sent: Extract<ComposeAction, { readonly do: "sent" }>,
): Compose {
  const recipients = state.recipients.filter(({ aor }) => !sent.to.includes(aor));
  if (sent.hasFailed) return { ...state, recipients };
  return { ...withoutFiles(state, new Set(sent.paths)), recipients, text: "", unwanted: new Set() };
}

/** Paths of `added` that are in the offer already. */
export function repeatedPaths(state: Compose, added: readonly string[]): readonly string[] {
  const there = new Set(state.files.map(({ path }) => path));
  return added.filter((path) => there.has(path));
}

export interface FileProblem {
  readonly code: PickProblem;
  readonly isBlocking: boolean;
}

/** A file of the list with what keeps it from being sent, if anything does. */
export interface ComposeRow {
  readonly file: PickedFile;
  readonly problem?: FileProblem;
}

/** Rows in their order. Limits of the whole offer are judged here, because the list grows bit by bit. */
export function composeRows(files: readonly PickedFile[], limits: Limits): readonly ComposeRow[] {
  let taken = 0;
  return files.map((file) => {
    const problem = file.problem ?? sizeProblem(file, limits);
    if (problem?.isBlocking === true) return { file, problem };
    taken += 1;
    if (taken > limits.maxFiles) return { file, problem: { code: "tooMany", isBlocking: true } };
    return problem === undefined ? { file } : { file, problem };
  });
}

function sizeProblem(file: PickedFile, limits: Limits): FileProblem | undefined {
  const limit = limits.maxSizeOctets;
  if (limit === undefined || file.sizeOctets <= limit) return undefined;
  return { code: "tooLarge", isBlocking: true };
}

/** What pressing the button would really send. */
export function sendableFiles(rows: readonly ComposeRow[]): readonly PickedFile[] {
  return rows.filter(({ problem }) => problem?.isBlocking !== true).map(({ file }) => file);
}

export function totalOctets(files: readonly PickedFile[]): number {
  return files.reduce((sum, file) => sum + file.sizeOctets, 0);
}

/** Files still to be looked at, their pictures included, against all. */
export function checkingOf(state: Compose): { readonly done: number; readonly total: number } {
  const making = [...state.previews.values()].filter(({ name }) => name === "making").length;
  const total = state.files.length + state.pending;
  return { done: total - state.pending - making, total };
}

/** What the button of the page says and whether it acts. */
export type SendButton =
  | { readonly name: "sending" }
  | { readonly name: "checking"; readonly done: number; readonly total: number }
  | { readonly name: "noFiles" }
  | { readonly name: "noneSendable" }
  | { readonly name: "noRecipient"; readonly count: number }
  | { readonly name: "ready"; readonly count: number; readonly people: readonly string[] };

export function sendButton(
  state: Compose,
  rows: readonly ComposeRow[],
  isSending: boolean,
): SendButton {
  if (isSending) return { name: "sending" };
  const checking = checkingOf(state);
  if (checking.done < checking.total) return { name: "checking", ...checking };
  if (rows.length === 0) return { name: "noFiles" };
  const count = sendableFiles(rows).length;
  if (count === 0) return { name: "noneSendable" };
  const people = state.recipients.map(({ name }) => name);
  return people.length === 0 ? { name: "noRecipient", count } : { name: "ready", count, people };
}

/** Images of which a picture can still be made: main gave their source, and an offer has room for it. */
export function previewsToMake(state: Compose): readonly PickedFile[] {
  const room = MAX_PREVIEWS - state.previews.size;
  return state.files
    .filter((file) => file.source !== undefined && file.problem?.isBlocking !== true)
    .filter((file) => !state.previews.has(file.path))
    .slice(0, Math.max(0, room));
}

export interface OfferIcon {
  readonly index: number;
  readonly type: "image/jpeg";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The pictures of `files`, as the request wants them: by the file's place among those that are sent. */
export function offerIcons(
  state: Compose,
  files: readonly PickedFile[],
  arePreviewsOn: boolean,
): OfferIcon[] {
  if (!arePreviewsOn) return [];
  return files.flatMap((file, index) => {
    const preview = state.previews.get(file.path);
    if (preview?.name !== "ready" || state.unwanted.has(file.path)) return [];
    return [{ index, type: preview.type, bytes: new Uint8Array(preview.bytes) }];
  });
}
