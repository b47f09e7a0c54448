import type { OfferContext } from "./offer-context.ts";
import { pick } from "./outgoing-entry.ts";
import type { SendLine } from "./outgoing-transfer.ts";
import { type ResumedOffer, tellGoingOn } from "./resumed-telling.ts";

/** The lines of a session in which files go on. */
export function tellResumed(
  context: OfferContext,
  offer: ResumedOffer,
  lines: readonly SendLine[],
): void {
  const files = lines.map(({ file, span }) => ({
    ...{ index: file.index, ...pick(file.source) },
    octets: span?.from ?? 0,
  }));
  tellGoingOn(context, offer, { direction: "outgoing", files });
}
