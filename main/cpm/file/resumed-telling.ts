import type { ClientEvents } from "../../../shared/model/client-events.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import type { OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";

type Resumed = ClientEvents["resumed"];

/** The offer whose files go on, and with whom. */
export interface ResumedOffer {
  readonly id: OfferId;
  readonly peer: string;
  readonly record: OfferLog;
}

/** Tells the history and the user of files that go on, in either direction. */
export function tellGoingOn(
  context: OfferContext,
  { id, peer, record }: ResumedOffer,
  { direction, files }: Pick<Resumed, "direction" | "files">,
): void {
  const indexes = files.map(({ index }) => index);
  record.update({ state: "transferring" });
  record.files(indexes, { state: "transferring" });
  context.emit("resumed", { id, peer, direction, files });
}
