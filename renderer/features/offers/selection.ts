import type { Card, CardFile, ConflictPolicy } from "../../../shared/model/card.ts";
import type { Settings } from "../../../shared/model/settings.ts";

/** What the user has chosen by hand on an offer; everything else follows from the offer. */
export interface Choices {
  /** By file index. */
  readonly ticks: ReadonlyMap<number, boolean>;
  readonly conflicts: ReadonlyMap<number, ConflictPolicy>;
}

export const NO_CHOICES: Choices = { ticks: new Map(), conflicts: new Map() };

/** Why a file is not ticked, or should not be. */
export type TickReason = "dangerous" | "alreadyHere" | "noRoom" | "skipped";

export interface FileChoice {
  readonly file: CardFile;
  readonly isTicked: boolean;
  readonly reason?: TickReason;
  /** Only where the name is taken. */
  readonly conflict?: ConflictPolicy;
}

export interface Selection {
  readonly files: readonly FileChoice[];
  readonly ticked: readonly FileChoice[];
  readonly tickedOctets: number;
  /** Files of the offer that are not listed yet; they are taken with all that are, else asked for by themselves. */
  readonly restFiles: number;
  /** What is ticked, and the rest where that comes with it. */
  readonly neededOctets: number;
  readonly offeredOctets: number;
  readonly freeOctets: number;
  /** What is ticked does not fit into the folder. */
  readonly isTooMuch: boolean;
  /** Not one file of the offer fits into the folder. */
  readonly isHopeless: boolean;
  readonly canAccept: boolean;
}

export interface SelectionRules {
  /** The offer is from the user's own devices. */
  readonly isMe: boolean;
  readonly conflict: Settings["conflict"];
}

/** How the offer stands with these choices: pure, and the only place where it is decided. */
export function selectFiles(
  card: Pick<Card, "files" | "freeOctets" | "series">,
  choices: Choices,
  rules: SelectionRules,
): Selection {
  const freeOctets = card.freeOctets ?? Number.POSITIVE_INFINITY;
  let roomOctets = freeOctets;
  const files = card.files.map((file): FileChoice => {
    const conflict = conflictOf(file, choices, rules);
    const reason = reasonOf(file, conflict, { isMe: rules.isMe, roomOctets });
    const isTicked = choices.ticks.get(file.index) ?? reason === undefined;
    if (isTicked) roomOctets -= file.sizeOctets;
    return {
      file,
      isTicked,
      ...(reason === undefined ? {} : { reason }),
      ...(conflict === undefined ? {} : { conflict }),
    };
  });
  const ticked = files.filter(({ isTicked }) => isTicked);
  const tickedOctets = ticked.reduce((sum, { file }) => sum + file.sizeOctets, 0);
  const { series } = card;
  const neededOctets =
    series !== undefined && ticked.length === files.length ? series.octets : tickedOctets;
  const isTooMuch = neededOctets > freeOctets;
  return {
    files,
    ticked,
    tickedOctets,
    restFiles: Math.max(0, (series?.files ?? 0) - files.length),
    neededOctets,
    offeredOctets: files.reduce((sum, { file }) => sum + file.sizeOctets, 0),
    freeOctets,
    isTooMuch,
    isHopeless: files.every(({ file }) => file.sizeOctets > freeOctets),
    canAccept: ticked.length > 0 && !isTooMuch,
  };
}

function conflictOf(
  file: CardFile,
  choices: Choices,
  { conflict }: SelectionRules,
): ConflictPolicy | undefined {
  if (!file.isNameTaken) return undefined;
  return choices.conflicts.get(file.index) ?? (conflict === "ask" ? "keepBoth" : conflict);
}

function reasonOf(
  file: CardFile,
  conflict: ConflictPolicy | undefined,
  { isMe, roomOctets }: { readonly isMe: boolean; readonly roomOctets: number },
): TickReason | undefined {
  if (file.isDangerous && !isMe) return "dangerous";
  if (file.isAlreadyHere === true) return "alreadyHere";
  if (conflict === "skip") return "skipped";
  return file.sizeOctets > roomOctets ? "noRoom" : undefined;
}

/** Ticks exactly these files. */
export function tickExactly(
  choices: Choices,
  files: readonly CardFile[],
  indexes: ReadonlySet<number>,
): Choices {
  const ticks = new Map(choices.ticks);
  const conflicts = new Map(choices.conflicts);
  for (const { index } of files) {
    const isTicked = indexes.has(index);
    ticks.set(index, isTicked);
    // A file that is ticked by hand is not skipped.
    if (isTicked && conflicts.get(index) === "skip") conflicts.delete(index);
  }
  return { ticks, conflicts };
}

/** Chooses what happens to the name; skipping is not taking. */
export function chooseConflict(choices: Choices, index: number, conflict: ConflictPolicy): Choices {
  return {
    ticks: new Map(choices.ticks).set(index, conflict !== "skip"),
    conflicts: new Map(choices.conflicts).set(index, conflict),
  };
}

/** The files of an acceptance as the table of the process border wants them. */
export function acceptedFiles(
  selection: Selection,
): { readonly index: number; readonly conflict?: ConflictPolicy }[] {
  return selection.ticked.map(({ file, conflict }) => ({
    index: file.index,
    // Ticked by hand against a rule that skips: nothing of the user's own is changed.
    ...(conflict === undefined ? {} : { conflict: conflict === "skip" ? "keepBoth" : conflict }),
  }));
}
