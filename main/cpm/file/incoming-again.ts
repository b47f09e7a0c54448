import type { OfferId } from "../../../shared/model/offer.ts";
import type { KeptPart } from "../../base/files.ts";
import type { HistoryEntry } from "../../base/transfer-store.ts";
import type { InviteUas } from "../../drachtio/srf.ts";
import { stateOfEntry } from "./entry-end.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import { IncomingRun } from "./incoming-run.ts";
import type { OfferContext } from "./offer-context.ts";
import { OfferRecord } from "./offer-record.ts";

/** Files of an offer that this device took before, and whose parts wait to go on. */
export class IncomingAgain {
  readonly id: OfferId;
  readonly #context: OfferContext;
  readonly #record: OfferRecord;
  readonly #run: IncomingRun;
  #isCancelled = false;

  /** @param parts those of this entry, at least one */
  constructor(context: OfferContext, entry: HistoryEntry, parts: readonly KeptPart[]) {
    // What the store gave back is an id of ours.
    this.id = entry.id as OfferId;
    this.#context = context;
    this.#record = OfferRecord.again(context.ports, entry);
    this.#run = new IncomingRun(context, {
      ...{ id: this.id, peer: entry.peer, conversationId: entry.conversationId },
      record: this.#record,
      files: parts.map(({ origin, sizeOctets, durableOctets }) => {
        const { offeredName, hashes, index = 0 } = origin;
        const name = entry.files.find((file) => file.index === index)?.name ?? offeredName;
        return {
          file: { index, name, offeredName, sizeOctets, hashes },
          outcome: {
            ...{ kind: "interrupted", code: "connection" },
            ...{ reason: "The transfer was interrupted.", resumable: { octets: durableOctets } },
          },
        };
      }),
    });
    void this.#run.done.then(() => {
      this.#end();
    });
    this.#run.start("wait");
  }

  takesRest(invite: InviteUas, offer: CheckedOffer): boolean {
    return this.#run.takes(invite, offer);
  }

  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    const reason = "You cancelled the transfer.";
    this.#context.emit("cancelled", { id: this.id, by: "us", reason });
    this.#run.cancel();
  }

  cancelFile(index: number): void {
    this.#run.cancelFile(index);
  }

  pause(): void {
    this.#run.pause();
  }

  resume(keepsTrying: boolean): void {
    this.#run.resume(keepsTrying);
  }

  shutDown(): void {
    this.#run.shutDown();
  }

  #end(): void {
    const state = stateOfEntry(this.#record.entry, this.#isCancelled);
    this.#record.end({ state });
    this.#context.emit("transfer", { id: this.id, state });
    this.#context.ended(this.id);
  }
}
