import { canPause, canResume, isEnded, isGoingOn } from "../../../shared/model/card.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import type { Result } from "../../base/result.ts";
import type { CpmClient } from "../../cpm/client.ts";
import { isUnsettled } from "../model/card-entry.ts";
import type { CardEvent } from "../model/card-step.ts";
import { said } from "../words/phrase.ts";
import type { NetworkChange } from "./account-desk.node.ts";
import { DONE, type Failure, failure, gone, type Handlers, noFolder } from "./answers.ts";
import type { CardDesk } from "./card-desk.ts";

export interface PauseDeskParts {
  readonly cards: CardDesk;
  readonly client: () => PausingClient | undefined;
}

export type PausingClient = Pick<
  CpmClient,
  "pause" | "resume" | "moveTo" | "cancel" | "forget" | "resumable"
>;

type PauseRequests = Pick<
  Handlers,
  "card.pause" | "card.resume" | "cards.pauseAll" | "cards.resumeAll" | "card.cancel"
>;

/** Pauses transfers and lets them go on: as the user says, with the machine's sleep, and over the loss of the network. */
export class PauseDesk {
  readonly #parts: PauseDeskParts;
  /** Paused because the machine sleeps. */
  readonly #asleep = new Set<string>();
  /** This device has left the network that they ran in, and goes on with them in the next. */
  readonly #held = new Set<string>();
  #isEnding = false;

  constructor(parts: PauseDeskParts) {
    this.#parts = parts;
  }

  readonly handlers: PauseRequests = {
    "card.pause": ({ id }) => {
      const card = this.#parts.cards.book.get(id)?.card;
      if (card === undefined || !isGoingOn(card)) return gone("transfer");
      this.#pause(id);
      return DONE;
    },
    "card.resume": ({ id, folder }) => this.#resumeCard(id, folder),
    "cards.pauseAll": () => {
      for (const id of this.#where(canPause)) this.#pause(id);
      return DONE;
    },
    "cards.resumeAll": async () => {
      const halted = this.#where((card) => card.state === "paused" && canResume(card));
      await Promise.all(halted.map((id) => this.#resume(id)));
      return DONE;
    },
    "card.cancel": ({ id }) => {
      const card = this.#parts.cards.book.get(id)?.card;
      if (card === undefined || isEnded(card.state)) return gone("transfer");
      if (this.#held.delete(id)) this.#giveUp(id);
      else this.#parts.client()?.cancel(offerId(id));
      return DONE;
    },
  };

  /** The machine goes to sleep. */
  suspend(): void {
    for (const id of this.#where(canPause)) {
      this.#asleep.add(id);
      this.#pause(id);
    }
  }

  /** It has woken up. */
  async wake(): Promise<void> {
    const asleep = [...this.#asleep];
    this.#asleep.clear();
    await this.#resumeAll(asleep);
  }

  async networkIs(change: NetworkChange): Promise<void> {
    if (change === "leaving") this.#hold();
    else if (change === "joined") await this.#showResumable();
    else await this.#goOn();
  }

  #hold(): void {
    for (const id of this.#where((card) => isGoingOn(card) && card.state !== "paused")) {
      this.#held.add(id);
      this.#tell({ event: "reconnecting", id: offerId(id) });
    }
  }

  /** This app ends: what runs is what the next one finds. */
  end(): void {
    this.#isEnding = true;
  }

  /**
   * Whether cards are to know of an event: not that this device goes away for a while, which the card has said, or the
   * next run will.
   */
  admits(event: CardEvent): boolean {
    // Also a card that windows are not told of any more.
    if (event.event === "resumed") this.#parts.cards.revive(event.id);
    return !this.#isExpected(event);
  }

  #isExpected(event: CardEvent): boolean {
    const id = event.id ?? "";
    const card = this.#parts.cards.book.get(id)?.card;
    if (card === undefined || !isGoingOn(card)) return false;
    if (!this.#isEnding && !this.#held.has(id)) return false;
    if (event.event === "file") return event.state === "interrupted";
    return event.event === "transfer" && event.state !== "verified" && event.state !== "confirmed";
  }

  async #goOn(): Promise<void> {
    const held = [...this.#held];
    this.#held.clear();
    await this.#resumeAll(held);
  }

  /** Cards of before that can go on, back among those that windows are told of. */
  async #showResumable(): Promise<void> {
    const { cards, client } = this.#parts;
    for (const { id, files } of (await client()?.resumable()) ?? []) {
      const isAway = cards.find(id)?.card.isDismissed === true;
      if (isAway || this.#held.has(id) || cards.revive(id) === undefined) continue;
      cards.apply({ name: "resumable", id, files });
    }
  }

  #pause(id: string): void {
    this.#parts.cards.apply({ name: "pausing", id });
    // What is held does not run: it is only not gone on with.
    if (this.#held.delete(id)) void this.#letBe(id);
    else this.#parts.client()?.pause(offerId(id));
  }

  async #resumeCard(id: string, folder?: string): Promise<Result<null, Failure>> {
    const { cards, client } = this.#parts;
    const card = cards.revive(id)?.card;
    if (card === undefined || !canGoOn(card)) return gone("transfer");
    const device = client();
    if (device === undefined)
      return failure("notSignedIn", said("failures.notSignedIn"), said("actions.signIn"));
    if (folder !== undefined) {
      // Nothing of it may be used while it is on its way.
      if (isGoingOn(card)) this.#pause(id);
      const moved = await device.moveTo(offerId(id), folder);
      if (!moved.ok) return noFolder(folder);
      cards.apply({ name: "movedTo", id, folder });
      // Octets were copied, perhaps for minutes; whoever has cancelled it meanwhile needs no word.
      const later = cards.book.get(id)?.card;
      if (later === undefined || !canGoOn(later)) return DONE;
    }
    await this.#resume(id);
    return DONE;
  }

  /** Those of them that did not end meanwhile. */
  async #resumeAll(ids: readonly string[]): Promise<void> {
    const alive = new Set(this.#where(canGoOn));
    await Promise.all(ids.filter((id) => alive.has(id)).map((id) => this.#resume(id)));
  }

  async #resume(id: string): Promise<void> {
    const { cards, client } = this.#parts;
    const device = client();
    if (device === undefined) return;
    cards.apply({ name: "resuming", id });
    const resumed = await device.resume(offerId(id), { keepsTrying: true });
    if (!resumed.ok) cards.apply({ name: "notResumed", id, kind: resumed.error.kind });
  }

  /** Held and ended by the user: nobody else knows of it now. */
  #giveUp(id: string): void {
    const own = offerId(id);
    void this.#parts.client()?.forget(own);
    this.#tell({ event: "cancelled", id: own, by: "us", reason: "" });
    this.#endFiles(id, "cancelled");
    this.#tell({ event: "transfer", id: own, state: "cancelled" });
  }

  /** Held and paused by the user: it stays interrupted. */
  async #letBe(id: string): Promise<void> {
    this.#endFiles(id, "paused");
    this.#tell({ event: "transfer", id: offerId(id), state: "interrupted" });
    await this.#showResumable();
  }

  #endFiles(id: string, code: "cancelled" | "paused"): void {
    const files = this.#parts.cards.book.get(id)?.card.files ?? [];
    const ended = { id: offerId(id), state: "interrupted", code } as const;
    for (const file of files)
      if (isUnsettled(file)) this.#tell({ event: "file", ...ended, index: file.index });
  }

  #tell(event: CardEvent): void {
    this.#parts.cards.apply({ name: "event", event });
  }

  #where(holds: (card: Parameters<typeof canResume>[0]) => boolean): readonly string[] {
    return [...this.#parts.cards.book.values()]
      .filter(({ card }) => holds(card))
      .map(({ card }) => card.id);
  }
}

/** It has not ended for good. */
function canGoOn(card: Parameters<typeof canResume>[0]): boolean {
  return isGoingOn(card) || canResume(card);
}

/** Cards of offers have the offers' ids. */
function offerId(id: string): OfferId {
  return id as OfferId;
}
