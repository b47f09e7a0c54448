import type { OfferId, OfferView } from "../../shared/model/offer.ts";

/** What is known of an offer of an earlier run of the program. */
export interface KnownOffer {
  readonly id: OfferId;
  readonly direction: "incoming" | "outgoing";
  readonly peer: string;
  readonly files: readonly {
    readonly index: number;
    readonly name: string;
    readonly sizeOctets: number;
  }[];
}

/** The offer as far as its files are gone on with; who it was made as is not told. */
export function resumedOffer({ id, direction, peer, files }: KnownOffer): OfferView {
  const isOutgoing = direction === "outgoing";
  return {
    ...{ id, direction, from: isOutgoing ? "" : peer, to: isOutgoing ? peer : "" },
    files: files.map(({ index, name, sizeOctets }) => ({
      ...{ index, name, sizeOctets, type: "application/octet-stream" },
    })),
    ...{ conversationId: "", contributionId: "", startedMs: 0 },
  };
}
