export type QuitAnswer = "whenDone" | "now" | "stay";

export interface QuitEffects {
  /** Shows the main window and lets it ask. */
  ask(running: number): void;
  /** Quits: what waited for an answer may go on. */
  end(): void;
}

/**
 * What happens between the wish to quit and the end of the program. The user is asked once while something is under
 * way; the system's own end (log-off, shutdown, a signal) never waits for an answer.
 */
export class Quitting {
  readonly #effects: QuitEffects;
  #state: "running" | "asked" | "whenDone" | "ending" = "running";

  constructor(effects: QuitEffects) {
    this.#effects = effects;
  }

  get isEnding(): boolean {
    return this.#state === "ending";
  }

  /**
   * The user wants to quit.
   * @param underWay transfers and own offers that would be lost
   * @returns whether it may go on now; otherwise the user is asked
   */
  mayQuit(underWay: number): boolean {
    if (this.#state !== "ending" && underWay > 0) {
      this.#state = "asked";
      this.#effects.ask(underWay);
      return false;
    }
    this.#state = "ending";
    return true;
  }

  answer(how: QuitAnswer, underWay: number): void {
    if (this.#state === "ending" || this.#state === "running") return;
    if (how === "stay") this.#state = "running";
    else if (how === "now" || underWay === 0) this.force();
    else this.#state = "whenDone";
  }

  /** Something ended, or began. */
  changed(underWay: number): void {
    if (this.#state === "whenDone" && underWay === 0) this.force();
  }

  /** Without asking. */
  force(): void {
    if (this.#state === "ending") return;
    this.#state = "ending";
    this.#effects.end();
  }
}
