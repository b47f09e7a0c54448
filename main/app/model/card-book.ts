import { isEnded } from "../../../shared/model/card.ts";
import type { OfferView } from "../../../shared/model/offer.ts";
import type { ResumeError } from "../../cpm/client.ts";
import { type Phrase, said } from "../words/phrase.ts";
import { type OfferSetting, offeredEntry, type Preparation, preparingEntry } from "./card-begin.ts";
import { type BookFile, type CardEntry, isUnsettled, withCard, withFiles } from "./card-entry.ts";
import { notResumable, pausing, type ResumableOctets, resumable, resuming } from "./card-pause.ts";
import { type CardEvent, ended, type Moment, stepCard, tickCard } from "./card-step.ts";
import { type BookProblem, notResumedProblem } from "./card-words.ts";
import { omit } from "./omit.ts";

/** All cards that windows show, by id. */
export type CardBook = ReadonlyMap<string, CardEntry>;

export type BookInput =
  /** The client tells of a new offer, in either direction. */
  | { readonly name: "offer"; readonly offer: OfferView; readonly setting: OfferSetting }
  | { readonly name: "event"; readonly event: CardEvent }
  /** A card of an earlier run. */
  | { readonly name: "stored"; readonly entry: CardEntry }
  | { readonly name: "prepare"; readonly preparation: Preparation }
  | { readonly name: "hashed"; readonly id: string; readonly octets: number }
  /** Its files could not be read: no offer was made. Without a problem the user withdrew it. */
  | { readonly name: "notPrepared"; readonly id: string; readonly problem?: BookProblem }
  | {
      readonly name: "accepting";
      readonly id: string;
      readonly folder: string;
      readonly isAuto: boolean;
    }
  /** The rule cannot be carried out, so the user is asked after all. */
  | { readonly name: "askAfterAll"; readonly id: string }
  | { readonly name: "silence"; readonly id: string }
  /** The user pauses it, or wants it to go on. */
  | { readonly name: "pausing" | "resuming"; readonly id: string }
  /** Files of an ended card that can go on. */
  | { readonly name: "resumable"; readonly id: string; readonly files: readonly ResumableOctets[] }
  | { readonly name: "movedTo"; readonly id: string; readonly folder: string }
  | { readonly name: "notResumed"; readonly id: string; readonly kind: ResumeError["kind"] }
  | { readonly name: "dismiss"; readonly id: string }
  /** The other user has opened a file of it. */
  | { readonly name: "seen"; readonly id: string }
  | { readonly name: "drop"; readonly ids: readonly string[] }
  | { readonly name: "folder"; readonly id: string; readonly look: FolderLook }
  | { readonly name: "peerNamed"; readonly nameOf: (peer: string, shown: string) => string }
  | {
      readonly name: "file";
      readonly id: string;
      readonly index: number;
      readonly change: FileChange;
    }
  | { readonly name: "tick" };

/** What a folder means for a ringing offer. */
export interface FolderLook {
  readonly folder: string;
  /** Absent: the folder cannot be looked into. */
  readonly freeOctets?: number;
  /** Files whose name is taken there. */
  readonly taken: readonly number[];
  /** Those of them whose content is there too. */
  readonly identical: readonly number[];
}

/** What happened to a file after its transfer. */
export type FileChange =
  /** It lies elsewhere now. */
  | { readonly what: "moved"; readonly path: string }
  /** Something that was to be done with it was not. */
  | { readonly what: "remark"; readonly reason: Phrase }
  /** Damaged, and kept all the same. */
  | { readonly what: "kept"; readonly path: string }
  /** Damaged, and put into the bin. */
  | { readonly what: "deleted" }
  /** Damaged, and its own hash is known now. */
  | { readonly what: "hashed"; readonly hash: string }
  | { readonly what: "found"; readonly isGone: boolean };

/** The next book; the very same one when nothing changes. */
export function stepBook(book: CardBook, input: BookInput, moment: Moment): CardBook {
  switch (input.name) {
    case "offer": {
      const { offer, setting } = input;
      return put(book, offer.id, offeredEntry(offer, setting, book.get(offer.id)));
    }
    case "stored":
      return put(book, input.entry.card.id, input.entry);
    case "prepare":
      return put(book, input.preparation.id, preparingEntry(input.preparation));
    case "drop":
      return without(book, input.ids);
    case "event":
      return change(book, input.event.id ?? "", (entry) => stepCard(entry, input.event, moment));
    case "peerNamed":
      return changeAll(book, (entry) => named(entry, input.nameOf));
    case "tick":
      return changeAll(book, (entry) => tickCard(entry, moment));
    default:
      return change(book, input.id, (entry) => commanded(entry, input, moment));
  }
}

type Command = Exclude<
  BookInput,
  { readonly name: "offer" | "stored" | "prepare" | "drop" | "event" | "peerNamed" | "tick" }
>;
type Answer = Extract<Command, { readonly name: "accepting" | "silence" | "folder" }>;

function commanded(entry: CardEntry, input: Command, moment: Moment): CardEntry {
  if (isOfPause(input)) return pauseCommanded(entry, input, moment);
  const { card } = entry;
  switch (input.name) {
    case "hashed":
      return card.state === "preparing" ? withCard(entry, { hashedOctets: input.octets }) : entry;
    case "notPrepared":
      return notPrepared(entry, input.problem, moment);
    case "askAfterAll":
      return card.state === "accepting" ? asked(entry) : entry;
    case "dismiss":
      return dismissed(entry);
    case "seen":
      return seen(entry, moment);
    case "file":
      return withFiles(entry, [input.index], (file) => fileChanged(file, input.change));
    default:
      return card.direction === "incoming" && card.state === "ringing"
        ? whileRinging(entry, input)
        : entry;
  }
}

type PauseCommand = Extract<
  Command,
  { readonly name: "pausing" | "resuming" | "resumable" | "movedTo" | "notResumed" }
>;

function isOfPause(input: Command): input is PauseCommand {
  return ["pausing", "resuming", "resumable", "movedTo", "notResumed"].includes(input.name);
}

function pauseCommanded(entry: CardEntry, input: PauseCommand, moment: Moment): CardEntry {
  switch (input.name) {
    case "pausing":
      return pausing(entry);
    case "resuming":
      return resuming(entry);
    case "resumable":
      return resumable(entry, input.files);
    case "movedTo":
      return withCard(entry, { folder: input.folder });
    case "notResumed":
      return notResumed(entry, input.kind, moment);
  }
}

function notResumed(entry: CardEntry, kind: ResumeError["kind"], moment: Moment): CardEntry {
  const { card } = entry;
  if (isEnded(card.state)) return entry;
  const files = card.files.map((file) =>
    isUnsettled(file) ? { ...file, state: "interrupted" as const } : file,
  );
  const problem = notResumedProblem(card, kind);
  return ended(withCard(entry, { files, problem }), "interrupted", moment);
}

function whileRinging(entry: CardEntry, input: Answer): CardEntry {
  switch (input.name) {
    case "accepting":
      return accepting(entry, input);
    case "silence":
      return withCard(entry, { isSilenced: true });
    case "folder":
      return lookedAt(entry, input.look);
  }
}

function notPrepared(
  entry: CardEntry,
  problem: BookProblem | undefined,
  moment: Moment,
): CardEntry {
  if (entry.card.state !== "preparing") return entry;
  return problem === undefined
    ? ended(entry, "cancelled", moment)
    : ended(withCard(entry, { problem }), "failed", moment);
}

function dismissed(entry: CardEntry): CardEntry {
  return isEnded(entry.card.state) ? withCard(notResumable(entry), { isDismissed: true }) : entry;
}

function seen(entry: CardEntry, { wallMs }: Moment): CardEntry {
  const { direction, seenMs } = entry.card;
  return direction === "outgoing" && seenMs === undefined
    ? withCard(entry, { seenMs: wallMs })
    : entry;
}

function accepting(
  entry: CardEntry,
  { folder, isAuto }: { readonly folder: string; readonly isAuto: boolean },
): CardEntry {
  return withCard(entry, {
    ...{ state: "accepting", folder },
    ...(isAuto ? { isAutoAccepted: true } : {}),
  });
}

function asked(entry: CardEntry): CardEntry {
  return { ...entry, card: { ...omit(entry.card, "isAutoAccepted"), state: "ringing" } };
}

function lookedAt(
  entry: CardEntry,
  { folder, freeOctets, taken, identical }: FolderLook,
): CardEntry {
  const { freeOctets: before, ...card } = entry.card;
  const isSame =
    card.folder === folder &&
    before === freeOctets &&
    card.files.every(
      ({ index, isNameTaken, isAlreadyHere = false }) =>
        isNameTaken === taken.includes(index) && isAlreadyHere === identical.includes(index),
    );
  if (isSame) return entry;
  const files = card.files.map((file) => ({
    ...omit(file, "isAlreadyHere"),
    isNameTaken: taken.includes(file.index),
    ...(identical.includes(file.index) ? { isAlreadyHere: true } : {}),
  }));
  return {
    ...entry,
    card: { ...card, folder, files, ...(freeOctets === undefined ? {} : { freeOctets }) },
  };
}

function fileChanged(file: BookFile, change: FileChange): BookFile {
  const { path, isGone, reason, ...bare } = file;
  switch (change.what) {
    case "moved":
      return { ...omit(file, "isGone"), path: change.path };
    case "remark":
      return { ...file, reason: change.reason };
    case "kept":
      return {
        ...{ ...bare, state: "complete", path: change.path },
        reason: said("files.damagedKept"),
      };
    case "hashed":
      return file.state === "damaged" ? { ...file, hash: change.hash } : file;
    case "deleted":
      return { ...bare, state: "failed", reason: said("files.damagedDeleted") };
    case "found":
      if ((isGone === true) === change.isGone) return file;
      return {
        ...bare,
        ...(path === undefined ? {} : { path }),
        ...(reason === undefined ? {} : { reason }),
        ...(change.isGone ? { isGone: true } : {}),
      };
  }
}

function named(entry: CardEntry, nameOf: (peer: string, shown: string) => string): CardEntry {
  const peerName = nameOf(entry.card.peer, entry.card.peerName);
  return peerName === entry.card.peerName ? entry : withCard(entry, { peerName });
}

function put(book: CardBook, id: string, entry: CardEntry): CardBook {
  return new Map(book).set(id, entry);
}

function change(book: CardBook, id: string, step: (entry: CardEntry) => CardEntry): CardBook {
  const entry = book.get(id);
  if (entry === undefined) return book;
  const next = step(entry);
  return next === entry ? book : put(book, id, next);
}

function changeAll(book: CardBook, step: (entry: CardEntry) => CardEntry): CardBook {
  return [...book.keys()].reduce((before, id) => change(before, id, step), book);
}

function without(book: CardBook, ids: readonly string[]): CardBook {
  const gone = ids.filter((id) => book.has(id));
  return gone.length === 0 ? book : new Map([...book].filter(([id]) => !gone.includes(id)));
}
