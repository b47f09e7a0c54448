import { beforeEach } from "vitest";
import { type BookInput, type CardBook, stepBook } from "../../main/app/model/card-book.ts";
import { shownCard } from "../../main/app/model/card-entry.ts";
import type { CardEvent } from "../../main/app/model/card-step.ts";
import { Words } from "../../main/app/words/words.ts";
import type { Card } from "../../shared/model/card.ts";
import type { OfferId } from "../../shared/model/offer.ts";
import { FakeClock } from "./fake-clock.ts";

/** An event of the client, whatever offer it is of. */
type Told = CardEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, "id">
    : never
  : never;

const START_MS = 1_000_000;
const english = new Words("en");

export interface OneCard {
  readonly id: OfferId;
  readonly clock: FakeClock;
  readonly book: CardBook;
  readonly apply: (input: BookInput) => void;
  readonly tell: (...events: readonly Told[]) => void;
  /** As windows show it, in English; throws where there is none. */
  readonly card: () => Card;
}

/** A book of cards that is empty before each test, and the one card that a test puts into it. */
export function oneCard(): OneCard {
  const id = "x" as OfferId;
  let clock = new FakeClock(START_MS);
  let book: CardBook = new Map();
  beforeEach(() => {
    clock = new FakeClock(START_MS);
    book = new Map();
  });
  const apply = (input: BookInput): void => {
    book = stepBook(book, input, { nowMs: clock.nowMs(), wallMs: clock.wallMs() });
  };
  return {
    id,
    get clock() {
      return clock;
    },
    get book() {
      return book;
    },
    apply,
    tell: (...events) => {
      for (const event of events) apply({ name: "event", event: { ...event, id } as CardEvent });
    },
    card: () => {
      const entry = book.get(id);
      if (entry === undefined) throw new Error("no card");
      return shownCard(entry, english);
    },
  };
}
