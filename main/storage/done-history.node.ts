import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AppStore } from "../base/app-store.ts";
import type { HistoryEntry, HistoryFile, OfferState } from "../base/transfer-store.ts";
import { type DoneRecord, decodeLines } from "./journal-lines.node.ts";
import { JOURNAL_NAME } from "./part-journal.node.ts";

/** Files that the journal saw come to their end, the oldest first. */
export function readDone(profileFolder: string): readonly DoneRecord[] {
  try {
    const { records } = decodeLines(readFileSync(join(profileFolder, JOURNAL_NAME), "utf8"));
    return records.filter((record) => record.do === "done");
  } catch {
    // There is none, or it cannot be read: then there is nothing to add.
    return [];
  }
}

/**
 * Brings files into the history that are finished and that it does not know to be: it was rebuilt, lost its last words, or
 * the program ended between the file's end and the history's. Offers it does not know are added only where they
 * are newer than `sinceMs`: older ones were removed by their user.
 */
export function rememberDone(
  store: Pick<AppStore, "get" | "save">,
  records: readonly DoneRecord[],
  sinceMs: number,
): void {
  for (const [id, done] of byOffer(records)) {
    const known = store.get(id);
    if (!known.ok) continue;
    const entry =
      known.value ?? (done.some(({ atMs }) => atMs > sinceMs) ? newEntry(id, done) : undefined);
    const next = entry === undefined ? undefined : withDone(entry, done);
    if (next !== undefined && next !== known.value) store.save(next);
  }
}

function byOffer(records: readonly DoneRecord[]): ReadonlyMap<string, readonly DoneRecord[]> {
  const groups = new Map<string, DoneRecord[]>();
  for (const record of records) {
    const group = groups.get(idOf(record)) ?? [];
    group.push(record);
    groups.set(idOf(record), group);
  }
  return groups;
}

function idOf({ key, origin }: DoneRecord): string {
  return origin.offerId ?? `part-${key}`;
}

function newEntry(id: string, done: readonly DoneRecord[]): HistoryEntry | undefined {
  const [first] = done;
  if (first === undefined) return undefined;
  const { peer, conversationId } = first.origin;
  const isVerified = done.every(isChecked);
  return {
    ...{ id, direction: "incoming", peer, conversationId, contributionId: "" },
    ...{ startedMs: first.madeMs, endedMs: done.at(-1)?.atMs ?? first.atMs },
    ...{ state: isVerified ? "verified" : "confirmed", files: [] },
  };
}

function withDone(entry: HistoryEntry, done: readonly DoneRecord[]): HistoryEntry {
  const files = new Map(entry.files.map((file) => [file.index, file]));
  let isChanged = false;
  for (const [position, record] of done.entries()) {
    const index = record.origin.index ?? position;
    const known = files.get(index);
    if (known?.state === "complete" || entry.direction !== "incoming") continue;
    files.set(index, { ...fileOf(index, record), ...typeOf(known) });
    isChanged = true;
  }
  if (!isChanged) return entry;
  const all = [...files.values()].sort(byIndex);
  return { ...entry, state: stateWith(entry.state, all), files: all };
}

/** What was interrupted before its last words is over with its last file. */
function stateWith(state: OfferState, files: readonly HistoryFile[]): OfferState {
  const complete = files.filter((file) => file.state === "complete");
  const declined = files.filter((file) => file.state === "declined");
  if (state !== "interrupted" || complete.length + declined.length < files.length) return state;
  if (declined.length > 0) return "partly";
  return complete.every(({ isVerified }) => isVerified === true) ? "verified" : "confirmed";
}

function fileOf(index: number, record: DoneRecord): HistoryFile {
  const { origin, sizeOctets, path, hashes } = record;
  return {
    ...{ index, name: origin.offeredName, sizeOctets, octets: sizeOctets, path },
    ...{ state: "complete", isVerified: isChecked(record), ...hashes },
  };
}

function typeOf(file: HistoryFile | undefined): Pick<HistoryFile, "type" | "transferId"> {
  return {
    ...(file?.type === undefined ? {} : { type: file.type }),
    ...(file?.transferId === undefined ? {} : { transferId: file.transferId }),
  };
}

/** A file only gets its name after every hash that was offered has agreed. */
function isChecked({ origin }: DoneRecord): boolean {
  return origin.hashes.some(({ algorithm }) => ["sha-1", "sha-256"].includes(algorithm));
}

function byIndex(a: HistoryFile, b: HistoryFile): number {
  return a.index - b.index;
}
