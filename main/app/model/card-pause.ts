import { canPause, isEnded, isGoingOn } from "../../../shared/model/card.ts";
import type { PausedBy, ResumedEvent } from "../../../shared/model/client-events.ts";
import {
  type BookCard,
  type CardEntry,
  octetsOf,
  totalOctets,
  withCard,
  withFiles,
} from "./card-entry.ts";
import { declinedProblem, keptProblem, reconnectingProblem, spaceProblem } from "./card-words.ts";
import { omit } from "./omit.ts";
import { startRate } from "./transfer-rate.ts";

/** Nothing moves until whoever paused it goes on. */
export function paused(entry: CardEntry, by: PausedBy): CardEntry {
  if (!isGoingOn(entry.card)) return entry;
  const card = omit(entry.card, "pausedBy", "problem", "retryAtMs");
  return by === "space"
    ? { ...entry, card: { ...card, state: "waitingForSpace", problem: spaceProblem(entry) } }
    : { ...entry, card: { ...card, state: "paused", pausedBy: by } };
}

/** The user has said so; what arrives until the other side knows counts. */
export function pausing(entry: CardEntry): CardEntry {
  return canPause(entry.card) || entry.card.state === "waitingForSpace"
    ? paused(entry, "us")
    : entry;
}

/** Sooner than that nobody could read when it is tried. */
const TOLD_MS = 1000;

/** The connection broke, and it is tried again. @param inMs until then, where it is known */
export function reconnecting(entry: CardEntry, wallMs: number, inMs = 0): CardEntry {
  if (!isGoingOn(entry.card)) return entry;
  const { retryAtMs: before, ...card } = omit(entry.card, "pausedBy");
  const retryAtMs = inMs < TOLD_MS ? undefined : wallMs + inMs;
  const known =
    card.state === "reconnecting" && card.problem?.code === "reconnecting"
      ? card.problem
      : undefined;
  if (known !== undefined && before === retryAtMs) return entry;
  const problem = known ?? reconnectingProblem(entry);
  const told = retryAtMs === undefined ? {} : { retryAtMs };
  return { ...entry, card: { ...card, state: "reconnecting", problem, ...told } };
}

/** The user has said that it is to go on, and the other side does not know yet. */
export function resuming(entry: CardEntry): CardEntry {
  return { ...revived(entry), card: { ...revived(entry).card, state: "reconnecting" } };
}

/** Octets move again, also of a card that had ended. Speed counts from here. */
export function resumed(
  entry: CardEntry,
  { files }: Pick<ResumedEvent, "files">,
  nowMs: number,
): CardEntry {
  const known = new Map(files.map(({ index, octets }) => [index, octets]));
  const alive = withFiles(revived(entry), [...known.keys()], (file) => ({
    ...omit(file, "reason", "canResume"),
    ...{ state: "waiting", octets: known.get(file.index) ?? 0 },
  }));
  const octets = new Map([...entry.octets, ...known]);
  const moving = { ...withCard(alive, { state: "transferring" }), octets, lastOctetMs: nowMs };
  return { ...moving, rate: startRate(totalOctets(moving), nowMs) };
}

/** The card as one that goes on: nothing of an end is left. */
function revived(entry: CardEntry): CardEntry {
  const rest = omit(entry, "endedBy");
  const { card } = entry;
  const files = card.files.map((file) =>
    file.canResume === true
      ? { ...omit(file, "canResume", "reason"), state: "waiting" as const }
      : file,
  );
  const bare: BookCard = {
    ...omit(card, "endedMs", "pausedBy", "problem", "isDismissed", "retryAtMs"),
    files,
  };
  const problem = bare.direction === "outgoing" ? declinedProblem(bare) : undefined;
  return {
    ...rest,
    card: problem === undefined ? bare : { ...bare, problem },
    fileCodes: new Map(),
    isAnswered: true,
  };
}

export interface ResumableOctets {
  readonly index: number;
  readonly octets: number;
}

/** What of an ended card is there to go on with. */
export function resumable(entry: CardEntry, files: readonly ResumableOctets[]): CardEntry {
  if (!isEnded(entry.card.state)) return entry;
  const known = new Map(files.map(({ index, octets }) => [index, octets]));
  const marked = withFiles(entry, [...known.keys()], (file) => ({
    ...file,
    ...{ state: "interrupted", octets: known.get(file.index) ?? octetsOf(entry, file.index) },
    canResume: true,
  }));
  const found = { ...marked, octets: new Map([...entry.octets, ...known]) };
  const problem = keptProblem(found);
  return problem === undefined ? found : withCard(found, { problem });
}

/** There is nothing to go on with any more. */
export function notResumable(entry: CardEntry): CardEntry {
  return withFiles(
    entry,
    entry.card.files.flatMap(({ index, canResume }) => (canResume === true ? [index] : [])),
    (file) => omit(file, "canResume"),
  );
}
