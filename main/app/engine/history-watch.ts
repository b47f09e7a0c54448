import type { HistoryTrouble } from "../../../shared/model/app-state.ts";
import type { Clock } from "../../base/ports.ts";
import type { StateDesk } from "./state-desk.ts";

export interface HistoryWatchParts {
  readonly state: StateDesk;
  readonly clock: Clock;
}

export type TellTrouble = (kind: HistoryTrouble["kind"]) => void;

/** A disk that is full refuses every card: windows, where the user puts it away, are told no sooner again. */
const AGAIN_MS = 600_000;

/** Windows say what is wrong with the history where no card could. */
export class HistoryWatch {
  readonly #parts: HistoryWatchParts;

  constructor(parts: HistoryWatchParts) {
    this.#parts = parts;
  }

  readonly tell: TellTrouble = (kind) => {
    const { state, clock } = this.#parts;
    const before = state.current.historyTrouble;
    const atMs = clock.wallMs();
    // The wall clock may be set back.
    if (before?.kind === kind && Math.abs(atMs - before.atMs) < AGAIN_MS) return;
    state.change({ historyTrouble: { kind, atMs } });
  };
}
