import type { OfferId } from "../../../shared/model/offer.ts";
import type { OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";
import { pick } from "./outgoing-entry.ts";
import type { SendLine } from "./outgoing-transfer.ts";

/** Tells the history and the user of files that go on. */
export function tellResumed(
  context: OfferContext,
  { id, peer, record }: { readonly id: OfferId; readonly peer: string; readonly record: OfferLog },
  lines: readonly SendLine[],
): void {
  record.update({ state: "transferring" });
  record.files(
    lines.map(({ file }) => file.index),
    { state: "transferring" },
  );
  context.emit("resumed", {
    ...{ id, peer, direction: "outgoing" },
    files: lines.map(({ file, span }) => ({
      ...{ index: file.index, ...pick(file.source) },
      octets: span?.from ?? 0,
    })),
  });
}
