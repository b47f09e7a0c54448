import type { CardEndState, CardFileState, CardState } from "../../../shared/model/card.ts";
import { isEnded, isHalted } from "../../../shared/model/card.ts";
import type { ClientEvents, FileEvent } from "../../../shared/model/client-events.ts";
import type { TransferState } from "../../../shared/model/transfer.ts";
import { fileOf } from "./card-begin.ts";
import {
  type BookCard,
  type BookFile,
  type CardEntry,
  isUnsettled,
  leftOctets,
  octetsOf,
  settledCard,
  totalOctets,
  withCard,
  withFiles,
} from "./card-entry.ts";
import { paused, reconnecting, resumed } from "./card-pause.ts";
import {
  type BookProblem,
  declinedProblem,
  eventProblem,
  fileReason,
  filesProblem,
  stalledProblem,
  withdrawnProblem,
} from "./card-words.ts";
import { omit } from "./omit.ts";
import { startRate, stepRate } from "./transfer-rate.ts";

/** Now, on both clocks. */
export interface Moment {
  /** Monotonic. */
  readonly nowMs: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
}

type OfOffer =
  | "ringing"
  | "moreWaiting"
  | "more"
  | "answered"
  | "elsewhere"
  | "cancelled"
  | "missed"
  | "declined"
  | "progress"
  | "file"
  | "reconnecting"
  | "paused"
  | "resumed"
  | "transfer"
  | "error";

/** What a client tells of an offer that is known. */
export type CardEvent = {
  [Name in OfOffer]: { readonly event: Name } & ClientEvents[Name];
}[OfOffer];

/** architecture.md, numbers. */
const STALLED_MS = 10_000;

/** What an event of the client makes of a card. Events that come after its end change nothing, unless it goes on. */
export function stepCard(entry: CardEntry, event: CardEvent, moment: Moment): CardEntry {
  if (event.event === "resumed") return resumed(entry, event, moment.nowMs);
  if (isEnded(entry.card.state)) return entry;
  switch (event.event) {
    case "ringing":
      return entry.card.direction === "outgoing" ? withCard(entry, { state: "waiting" }) : entry;
    case "answered":
      return answered(entry, event, moment);
    case "more":
      return grown(entry, event.files);
    case "elsewhere":
      return elsewhere(entry, event, moment);
    case "cancelled":
      return cancelled(entry, event.by, moment);
    case "missed":
      return ended(entry, "missed", moment);
    case "declined":
      // The card's end follows; an error tells why.
      return entry;
    default:
      return stepTransfer(entry, event, moment);
  }
}

function stepTransfer(
  entry: CardEntry,
  event: Extract<
    CardEvent,
    {
      readonly event:
        | "moreWaiting"
        | "progress"
        | "file"
        | "reconnecting"
        | "paused"
        | "transfer"
        | "error";
    }
  >,
  moment: Moment,
): CardEntry {
  switch (event.event) {
    case "moreWaiting":
      return entry.card.state === "ringing" ? withCard(entry, { hasMoreWaiting: true }) : entry;
    case "progress":
      return progress(entry, event.index, event.octets, moment);
    case "file":
      return fileEnded(entry, event);
    case "reconnecting":
      return reconnecting(entry, moment.wallMs, event.inMs);
    case "paused":
      return paused(entry, event.by);
    case "transfer":
      return transferEnded(entry, event.state, moment);
    case "error":
      return withCard(entry, { problem: eventProblem(entry.card, event) });
  }
}

/** A larger offer is answered a hundred files at a time: files of which nothing is said stay as they are. */
function answered(
  entry: CardEntry,
  { accepted, declined, isEncrypted }: Omit<ClientEvents["answered"], "id">,
  { nowMs }: Moment,
): CardEntry {
  const [taken, refused] = [new Set(accepted), new Set(declined)];
  const files = entry.card.files.map((file): BookFile => {
    // A file without room has failed already.
    if (file.state === "failed") return file;
    if (taken.has(file.index)) return { ...file, state: "waiting" };
    return refused.has(file.index) ? { ...file, state: "declined" } : file;
  });
  const hasRest = entry.isAnswered || entry.card.files.every(({ index }) => taken.has(index));
  const offered = hasRest ? entry.card : omit(entry.card, "series");
  const card: BookCard = { ...settledCard({ ...offered, files }), state: "transferring" };
  const problem = card.direction === "outgoing" ? declinedProblem(card) : undefined;
  return {
    ...entry,
    card: {
      ...card,
      ...(problem === undefined ? {} : { problem }),
      ...(isEncrypted === true ? { isEncrypted } : {}),
    },
    isAnswered: true,
    lastOctetMs: nowMs,
    rate: entry.rate ?? startRate(0, nowMs),
  };
}

/** The offer goes on with more files. */
function grown(entry: CardEntry, more: ClientEvents["more"]["files"]): CardEntry {
  const known = new Set(entry.card.files.map(({ index }) => index));
  const files = more
    .filter(({ index }) => !known.has(index))
    .map((file) =>
      fileOf(
        entry.card,
        file,
        entry.card.files.some(({ icon }) => icon !== undefined),
      ),
    );
  return withCard(entry, { files: [...entry.card.files, ...files] });
}

function elsewhere(
  entry: CardEntry,
  { reason, device, isLostRace }: ClientEvents["elsewhere"],
  moment: Moment,
): CardEntry {
  const files = entry.card.files.map((file): BookFile => ({ ...file, state: "offered" }));
  const told = withCard(entry, {
    files,
    ...(device === undefined ? {} : { device }),
    ...(isLostRace ? { isLostRace } : {}),
  });
  return ended(told, reason === "accepted" ? "elsewhere" : "declinedElsewhere", moment);
}

function cancelled(entry: CardEntry, by: "us" | "peer" | "unknown", moment: Moment): CardEntry {
  if (by === "unknown") return ended(entry, "noLongerRinging", moment);
  if (by === "us" || entry.isAnswered) return { ...entry, endedBy: by };
  return ended(withCard(entry, { problem: withdrawnProblem(entry.card) }), "cancelled", moment);
}

function progress(entry: CardEntry, index: number, octets: number, { nowMs }: Moment): CardEntry {
  const file = entry.card.files.find((one) => one.index === index);
  if (file === undefined || !isUnsettled(file) || octets <= octetsOf(entry, index)) return entry;
  const moved: CardEntry = {
    ...entry,
    octets: new Map(entry.octets).set(index, octets),
    lastOctetMs: nowMs,
  };
  const isWhole = entry.card.direction === "incoming" && octets >= file.sizeOctets;
  const state: CardFileState = isWhole ? "verifying" : "transferring";
  const rate = stepRate(
    entry.rate ?? startRate(0, nowMs),
    totalOctets(moved),
    leftOctets(moved),
    nowMs,
  );
  const rated = { ...moved, rate };
  return file.state === state && entry.card.state !== "stalled"
    ? rated
    : running(withFiles(rated, [index], (one) => ({ ...one, state })));
}

/** The state of a card whose files are under way. */
function running(entry: CardEntry): CardEntry {
  const unsettled = entry.card.files.filter(isUnsettled);
  if (unsettled.length === 0 || !entry.isAnswered || isHeldBack(entry.card)) return entry;
  const isChecking = unsettled.every(({ state }) => state === "verifying");
  return unstalled(withCard(entry, { state: isChecking ? "verifying" : "transferring" }));
}

/** It moves again when the client says so, and not by octets that are late. */
function isHeldBack(card: BookCard): boolean {
  return isHalted(card) || card.state === "reconnecting";
}

function unstalled(entry: CardEntry): CardEntry {
  return entry.card.problem?.code === "stalled"
    ? { ...entry, card: omit(entry.card, "problem") }
    : entry;
}

function fileEnded(entry: CardEntry, event: FileEvent): CardEntry {
  const { index, path, hash, code, resumable } = event;
  const reason = fileReason(entry.card, event);
  const state = endOf(event);
  const isDamaged = state === "damaged" && entry.card.direction === "incoming";
  const changed = withFiles(entry, [index], (file) => ({
    ...(isDamaged ? withOfferedHash(file) : file),
    state,
    ...(resumable === undefined ? {} : { octets: resumable.octets, canResume: true }),
    ...(path === undefined ? {} : { path }),
    ...(hash === undefined ? {} : { hash }),
    ...(reason === undefined ? {} : { reason }),
  }));
  const size = entry.card.files.find((file) => file.index === index)?.sizeOctets ?? 0;
  const octets = event.state === "complete" ? size : (resumable?.octets ?? octetsOf(entry, index));
  return running({
    ...changed,
    octets: new Map(entry.octets).set(index, octets),
    fileCodes: code === undefined ? entry.fileCodes : new Map(entry.fileCodes).set(index, code),
  });
}

/** Until now its hash was what the offer promised; that of what arrived is another one. */
function withOfferedHash(file: BookFile): BookFile {
  const { hash, ...rest } = file;
  return hash === undefined ? rest : { ...rest, offeredHash: hash };
}

function endOf({ state, verified }: FileEvent): CardFileState {
  if (state === "complete") return verified === true ? "verified" : "complete";
  return state === "failed" && verified === false ? "damaged" : state;
}

function transferEnded(entry: CardEntry, state: TransferState, moment: Moment): CardEntry {
  if (!entry.isAnswered) return ended(entry, state, moment);
  const { problem, ...card } = entry.card;
  const said = filesProblem(entry) ?? (state === "verified" ? undefined : problem);
  const isDamaged = state === "failed" && card.files.some((file) => file.state === "damaged");
  const kept = said !== undefined && PASSING.has(said.code) ? undefined : said;
  return ended(
    { ...entry, card: { ...card, ...(kept === undefined ? {} : { problem: kept }) } },
    isDamaged ? "damaged" : wholeState(state, kept),
    moment,
  );
}

/** Said of a card that is under way. */
const PASSING: ReadonlySet<string> = new Set(["stalled", "reconnecting", "waiting-for-space"]);

/** What the other user stopped was cancelled, and not cut off. */
function wholeState(state: TransferState, problem: BookProblem | undefined): CardEndState {
  return state === "interrupted" && problem?.code === "cancelled-by-peer" ? "cancelled" : state;
}

/** Nothing follows any more. */
export function ended(entry: CardEntry, state: CardEndState, { wallMs }: Moment): CardEntry {
  const card = omit(settledCard(entry.card), "pausedBy", "retryAtMs");
  return { ...entry, card: { ...card, state, endedMs: wallMs } };
}

/** What time alone makes of a card: octets that do not come. */
export function tickCard(entry: CardEntry, { nowMs }: Moment): CardEntry {
  const { lastOctetMs, card } = entry;
  if (lastOctetMs === undefined || !MOVING.has(card.state)) return entry;
  const silentMs = nowMs - lastOctetMs;
  if (silentMs < STALLED_MS || leftOctets(entry) === 0) return entry;
  const problem = stalledProblem(STALLED_MS / 1000);
  return card.state === "stalled" ? entry : withCard(entry, { state: "stalled", problem });
}

const MOVING: ReadonlySet<CardState> = new Set(["transferring", "stalled"]);

/** Octets of this card move, or are checked. */
export function isMoving({ state }: BookCard): boolean {
  return state === "transferring" || state === "verifying" || state === "stalled";
}
