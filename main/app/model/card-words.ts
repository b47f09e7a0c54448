import { formatAddress } from "../../../shared/format/person.ts";
import { countOf, listOf } from "../../../shared/format/plural.ts";
import { formatSize } from "../../../shared/format/size.ts";
import type { Card, CardFile, CardProblem } from "../../../shared/model/card.ts";
import type { ErrorEvent, FileEvent } from "../../../shared/model/client-events.ts";
import { type CardEntry, isComplete, takenFiles, totalOctets } from "./card-entry.ts";

/** Sentences of ux 3.11: what happened · what it means for the files · one action. */

/** More names than this make a sentence that nobody reads. */
const MAX_NAMES = 3;

type Words = readonly [message: string, action: string];

/** Why an offer came to nothing, or a transfer met trouble, from what the client told. */
export function eventProblem(card: Card, error: ErrorEvent): CardProblem {
  const words = EVENT_WORDS.get(error.code)?.(card) ?? [error.message, error.action];
  return problem(error.code, words, error.status);
}

const EVENT_WORDS: ReadonlyMap<string, (card: Card) => Words | undefined> = new Map<
  string,
  (card: Card) => Words | undefined
>([
  [
    "unknown-user",
    ({ peer }) => [
      `No one is registered as ${formatAddress(peer)}. No file was sent.`,
      "Edit the address.",
    ],
  ],
  ["no-answer", ({ peerName }) => [`${peerName} did not answer. No file was sent.`, "Send again."]],
  [
    "offline",
    ({ peerName }) => [`${peerName} is not online. No file was sent.`, "Send again later."],
  ],
  [
    "busy",
    ({ peerName }) => [
      `${peerName} is not taking offers right now. No file was sent.`,
      "Send again later.",
    ],
  ],
  ["declined", ({ peerName }) => [`${peerName} declined. No file was sent.`, ""]],
  [
    "incompatible",
    ({ peerName }) => [
      `${peerName}'s app cannot receive this kind of offer. No file was sent.`,
      "Look at the details.",
    ],
  ],
  ["too-large", (card) => [tooLarge(card), "Remove the large file, or split it."]],
  [
    "not-allowed",
    ({ peerName }) => [
      `This network does not let you send files to ${peerName}. No file was sent.`,
      "Look at the details.",
    ],
  ],
  [
    "authentication",
    () => [
      "The core did not accept your password. No file was sent.",
      "Enter your password again.",
    ],
  ],
  [
    "network",
    (card) =>
      card.direction === "outgoing"
        ? ["The network does not answer. No file was sent.", "Try again."]
        : undefined,
  ],
  [
    "no-space",
    (card) => [`There is no room in ${folderOf(card)}. No file was received.`, again(card)],
  ],
  [
    "storage",
    (card) => [`${folderOf(card)} cannot be written to. No file was received.`, again(card)],
  ],
  [
    "protocol",
    ({ peerName }) => [
      `${peerName}'s app sent something unexpected. The transfer was stopped.`,
      "Look at the details.",
    ],
  ],
]);

function tooLarge({ files, peerName }: Card): string {
  const largest = files.reduce((a, b) => (b.sizeOctets > a.sizeOctets ? b : a));
  const { name, sizeOctets } = largest;
  return `${name} (${formatSize(sizeOctets)}) is larger than this network or ${peerName} allows. No file was sent.`;
}

/** Why a file did not come to its end, in the words of its card. */
export function fileReason(
  { peerName }: Card,
  { code, reason }: Pick<FileEvent, "code" | "reason">,
): string | undefined {
  if (code !== "declined") return reason;
  return reason?.startsWith(BY_US) === true ? "You cancelled it." : `${peerName} cancelled it.`;
}

/** How the client begins what the user did. */
const BY_US = "You ";

/** What is to be said of files that were answered for, at the end; undefined when all is well. */
export function filesProblem(entry: CardEntry): CardProblem | undefined {
  const { card, endedBy } = entry;
  const damaged = card.files.filter(({ state }) => state === "damaged");
  if (damaged.length > 0) return problem("verification", damagedWords(card, damaged));
  if (endedBy === "us") return problem("cancelled-by-us", [`You cancelled. ${rest(card)}`, ""]);
  const failed = card.files.find(({ state }) => state === "failed");
  if (failed !== undefined) return failedProblem(entry, failed);
  const interrupted = card.files.find(({ state }) => state === "interrupted");
  if (interrupted !== undefined) return interruptedProblem(entry, interrupted);
  return card.direction === "outgoing" ? declinedProblem(card) : undefined;
}

function damagedWords(card: Card, damaged: readonly CardFile[]): Words {
  const what = names(damaged);
  const were = damaged.length === 1 ? "It was" : "They were";
  return card.direction === "incoming"
    ? [`${what} arrived damaged. ${were} set aside and not opened.`, "Get it again."]
    : [
        `${what} arrived damaged at ${card.peerName}'s device and ${damaged.length === 1 ? "is" : "are"} of no use there.`,
        "Send it again.",
      ];
}

function failedProblem({ card, fileCodes }: CardEntry, file: CardFile): CardProblem {
  const code = fileCodes.get(file.index) ?? "internal";
  const folder = folderOf(card);
  const byCode: Readonly<Record<string, Words>> = {
    source:
      file.reason?.includes("changed") === true
        ? [
            `${file.name} was changed after you offered it. It was not sent.`,
            "Send the new version.",
          ]
        : [`${file.name} can no longer be read. It was not sent.`, "Choose it again."],
    "no-space": [
      `No space is left in ${folder}. ${file.name} was not stored. ${rest(card)}`,
      "Choose another folder.",
    ],
    storage: [
      `${folder} cannot be written to. ${file.name} was not stored.`,
      "Choose another folder.",
    ],
    "too-large": [
      `${file.name} (${formatSize(file.sizeOctets)}) is larger than ${card.peerName} takes. It was not sent.`,
      "Split it.",
    ],
    incompatible: [
      `${card.peerName}'s app does not take files like ${file.name}. It was not sent.`,
      "Look at the details.",
    ],
    protocol: [
      `${card.peerName}'s app sent something unexpected. ${file.name} was not transferred.`,
      "Look at the details.",
    ],
  };
  return problem(
    code,
    byCode[code] ?? [
      `${file.name} could not be transferred: ${file.reason ?? ""} ${rest(card)}`,
      again(card),
    ],
  );
}

function interruptedProblem(entry: CardEntry, file: CardFile): CardProblem {
  const { card, fileCodes } = entry;
  if (fileCodes.get(file.index) === "declined") {
    const isAll = card.files.every((one) => one.state !== "verified" && one.state !== "complete");
    const what = isAll ? "the transfer" : file.name;
    return file.reason?.startsWith(BY_US) === true
      ? problem("cancelled-by-us", [`You cancelled ${what}. ${rest(card)}`, ""])
      : problem("cancelled-by-peer", [
          `${card.peerName} cancelled ${what}. ${rest(card)}`,
          again(card),
        ]);
  }
  const percent = percentOf(entry);
  return problem("connection", [
    `The connection to ${card.peerName} broke at ${String(percent)} %. ${rest(card)}`,
    card.direction === "outgoing" ? "Send the rest again." : again(card),
  ]);
}

/** What the recipient did not want. */
export function declinedProblem(card: Card): CardProblem | undefined {
  const declined = card.files.filter(({ state }) => state === "declined");
  if (declined.length === 0) return undefined;
  const { length } = card.files;
  if (declined.length === length)
    return problem("none-taken", [`${card.peerName} took none of the files.`, ""]);
  const were = declined.length === 1 ? "was" : "were";
  return problem("some-declined", [
    `${card.peerName} took ${String(length - declined.length)} of ${countOf(length, "file")}; ${names(declined)} ${were} not wanted.`,
    "",
  ]);
}

/** The sender withdrew an offer that rang here. */
export function withdrawnProblem(card: Card): CardProblem {
  return problem("cancelled-by-peer", [`${card.peerName} cancelled the offer.`, again(card)]);
}

/** This app ended while the offer or the transfer was under way. */
export function stoppedProblem(card: Card): CardProblem {
  return problem("stopped", [`This app ended before the transfer did. ${rest(card)}`, again(card)]);
}

export function stalledProblem(seconds: number): CardProblem {
  return problem("stalled", [`No data for ${String(seconds)} s.`, "Keep waiting, or cancel."]);
}

/** Files could not be read, or were not offered for another reason. */
export function preparationProblem(message: string, code = "source"): CardProblem {
  return problem(code, [`${message} No file was sent.`, "Choose the files again."]);
}

/** What the sender of an offer that is over is told, as it stands. */
export function askAgainText(card: Card, ownName: string): string {
  const what = countOf(card.files.length, "file");
  const damaged = card.files.filter(({ state }) => state === "damaged");
  if (damaged.length > 0) return `${names(damaged)} arrived damaged. ${ownName} asks for it again.`;
  if (card.state === "missed" || card.state === "noLongerRinging")
    return `${ownName} missed your offer of ${what} and asks for it again.`;
  return `${ownName} did not get all of your offer of ${what} and asks for it again.`;
}

function again({ direction, peerName }: Card): string {
  return direction === "outgoing" ? "Send again." : `Ask ${peerName} to send again.`;
}

/** What became of the files that were taken, as a whole sentence. */
function rest(card: Card): string {
  const taken = takenFiles(card);
  const complete = taken.filter(isComplete).length;
  if (complete === 0) return `No file was ${card.direction === "outgoing" ? "sent" : "received"}.`;
  const are = complete === 1 ? "is complete and stays" : "are complete and stay";
  return `${String(complete)} of ${countOf(taken.length, "file")} ${are}.`;
}

function percentOf(entry: CardEntry): number {
  const total = takenFiles(entry.card).reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
  return total === 0 ? 0 : Math.floor((totalOctets(entry) / total) * 100);
}

function names(files: readonly CardFile[]): string {
  const shown = files.slice(0, MAX_NAMES).map(({ name }) => name);
  const more = files.length - shown.length;
  return listOf(more > 0 ? [...shown, `${String(more)} more`] : shown);
}

function folderOf({ folder }: Card): string {
  return folder === undefined ? "the folder" : `the folder ${baseName(folder)}`;
}

function baseName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== "") ?? path;
}

function problem(code: string, [message, action]: Words, status?: number): CardProblem {
  return { code, message: sentence(message), action, ...(status === undefined ? {} : { status }) };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("the folder") ? `T${trimmed.slice(1)}` : trimmed;
}
