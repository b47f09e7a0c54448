import type { KeptPart } from "../../base/files.ts";
import type { HistoryEntry } from "../../base/transfer-store.ts";
import type { InviteUas } from "../../drachtio/srf.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import { IncomingRun } from "./incoming-run.ts";
import { OfferAgain } from "./offer-again.ts";
import type { OfferContext } from "./offer-context.ts";

/** Files of an offer that this device took before, and whose parts wait to go on. */
export class IncomingAgain extends OfferAgain<IncomingRun> {
  /** @param parts those of this entry, at least one */
  constructor(context: OfferContext, entry: HistoryEntry, parts: readonly KeptPart[]) {
    super(context, entry, (id, record) => {
      const run = new IncomingRun(context, {
        ...{ id, peer: entry.peer, conversationId: entry.conversationId, record },
        files: parts.map((part) => interruptedFile(entry, part)),
      });
      run.start("wait");
      return run;
    });
  }

  takesRest(invite: InviteUas, offer: CheckedOffer): boolean {
    return this.run.takes(invite, offer);
  }
}

function interruptedFile(
  entry: HistoryEntry,
  { origin, sizeOctets, durableOctets }: KeptPart,
): ConstructorParameters<typeof IncomingRun>[1]["files"][number] {
  const { offeredName, hashes, index = 0 } = origin;
  const name = entry.files.find((file) => file.index === index)?.name ?? offeredName;
  return {
    file: { index, name, offeredName, sizeOctets, hashes },
    outcome: {
      ...{ kind: "interrupted", code: "connection" },
      ...{ reason: "The transfer was interrupted.", resumable: { octets: durableOctets } },
    },
  };
}
