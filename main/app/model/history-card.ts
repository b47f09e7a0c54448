import { printable } from "../../../shared/format/safe-text.ts";
import type { CardFileState, CardProblem, CardState } from "../../../shared/model/card.ts";
import { isEnded } from "../../../shared/model/card.ts";
import type { CardDetails, CardFileDetails, StoredCard } from "../../base/app-store.ts";
import { present } from "../../base/present.ts";
import type {
  FileState,
  HistoryEntry,
  HistoryFile,
  OfferState,
} from "../../base/transfer-store.ts";
import { keptPhrase, readPhrase } from "../words/kept-phrase.ts";
import type { Words } from "../words/words.ts";
import { entryOf } from "./card-begin.ts";
import { type BookCard, type BookFile, type CardEntry, isUnsettled } from "./card-entry.ts";
import { type BookProblem, pausedProblem, stoppedProblem } from "./card-words.ts";
import { isDangerousFile } from "./dangerous-file.ts";
import { omit } from "./omit.ts";

/** What is kept of a card beside the history of its offer. */
export function detailsOf(card: BookCard): CardDetails {
  const { id, state, text, folder, device, seenMs, problem, group, series, files } = card;
  const { isLostRace, isSilenced, isAutoAccepted, isDismissed } = card;
  return {
    ...{ id, state, files: files.map(fileDetails) },
    ...present({ text, folder, device, seenMs, problem: problem && keptProblem(problem) }),
    ...present({ group, series }),
    ...present({ isLostRace, isSilenced, isAutoAccepted, isDismissed }),
  };
}

function keptProblem({ message, action, ...problem }: BookProblem): CardProblem {
  return { ...problem, message: keptPhrase(message), action: keptPhrase(action) };
}

function readProblem({ message, action, ...problem }: CardProblem): BookProblem {
  return { ...problem, message: readPhrase(message), action: readPhrase(action) };
}

function fileDetails(file: BookFile): CardFileDetails {
  const { index, state, octets, path, hash, offeredHash, reason } = file;
  return {
    index,
    state,
    octets,
    ...present({ path, hash, offeredHash, reason: reason && keptPhrase(reason) }),
  };
}

/** The card of an earlier run. Nothing of it runs any more, whatever it was doing when this app ended. */
export function storedEntry(
  { entry, details }: StoredCard,
  nameOf: (peer: string, displayName?: string) => string,
): CardEntry {
  const { id, direction, peer, peerName, startedMs, endedMs } = entry;
  const wasRunning = details !== undefined && !isEnded(details.state);
  // While files run it is their history that is kept up to date.
  const files = wasRunning ? [] : (details?.files ?? []);
  const card: BookCard = {
    ...{ id, direction, peer, peerName: nameOf(peer, peerName), startedMs },
    state: details === undefined ? stateOf(entry) : endedState(entry, details.state),
    files: entry.files.map((file) =>
      fileOf(
        file,
        files.find(({ index }) => index === file.index),
      ),
    ),
    ...(endedMs === undefined ? {} : { endedMs }),
    ...shownDetails(details),
  };
  const wasCut = wasRunning && card.state === "interrupted";
  const told = wasCut ? { problem: cutProblem(card, details.state) } : {};
  return { ...entryOf({ ...card, ...told }), conversationId: entry.conversationId };
}

function cutProblem(card: BookCard, state: CardState): BookProblem {
  return state === "paused" ? pausedProblem(card, "paused") : stoppedProblem(card);
}

function shownDetails(details: CardDetails | undefined): Partial<BookCard> {
  if (details === undefined) return {};
  const { problem, ...rest } = omit(details, "id", "state", "files");
  return { ...rest, ...present({ problem: problem && readProblem(problem) }) };
}

function endedState(entry: HistoryEntry, state: CardState): CardState {
  if (isEnded(state)) return state;
  // Another device may have answered what was ringing here when this app ended.
  if (entry.direction === "incoming" && state === "ringing") return "noLongerRinging";
  return "interrupted";
}

const STATES: Readonly<Record<OfferState, CardState>> = {
  offered: "interrupted",
  ringing: "interrupted",
  transferring: "interrupted",
  verified: "verified",
  confirmed: "confirmed",
  partly: "partly",
  failed: "failed",
  interrupted: "interrupted",
  declined: "declined",
  noanswer: "noanswer",
  cancelled: "cancelled",
  missed: "missed",
  elsewhere: "elsewhere",
};

function stateOf({ state, files }: HistoryEntry): CardState {
  const isDamaged = files.some((file) => file.state === "failed" && file.isVerified === false);
  return state === "failed" && isDamaged ? "damaged" : STATES[state];
}

function fileOf(file: HistoryFile, details: CardFileDetails | undefined): BookFile {
  const { index, name, type = "application/octet-stream", sizeOctets } = file;
  const { state, octets, reason, ...more } = details ?? historyDetails(file);
  const shown: BookFile = {
    ...{ index, name: printable(name), type, sizeOctets, state, octets, isNameTaken: false },
    isDangerous: isDangerousFile(name, type),
    // What was put into the bin lies nowhere, whatever the history of its offer says.
    ...present({ path: details === undefined ? file.path : undefined, hash: hashOf(file) }),
    ...more,
    ...present({ reason: reason && readPhrase(reason) }),
  };
  return isUnsettled(shown) ? { ...shown, state: "interrupted" } : shown;
}

/** Of an offer made without windows. */
function historyDetails(file: HistoryFile): CardFileDetails {
  return { index: file.index, state: fileStateOf(file), octets: file.octets };
}

function hashOf({ sha1 }: HistoryFile): string | undefined {
  return sha1 === undefined ? undefined : `sha-1:${sha1}`;
}

const FILE_STATES: Readonly<Record<FileState, CardFileState>> = {
  offered: "offered",
  declined: "declined",
  transferring: "interrupted",
  complete: "complete",
  failed: "failed",
  interrupted: "interrupted",
  cancelled: "offered",
};

function fileStateOf({ state, isVerified, octets }: HistoryFile): CardFileState {
  // Ended by a user on its way; one that never began was only offered.
  if (state === "cancelled" && octets > 0) return "interrupted";
  if (state === "complete" && isVerified === true) return "verified";
  return state === "failed" && isVerified === false ? "damaged" : FILE_STATES[state];
}

/** History of a card whose offer was never made: its files could not be read. */
export function unsentEntry(card: BookCard, words: Words): HistoryEntry {
  return {
    ...{ id: card.id, direction: card.direction, peer: card.peer, peerName: card.peerName },
    ...{ conversationId: "", contributionId: "", startedMs: card.startedMs },
    ...(card.endedMs === undefined ? {} : { endedMs: card.endedMs }),
    state: card.state === "cancelled" ? "cancelled" : "failed",
    ...(card.problem === undefined ? {} : { reason: words.say(card.problem.message) }),
    files: card.files.map(({ index, name, type, sizeOctets, path }) => ({
      ...{ index, name, type, sizeOctets, octets: 0, state: "cancelled" },
      ...(path === undefined ? {} : { path }),
    })),
  };
}
