const WINDOW_MS = 60_000;
const MAX_CRASHES = 5;

/** A page that ends again and again is not loaded for ever. */
export class CrashBudget {
  #times: readonly number[] = [];

  /** @returns whether to load the page again */
  spend(nowMs: number): boolean {
    this.#times = [...this.#times.filter((time) => nowMs - time < WINDOW_MS), nowMs];
    return this.#times.length <= MAX_CRASHES;
  }
}
