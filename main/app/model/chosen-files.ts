import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import type { Settings } from "../../../shared/model/settings.ts";
import type { ConflictPolicy } from "../../base/files.ts";

/** Files, by index, whose name may be taken when they are here. */
export interface ExpectedNames {
  /** The user wants them in the place of what has their name. */
  readonly replacing: readonly number[];
  /** The user wants to be asked and was not, for the name was free. */
  readonly asking: readonly number[];
}

export interface ChosenFiles extends ExpectedNames {
  readonly taken: readonly number[];
  /** What becomes of each whose name is taken when it is here. */
  readonly conflicts: ReadonlyMap<number, ConflictPolicy>;
}

/**
 * Which files are received, and what becomes of those whose name is taken now or when they are here.
 * @param takenNames indexes of files whose name is taken now
 * @param usual as the settings say
 */
export function chooseFiles(
  files: RequestArguments<"offer.accept">["files"],
  takenNames: readonly number[],
  usual: Settings["conflict"],
): ChosenFiles {
  const wishes = files.map(({ index, conflict = usual }) => ({ index, conflict }));
  const indexes = (wanted: (wish: (typeof wishes)[number]) => boolean): readonly number[] =>
    wishes.filter((wish) => wanted(wish)).map(({ index }) => index);
  return {
    taken: indexes(({ index, conflict }) => conflict !== "skip" || !takenNames.includes(index)),
    // Also where the name is free now: until the file is here, another one may have taken it.
    replacing: indexes(({ conflict }) => conflict === "replace"),
    asking: indexes(({ index, conflict }) => conflict === "ask" && !takenNames.includes(index)),
    conflicts: new Map(wishes.map(({ index, conflict }) => [index, conflictPolicy(conflict)])),
  };
}

/** When a file is here nobody can be asked any more: both are kept. */
export function conflictPolicy(chosen: Settings["conflict"]): ConflictPolicy {
  return chosen === "keepBoth" || chosen === "ask" ? "keep-both" : chosen;
}
