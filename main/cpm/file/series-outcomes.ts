import type { FileEvent } from "../../../shared/model/client-events.ts";
import type { TransferState } from "../../../shared/model/transfer.ts";
import { type FileOutcome, transferStateOf } from "./outcome.ts";

/** What became of the files of a series, by their place among all. */
export class SeriesOutcomes {
  readonly #outcomes = new Map<number, FileOutcome>();

  take(event: FileEvent): void {
    this.#outcomes.set(event.index, outcomeOf(event));
  }

  has(index: number): boolean {
    return this.#outcomes.has(index);
  }

  /** @param total files that there are; those of which nothing was heard count as interrupted */
  state(total: number, isCancelled: boolean): Exclude<TransferState, "noanswer"> {
    const known = [...this.#outcomes.values()];
    const missing: FileOutcome[] = Array.from(
      { length: Math.max(0, total - known.length) },
      () => NEVER_CAME,
    );
    return transferStateOf([...known, ...missing], isCancelled);
  }
}

const NEVER_CAME: FileOutcome = {
  kind: "interrupted",
  reason: "It never came.",
  code: "connection",
};

function outcomeOf({ state, verified, reason = "", code = "protocol" }: FileEvent): FileOutcome {
  switch (state) {
    case "complete":
      return { kind: "complete", isProven: verified === true };
    case "declined":
      return { kind: "declined" };
    default:
      return { kind: state, reason, code };
  }
}
