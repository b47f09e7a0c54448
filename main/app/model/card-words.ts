import { formatAddress } from "../../../shared/format/person.ts";
import { type CardProblem, offeredFiles } from "../../../shared/model/card.ts";
import type { ErrorCode, ErrorEvent, FileEvent } from "../../../shared/model/client-events.ts";
import type { OfferError, ResumeError } from "../../cpm/client.ts";
import { type Phrase, type PhraseValue, type Said, said } from "../words/phrase.ts";
import {
  type BookCard,
  type BookFile,
  type CardEntry,
  isComplete,
  isUnsettled,
  takenFiles,
  totalOctets,
} from "./card-entry.ts";

/** Sentences of ux 3.11: what happened · what it means for the files · one action. */

export type BookProblem = CardProblem<Phrase>;

/** More names than this make a sentence that nobody reads. */
const MAX_NAMES = 3;

const NOTHING_TO_DO = "";

type Sentences = readonly [message: Phrase, action: Phrase];

/** Why an offer came to nothing, or a transfer met trouble, from what the client told. */
export function eventProblem(card: BookCard, error: ErrorEvent): BookProblem {
  return problem(error.code, eventWords(card, error.code), error.status);
}

function eventWords(card: BookCard, code: ErrorCode): Sentences {
  const name = card.peerName;
  switch (code) {
    case "unknown-user":
      return [
        said("problems.unknownUser", { address: formatAddress(card.peer) }),
        said("actions.editAddress"),
      ];
    case "no-answer":
      return [said("problems.noAnswer", { name }), said("actions.sendAgain")];
    case "offline":
      return [said("problems.offline", { name }), said("actions.sendLater")];
    case "busy":
      return [said("problems.busy", { name }), said("actions.sendLater")];
    case "declined":
      return [said("problems.declined", { name }), NOTHING_TO_DO];
    case "incompatible":
      return [said("problems.incompatible", { name }), said("actions.details")];
    case "too-large":
      return [tooLarge(card), said("actions.removeLarge")];
    case "not-allowed":
      return [said("problems.notAllowed", { name }), said("actions.details")];
    case "authentication":
      return [said("problems.authentication"), said("actions.enterPasswordAgain")];
    case "protocol":
      return [said("problems.protocol", { name }), said("actions.details")];
    default:
      return troubleWords(card, code);
  }
}

function troubleWords(card: BookCard, code: ErrorCode): Sentences {
  switch (code) {
    case "network":
      return card.direction === "outgoing"
        ? [said("problems.network"), said("actions.tryAgain")]
        : [said("problems.notConfirmed"), again(card)];
    case "not-protected":
      return notProtected(card);
    case "earlier-unanswered":
      return [
        said("problems.earlierUnanswered", { name: card.peerName }),
        said("actions.sendLater"),
      ];
    case "too-often":
      return [said("problems.tooOften", { name: card.peerName }), said("actions.sendLater")];
    case "no-space":
      return [said("problems.noSpace", { folder: folderOf(card) }), again(card)];
    case "storage":
      return [said("problems.storage", { folder: folderOf(card) }), again(card)];
    default:
      return [said("problems.other", { name: card.peerName, rest: rest(card) }), again(card)];
  }
}

function notProtected(card: BookCard): Sentences {
  const values = { name: card.peerName, rest: rest(card) };
  return [said("problems.notProtected", values), said("actions.details")];
}

function tooLarge({ files, peerName }: BookCard): Phrase {
  const largest = files.reduce((a, b) => (b.sizeOctets > a.sizeOctets ? b : a));
  const size = { octets: largest.sizeOctets };
  return said("problems.tooLarge", { file: largest.name, size, name: peerName });
}

/** Why a file did not come to its end, in the words of its card. */
export function fileReason(
  { direction, peerName: name }: BookCard,
  { code, reason }: Pick<FileEvent, "code" | "reason">,
): Phrase | undefined {
  switch (code) {
    case undefined:
      return reason;
    case "cancelled":
      return said("files.cancelled");
    case "declined":
      return said("files.peerCancelled", { name });
    case "paused":
      return said("files.paused");
    case "peer-paused":
      return said("files.peerPaused", { name });
    case "verification":
      return direction === "incoming" ? said("files.damagedHere") : said("files.damagedThere");
    case "source":
    case "source-changed":
    case "storage":
    case "no-space":
      return reasonOnDisk(direction, code, name);
    default:
      return reasonBetween(code, name);
  }
}

/** What lies at the file here, or where it is sent from. */
function reasonOnDisk(
  direction: BookCard["direction"],
  code: "source" | "source-changed" | "storage" | "no-space",
  name: string,
): Phrase {
  switch (code) {
    case "source":
      return said("files.source");
    case "source-changed":
      return direction === "outgoing" ? said("files.changed") : said("files.peerChanged", { name });
    case "storage":
      return said("files.storage");
    case "no-space":
      return said("files.noSpace");
  }
}

/** What lies between the two devices. */
function reasonBetween(code: ErrorCode, name: string): Phrase {
  switch (code) {
    case "pauser-offline":
      return said("files.pauserOffline", { name });
    case "connection":
    case "network":
      return said("files.connection", { name });
    case "protocol":
      return said("files.protocol", { name });
    case "not-protected":
      return said("files.notProtected", { name });
    case "too-large":
      return said("files.tooLarge", { name });
    case "skipped":
      return said("files.skipped");
    case "not-kept":
      return said("files.notKept", { name });
    case "incompatible":
      return said("files.incompatible", { name });
    default:
      return said("files.other");
  }
}

/** What is to be said of files that were answered for, at the end; undefined when all is well. */
export function filesProblem(entry: CardEntry): BookProblem | undefined {
  const { card, endedBy } = entry;
  const damaged = card.files.filter(({ state }) => state === "damaged");
  if (damaged.length > 0) return problem("verification", damagedWords(card, damaged));
  if (endedBy === "us")
    return problem("cancelled-by-us", [
      said("problems.cancelled", { rest: rest(card) }),
      NOTHING_TO_DO,
    ]);
  const failed = card.files.find(({ state }) => state === "failed");
  if (failed !== undefined) return failedProblem(entry, failed);
  const interrupted = card.files.find(({ state }) => state === "interrupted");
  if (interrupted !== undefined) return interruptedProblem(entry, interrupted);
  return card.direction === "outgoing" ? declinedProblem(card) : undefined;
}

function damagedWords(card: BookCard, damaged: readonly BookFile[]): Sentences {
  const values = { files: names(damaged), count: damaged.length };
  return card.direction === "incoming"
    ? [said("problems.damagedHere", values), said("actions.getAgain")]
    : [
        said("problems.damagedThere", { ...values, name: card.peerName }),
        said("actions.sendItAgain"),
      ];
}

function failedProblem({ card, fileCodes }: CardEntry, file: BookFile): BookProblem {
  const code = fileCodes.get(file.index) ?? "internal";
  return problem(code, failedWords(card, file, code));
}

function failedWords(card: BookCard, failed: BookFile, code: string): Sentences {
  const [file, name] = [failed.name, card.peerName];
  switch (code) {
    case "source":
      return [said("problems.fileUnreadable", { file }), said("actions.chooseFileAgain")];
    case "source-changed":
      return card.direction === "outgoing"
        ? [said("problems.fileChanged", { file }), said("actions.sendNewVersion")]
        : [said("problems.peerChangedFile", { file, name }), again(card)];
    case "no-space":
      return [
        said("problems.fileNoSpace", { folder: folderOf(card), file, rest: rest(card) }),
        said("actions.chooseFolder"),
      ];
    case "storage":
      return [
        said("problems.fileNotStored", { folder: folderOf(card), file }),
        said("actions.chooseFolder"),
      ];
    case "skipped":
      return [said("problems.fileSkipped", { file }), again(card)];
    case "too-large": {
      const size = { octets: failed.sizeOctets };
      return [said("problems.fileTooLarge", { file, size, name }), said("actions.split")];
    }
    case "incompatible":
      return [said("problems.fileIncompatible", { file, name }), said("actions.details")];
    case "protocol":
      return [said("problems.fileProtocol", { file, name }), said("actions.details")];
    default:
      return [
        said("problems.fileOther", {
          ...{ file, rest: rest(card) },
          reason: failed.reason ?? said("files.other"),
        }),
        again(card),
      ];
  }
}

function interruptedProblem(entry: CardEntry, file: BookFile): BookProblem {
  const { card, fileCodes } = entry;
  const values = { name: card.peerName, file: file.name, rest: rest(card) };
  const code = fileCodes.get(file.index);
  if (code === "declined" || code === "cancelled") return cancelledProblem(card, file, code);
  if (code === "not-kept")
    return problem(code, [said("problems.fileNotKept", values), again(card)]);
  if (code === "paused" || code === "peer-paused") return pausedProblem(card, code);
  if (code === "pauser-offline") return goneProblem(card, code);
  if (code === "not-protected") return problem(code, notProtected(card));
  if (file.canResume === true) return goneProblem(card, "connection");
  return problem("connection", [
    said("problems.connection", { ...values, percent: String(percentOf(entry)) }),
    card.direction === "outgoing" ? said("actions.sendRest") : again(card),
  ]);
}

function cancelledProblem(card: BookCard, file: BookFile, code: ErrorCode): BookProblem {
  const left = rest(card);
  const isAll = card.files.every((one) => one.state !== "verified" && one.state !== "complete");
  return code === "cancelled"
    ? problem("cancelled-by-us", [
        isAll
          ? said("problems.cancelledTransfer", { rest: left })
          : said("problems.cancelledFile", { file: file.name, rest: left }),
        NOTHING_TO_DO,
      ])
    : problem("cancelled-by-peer", [
        isAll
          ? said("problems.peerCancelledTransfer", { name: card.peerName, rest: left })
          : said("problems.peerCancelledFile", {
              ...{ name: card.peerName, file: file.name, rest: left },
            }),
        again(card),
      ]);
}

/** It was paused when it, or this app, ended. */
export function pausedProblem(card: BookCard, code: "paused" | "peer-paused"): BookProblem {
  const values = { rest: rest(card) };
  return problem(code, [
    code === "paused"
      ? said("problems.paused", values)
      : said("problems.peerPaused", { ...values, name: card.peerName }),
    NOTHING_TO_DO,
  ]);
}

/** It was tried again, in vain, or paused by somebody who could not be asked any more. */
function goneProblem(card: BookCard, code: "connection" | "pauser-offline"): BookProblem {
  const key = code === "connection" ? "problems.peerGone" : "problems.pauserOffline";
  return problem(code, [
    said(key, { name: card.peerName, rest: rest(card) }),
    said("actions.resumeLater", { name: card.peerName }),
  ]);
}

/** What is said of an ended card, now that something of it can go on; undefined where that changes nothing. */
export function keptProblem({ card }: CardEntry): BookProblem | undefined {
  switch (card.problem?.code) {
    case "stopped":
      return stoppedProblem(card);
    case "paused":
    case "peer-paused":
      return pausedProblem(card, card.problem.code);
    case "pauser-offline":
    case "connection":
      return goneProblem(card, card.problem.code);
    default:
      return card.problem === undefined && card.state === "interrupted"
        ? stoppedProblem(card)
        : undefined;
  }
}

/** The connection broke, and it is tried again. */
export function reconnectingProblem(entry: CardEntry): BookProblem {
  return problem("reconnecting", [
    said("problems.reconnecting", { percent: String(percentOf(entry)) }),
    said("actions.keepWaiting"),
  ]);
}

/** The disk became full on the way. */
export function spaceProblem(entry: CardEntry): BookProblem {
  const size = { octets: totalOctets(entry) };
  return problem("waiting-for-space", [
    said("problems.waitingForSpace", { folder: folderOf(entry.card), size }),
    said("actions.freeSomeSpace"),
  ]);
}

/** Why files of before cannot go on. */
export function notResumedProblem(card: BookCard, kind: ResumeError["kind"]): BookProblem {
  const file = card.files.find(isUnsettled)?.name ?? "";
  if (card.direction === "incoming")
    return problem("stopped", [said("problems.partGone", { rest: rest(card) }), again(card)]);
  return kind === "changed"
    ? problem("source", [said("problems.fileChanged", { file }), said("actions.sendNewVersion")])
    : problem("source", [
        said("problems.fileUnreadable", { file }),
        said("actions.chooseFileAgain"),
      ]);
}

/** What the recipient did not want. */
export function declinedProblem(card: BookCard): BookProblem | undefined {
  const declined = card.files.filter(({ state }) => state === "declined");
  if (declined.length === 0) return undefined;
  const name = card.peerName;
  const { length } = card.files;
  if (declined.length === length)
    return problem("none-taken", [said("problems.noneTaken", { name }), NOTHING_TO_DO]);
  return problem("some-declined", [
    said("problems.someDeclined", {
      ...{ name, taken: length - declined.length, total: length },
      ...{ files: names(declined), declined: declined.length },
    }),
    NOTHING_TO_DO,
  ]);
}

/** The sender withdrew an offer that rang here. */
export function withdrawnProblem(card: BookCard): BookProblem {
  return problem("cancelled-by-peer", [
    said("problems.peerCancelledOffer", { name: card.peerName }),
    again(card),
  ]);
}

/** This app ended while the offer or the transfer was under way. */
export function stoppedProblem(card: BookCard): BookProblem {
  const isKept = card.files.some(({ canResume }) => canResume === true);
  const action = isKept ? said("actions.resume") : again(card);
  return problem("stopped", [said("problems.stopped", { rest: rest(card) }), action]);
}

export function stalledProblem(seconds: number): BookProblem {
  return problem("stalled", [
    said("problems.stalled", { seconds: String(seconds) }),
    said("actions.keepWaiting"),
  ]);
}

/** Files could not be read, or were not offered for another reason. @param file the one that it is about */
export function preparationProblem(kind: OfferError["kind"], file?: string): BookProblem {
  return problem(kind, [preparationWords(kind, file), said("actions.chooseFilesAgain")]);
}

function preparationWords(kind: OfferError["kind"], file: string | undefined): Phrase {
  if (kind === "not-running") return said("failures.notSignedInToSend");
  if (file === undefined) return said("problems.notPrepared");
  return kind === "too-large"
    ? said("problems.tooLargeToSend", { file })
    : said("problems.notPreparedFile", { file });
}

/** What the sender of an offer that is over is told, as it stands. */
export function askAgainText(card: BookCard, ownName: string): Phrase {
  const name = ownName;
  const damaged = card.files.filter(({ state }) => state === "damaged");
  if (damaged.length > 0) return said("messages.askDamaged", { files: names(damaged), name });
  const count = offeredFiles(card);
  return card.state === "missed" || card.state === "noLongerRinging"
    ? said("messages.askMissed", { name, count })
    : said("messages.askRest", { name, count });
}

function again({ direction, peerName }: BookCard): Said {
  return direction === "outgoing"
    ? said("actions.sendAgain")
    : said("actions.askAgain", { name: peerName });
}

/** What became of the files that were taken, as a whole sentence. */
function rest(card: BookCard): Said {
  const taken = takenFiles(card);
  const complete = taken.filter(isComplete).length;
  const kept = taken.filter(({ canResume }) => canResume === true);
  if (kept.length > 0) return keptRest(card, kept, complete);
  if (complete > 0) return said("problems.someComplete", { complete, taken: taken.length });
  return card.direction === "outgoing" ? said("problems.noneSent") : said("problems.noneReceived");
}

function keptRest(card: BookCard, files: readonly BookFile[], complete: number): Said {
  if (card.direction === "outgoing") return said("problems.restOnly");
  const percent = String(shareOf(files));
  const kept = files.length;
  return complete > 0
    ? said("problems.someKept", { complete, kept, percent })
    : said("problems.kept", { kept, percent, file: files[0]?.name ?? "" });
}

function shareOf(files: readonly BookFile[]): number {
  const total = files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
  const octets = files.reduce((sum, file) => sum + file.octets, 0);
  return total === 0 ? 0 : Math.floor((octets / total) * 100);
}

function percentOf(entry: CardEntry): number {
  const total = takenFiles(entry.card).reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
  return total === 0 ? 0 : Math.floor((totalOctets(entry) / total) * 100);
}

function names(files: readonly BookFile[]): PhraseValue {
  const shown = files.slice(0, MAX_NAMES).map(({ name }) => name);
  const more = files.length - shown.length;
  return { list: more > 0 ? [...shown, said("problems.more", { count: more })] : shown };
}

function folderOf({ folder = "" }: BookCard): string {
  return folder.split(/[/\\]/).findLast((part) => part !== "") ?? folder;
}

function problem(code: string, [message, action]: Sentences, status?: number): BookProblem {
  return { code, message, action, ...(status === undefined ? {} : { status }) };
}
