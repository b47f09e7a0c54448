import {
  type Card,
  canPause,
  canResume,
  isEnded,
  isGoingOn,
  isHalted,
} from "../../../shared/model/card.ts";
import { type EngineEvent, isAsking } from "../ports.ts";

/** How far the transfers that run are, all together. */
export type OverallProgress =
  | { readonly mode: "idle" }
  /** Nothing runs, and one failed that the user has not seen yet. */
  | { readonly mode: "error" }
  /** `ratio` from 0 to 1; `paused`: none of them moves. */
  | { readonly mode: "normal" | "paused"; readonly ratio: number };

const MOVING: ReadonlySet<Card["state"]> = new Set(["transferring", "stalled", "verifying"]);
const FLOWING: ReadonlySet<Card["state"]> = new Set(["transferring", "verifying"]);
const CHECKING: ReadonlySet<Card["state"]> = new Set(["preparing", "verifying"]);
const FAILED: ReadonlySet<Card["state"]> = new Set(["failed", "damaged", "interrupted", "partly"]);

/** The shell's own copy of the cards, for badge, taskbar and the question before quitting. */
export class CardBook {
  readonly #cards = new Map<string, Card>();
  readonly #octets = new Map<string, number>();
  /** Cards whose end the user has had in front of them. */
  readonly #seen = new Set<string>();

  constructor(cards: readonly Card[]) {
    for (const card of cards) this.#put(card);
    // What failed before this start is in the list, and no news.
    for (const card of cards) if (FAILED.has(card.state)) this.#seen.add(card.id);
  }

  /** @param isLookedAt the user has the window in front of them, so that what ends now is seen */
  apply(event: EngineEvent, isLookedAt = false): void {
    if (event.name === "cards.changed")
      // What was put away is told of for the last time.
      for (const card of event.payload)
        if (card.isDismissed === true) this.#remove(card.id);
        else this.#put(card);
    if (event.name === "cards.removed") for (const id of event.payload) this.#remove(id);
    if (event.name === "card.progress") {
      const { id, octets } = event.payload;
      if (this.#cards.has(id)) this.#octets.set(id, octets);
    }
    if (isLookedAt) this.markSeen();
  }

  get(id: string): Card | undefined {
    return this.#cards.get(id);
  }

  /** Offers that wait for an answer here, oldest first. */
  get asking(): readonly Card[] {
    return this.#where(isAsking).sort((a, b) => a.startedMs - b.startedMs);
  }

  /** What quitting would interrupt: transfers that move, and own offers that ring. What is paused waits anyway. */
  get underWay(): readonly Card[] {
    return this.#where(
      (card) =>
        !isEnded(card.state) &&
        !isHalted(card) &&
        !(card.direction === "incoming" && card.state === "ringing"),
    );
  }

  /** What the user can do with all transfers at once. */
  get pausing(): "pause" | "resume" | "none" {
    if (this.#where(canPause).length > 0) return "pause";
    const halted = this.#where((card) => card.state === "paused" && canResume(card));
    return halted.length > 0 ? "resume" : "none";
  }

  /** Octets are hashed: work that nobody sees in any progress. */
  get isChecking(): boolean {
    return this.#where(({ state }) => CHECKING.has(state)).length > 0;
  }

  /** Octets move or are hashed, or would if they could. */
  get isWorking(): boolean {
    return this.isChecking || this.#where(({ state }) => MOVING.has(state)).length > 0;
  }

  /** Offers that wait, and those that were missed and not seen since. */
  get badge(): number {
    return this.asking.length + this.#unseen((card) => card.state === "missed").length;
  }

  /** The user looks at the window: what was missed or has failed is seen. */
  markSeen(): void {
    for (const { id, state } of this.#cards.values()) if (isEnded(state)) this.#seen.add(id);
  }

  get progress(): OverallProgress {
    const moving = this.#where(isGoingOn);
    if (moving.length === 0) {
      const failed = this.#unseen(({ state }) => FAILED.has(state));
      return { mode: failed.length > 0 ? "error" : "idle" };
    }
    let total = 0;
    let done = 0;
    for (const card of moving) {
      const size = acceptedOctets(card);
      total += size;
      done += Math.min(size, this.#octets.get(card.id) ?? 0);
    }
    return {
      mode: moving.some(({ state }) => FLOWING.has(state)) ? "normal" : "paused",
      // Files of no octets are all there.
      ratio: total === 0 ? 1 : done / total,
    };
  }

  #put(card: Card): void {
    this.#cards.set(card.id, card);
    if (isEnded(card.state)) this.#octets.delete(card.id);
    else {
      this.#seen.delete(card.id);
      this.#octets.set(
        card.id,
        card.files.reduce((sum, { octets }) => sum + octets, 0),
      );
    }
  }

  #remove(id: string): void {
    this.#cards.delete(id);
    this.#octets.delete(id);
    this.#seen.delete(id);
  }

  #where(is: (card: Card) => boolean): Card[] {
    return [...this.#cards.values()].filter(is);
  }

  #unseen(is: (card: Card) => boolean): Card[] {
    return this.#where((card) => is(card) && !this.#seen.has(card.id));
  }
}

function acceptedOctets({ files }: Card): number {
  return files.reduce(
    (sum, { state, sizeOctets }) => (state === "declined" ? sum : sum + sizeOctets),
    0,
  );
}
