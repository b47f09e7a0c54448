import type { OfferId, OfferView } from "../../../shared/model/offer.ts";
import type { HistoryFile } from "../../base/transfer-store.ts";
import { hashOf } from "../../sdp/file-selector.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import { quoted } from "../headers.ts";
import { completeOutcome, storageOutcome } from "./file-receiver.ts";
import { type CheckedOffer, type ReceivableFile, sizeExceeded } from "./incoming-checks.ts";
import type { OfferContext } from "./offer-context.ts";
import type { OfferEntry } from "./offer-record.ts";
import { type FileOutcome, type Interrupted, isResumable } from "./outcome.ts";
import { isSameParty } from "./pull-offer.ts";
import type { AwaitedFile } from "./receive-session.ts";
import { NONE_OF_THESE } from "./refusal.ts";
import { isOffered } from "./resumed-lines.ts";

/** A file that was interrupted and is to go on. */
export interface Entry {
  readonly file: AwaitedFile;
  isMoving: boolean;
  isDropping: boolean;
  /** Its user wants no more of it, whatever is under way. */
  isUnwanted: boolean;
  /** It is whole and gets its name: once, whoever else asks for it meanwhile. */
  checking?: Promise<void>;
  /** Why it does not move. */
  pending: Interrupted;
  outcome?: FileOutcome;
}

export function newEntry({
  file,
  outcome,
}: {
  readonly file: AwaitedFile;
  readonly outcome: Interrupted;
}): Entry {
  return { file, isMoving: false, isDropping: false, isUnwanted: false, pending: outcome };
}

/** By index. */
export function outcomesOf(entries: readonly Entry[]): ReadonlyMap<number, FileOutcome> {
  return new Map(entries.map(({ file, outcome, pending }) => [file.index, outcome ?? pending]));
}

/** It neither moves nor has its end, nor is about to have it. */
export function isIdle({ isMoving, isDropping, outcome }: Entry): boolean {
  return !isMoving && !isDropping && outcome === undefined;
}

/** What the history says of an offer that came in. */
export function historyEntry(id: OfferId, { from, ids, files }: CheckedOffer): OfferEntry {
  return {
    ...{ id, direction: "incoming", peer: from.uriText, ...ids, state: "offered" },
    ...(from.displayName === undefined ? {} : { peerName: from.displayName }),
    files: files.map(historyFile),
  };
}

/** What the user is shown of it. */
export function incomingView({
  from,
  to,
  files,
  ids,
  text,
}: CheckedOffer): Omit<OfferView, "id" | "startedMs" | "isVouched"> {
  return {
    ...{ direction: "incoming", from: from.uriText, to: to.uriText, ...ids },
    ...(from.displayName === undefined ? {} : { fromName: from.displayName }),
    files: files.map(({ view }) => view),
    ...(text === undefined ? {} : { text }),
  };
}

function historyFile({ view, sizeOctets, media }: ReceivableFile): HistoryFile {
  const { index, name, type } = view;
  const sha1 = hashOf(media.selector, "sha-1");
  const sha256 = hashOf(media.selector, "sha-256");
  return {
    ...{ index, name, type, sizeOctets, state: "offered", octets: 0 },
    ...(media.transferId === undefined ? {} : { transferId: media.transferId }),
    ...(sha1 === undefined ? {} : { sha1 }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

/** Every octet of it is here: it is checked and gets its name. */
export async function finishWhole(
  { ports }: OfferContext,
  { sizeOctets, hashes }: AwaitedFile,
  key: string,
): Promise<FileOutcome> {
  const part = await ports.files.resumePart(key);
  if (!part.ok) return storageOutcome(part.error);
  const finished = await part.value.finish({ sizeOctets, hashes });
  return finished.ok ? completeOutcome(finished.value, hashes) : storageOutcome(finished.error);
}

/** Removes what has arrived of a file that does not go on. */
export async function forgetFile(
  { ports: { files } }: OfferContext,
  from: { readonly peer: string; readonly conversationId: string },
  { offeredName: name, sizeOctets, hashes }: AwaitedFile,
): Promise<void> {
  const part = await files.findPart({ ...from, name, sizeOctets, hashes });
  if (part !== undefined) await files.forgetPart(part.key);
}

/** As with a race that is lost at once, nobody is told of each file. */
export async function leaveToOther(
  context: OfferContext,
  from: { readonly peer: string; readonly conversationId: string },
  entries: readonly Entry[],
): Promise<void> {
  for (const entry of entries.filter(isIdle)) {
    entry.outcome = entry.pending;
    await forgetFile(context, from, entry.file);
  }
}

/** Files that can go on, of those offered, by their outcomes in the same order. */
export function interruptedFiles(
  files: readonly ReceivableFile[],
  outcomes: readonly FileOutcome[],
): readonly { readonly file: AwaitedFile; readonly outcome: Interrupted }[] {
  return files.flatMap((file, at) => {
    const outcome = outcomes[at];
    return isResumable(outcome) ? [{ outcome, file: awaited(file) }] : [];
  });
}

/** Whether files of the one offer are files of the other, from the same person in the same conversation. */
export function isAboutSame(offer: CheckedOffer, { from, ids, files }: CheckedOffer): boolean {
  return isAbout(offer, { peer: from.uriText, ...ids }, files.map(awaited));
}

/** Whether it offers one of these files, of that person in that conversation. */
export function isAbout(
  offer: CheckedOffer,
  from: { readonly peer: string; readonly conversationId: string },
  files: readonly AwaitedFile[],
): boolean {
  if (offer.ids.conversationId !== from.conversationId) return false;
  if (!isSameParty(offer.from.uriText, from.peer)) return false;
  return offer.files.some((one) => files.some((file) => isOffered(one, file)));
}

function awaited({ view, media, sizeOctets }: ReceivableFile): AwaitedFile {
  const { index, name } = view;
  const { name: offeredName = name, hashes } = media.selector;
  return { index, name, offeredName, sizeOctets, hashes };
}

export function refusalHeaders(status: number): readonly HeaderField[] {
  if (status === 403) return sizeExceeded().headers;
  return status === 606
    ? [{ name: "Warning", value: `399 cpm-courier ${quoted(NONE_OF_THESE)}` }]
    : [];
}
