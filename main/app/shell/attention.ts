import type { Card, CardFile } from "../../../shared/model/card.ts";
import type { Settings } from "../../../shared/model/settings.ts";

export type AttentionSettings = Pick<Settings, "areNotificationsOn" | "isDoNotDisturb">;

export interface AttentionInput {
  /** Every card that changed, whatever its state. */
  readonly changed: readonly Card[];
  /** All offers that wait for an answer. */
  readonly asking: readonly Card[];
  readonly isMainFocused: boolean;
  readonly settings: AttentionSettings;
}

const UNTAKEN: ReadonlySet<CardFile["state"]> = new Set(["offered", "declined"]);

/** What the system is to show of offers. Ids are the cards'. */
export interface AttentionStep {
  readonly show: readonly { readonly kind: "offer" | "autoAccepted"; readonly card: Card }[];
  readonly close: readonly string[];
  /** The window asks for attention, without taking the focus. */
  readonly isFlashing: boolean;
}

/**
 * Decides what is told outside the window. An offer is told once, and taken back as soon as it is answered, here or
 * anywhere else; who looks at the window is told nothing twice.
 */
export class Attention {
  readonly #told = new Set<string>();
  readonly #open = new Set<string>();
  /** Offers that a rule is about to take; where it cannot, the user is asked after all. */
  readonly #byRule = new Set<string>();

  /** Cards that were there at the start are no news. */
  constructor(cards: readonly Card[]) {
    for (const { id, isAutoAccepted } of cards) if (isAutoAccepted === true) this.#told.add(id);
  }

  step({ changed, asking, isMainFocused, settings }: AttentionInput): AttentionStep {
    const isAllowed = settings.areNotificationsOn === true && !isMainFocused;
    const offers = asking.filter((card) => this.#tell(card));
    const accepted = changed.filter((card) => this.#isTaken(card) && this.#tell(card));
    const shownOffers = isAllowed ? offers : [];
    for (const { id } of shownOffers) this.#open.add(id);
    const still = new Set(asking.map(({ id }) => id));
    const close = [...this.#open].filter((id) => !still.has(id));
    for (const id of close) this.#open.delete(id);
    const shownAccepted = isAllowed && !settings.isDoNotDisturb ? accepted : [];
    return {
      show: [
        ...shownOffers.map((card) => ({ kind: "offer" as const, card })),
        ...shownAccepted.map((card) => ({ kind: "autoAccepted" as const, card })),
      ],
      close,
      isFlashing: offers.length > 0 && !isMainFocused,
    };
  }

  /** Whether a rule has taken it in this run: what the history gives back is no news. */
  #isTaken({ id, state, files, isAutoAccepted }: Card): boolean {
    if (isAutoAccepted === true && state === "accepting") {
      this.#byRule.add(id);
      return false;
    }
    const isTaken = isAutoAccepted === true && files.some((file) => !UNTAKEN.has(file.state));
    return this.#byRule.delete(id) && isTaken;
  }

  /** @returns whether it is news */
  #tell({ id }: Card): boolean {
    if (this.#told.has(id)) return false;
    this.#told.add(id);
    return true;
  }
}

/**
 * Whether the small window that takes no focus is there: where the system's notifications have no buttons, while
 * offers wait and the user does not look at the main window. Only a user who said no to being told is not told.
 */
export function isPromptWanted(state: {
  readonly hasActionButtons: boolean;
  readonly askingCount: number;
  readonly isMainLookedAt: boolean;
  readonly settings: AttentionSettings;
}): boolean {
  return (
    !state.hasActionButtons &&
    state.askingCount > 0 &&
    !state.isMainLookedAt &&
    state.settings.areNotificationsOn !== false
  );
}
