import type { OfferId } from "../../../shared/model/offer.ts";
import type { HistoryEntry } from "../../base/transfer-store.ts";
import { stateOfEntry } from "./entry-end.ts";
import { tellElsewhere } from "./incoming-telling.ts";
import type { OfferContext } from "./offer-context.ts";
import { OfferRecord } from "./offer-record.ts";

/** What moves the files of an offer that goes on, in either direction. */
interface Run {
  readonly done: Promise<unknown>;
  readonly isPaused: boolean;
  /** Another device of the user has it. */
  readonly isElsewhere?: boolean;
  cancel(): void;
  cancelFile(index: number): void;
  pause(): void;
  resume(keepsTrying: boolean): void;
  shutDown(): void;
}

/** An offer of before, under its old id and in its old record, that goes on: what both directions have in common. */
export class OfferAgain<R extends Run> {
  readonly id: OfferId;
  protected readonly run: R;
  readonly #context: OfferContext;
  readonly #record: OfferRecord;
  #isCancelled = false;

  /** @param begin makes what moves the files, and starts it */
  constructor(
    context: OfferContext,
    entry: HistoryEntry,
    begin: (id: OfferId, record: OfferRecord) => R,
  ) {
    // What the store gave back is an id of ours.
    this.id = entry.id as OfferId;
    this.#context = context;
    this.#record = OfferRecord.again(context.ports, entry);
    this.run = begin(this.id, this.#record);
    void this.run.done.then(() => this.#end());
  }

  get isPaused(): boolean {
    return this.run.isPaused;
  }

  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    const reason = "You cancelled the transfer.";
    this.#context.emit("cancelled", { id: this.id, by: "us", reason });
    this.run.cancel();
  }

  cancelFile(index: number): void {
    this.run.cancelFile(index);
  }

  pause(): void {
    this.run.pause();
  }

  resume(keepsTrying: boolean): void {
    this.run.resume(keepsTrying);
  }

  shutDown(): void {
    this.run.shutDown();
  }

  /** What is held only while it runs; before the offer counts as ended. */
  protected release(): Promise<void> {
    return Promise.resolve();
  }

  async #end(): Promise<void> {
    if (this.run.isElsewhere === true) {
      this.#record.end({ state: "elsewhere" });
      tellElsewhere(this.#context, this.id);
    } else {
      const state = stateOfEntry(this.#record.entry, this.#isCancelled);
      this.#record.end({ state });
      this.#context.emit("transfer", { id: this.id, state });
    }
    await this.release();
    this.#context.ended(this.id);
  }
}
