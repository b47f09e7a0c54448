import type { MsrpUri } from "../../base/msrp-uri.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { RelayFailure } from "../../msrp/relay/relay-link.ts";
import type { MsrpRelay } from "../../msrp/relay/relays.ts";
import type { RelayConfig } from "../config.ts";
import type { Complaint, OfferContext } from "../file/offer-context.ts";

/** Longer than most transfers: what a relay grants anew is for new sessions only (RFC 4976 §5.1). */
const WANTED_S = 86_400;

/** The places of one offer at the device's relay, one for each file (RFC 4976 §5.1). None where there is no relay. */
export class OfferRelay {
  readonly #places: readonly MsrpRelay[];

  private constructor(places: readonly MsrpRelay[]) {
    this.#places = places;
  }

  /**
   * Asks for places; all or none.
   * @param offer which of them share one connection
   */
  static async open(
    context: OfferContext,
    offer: string,
    count: number,
  ): Promise<Result<OfferRelay, Complaint>> {
    const { relay } = context.config;
    if (relay === undefined || count === 0) return ok(new OfferRelay([]));
    let trouble: Complaint | undefined;
    for (const uri of relay.uris) {
      const opened = await openAll(context, { uri, offer, count }, relay);
      if (opened.ok) return ok(new OfferRelay(opened.value));
      context.ports.log.write("warn", "the relay cannot be used", { why: opened.error.message });
      trouble ??= complaintOf(opened.error, uri.host);
    }
    return err(trouble ?? complaintOf({ kind: "unusable", message: "no relay" }, ""));
  }

  get isUsed(): boolean {
    return this.#places.length > 0;
  }

  /** @param nth of the files that places were asked for */
  place(nth: number): MsrpRelay | undefined {
    return this.#places[nth];
  }

  async close(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.close()));
  }
}

async function openAll(
  { ports }: OfferContext,
  wanted: { readonly uri: MsrpUri; readonly offer: string; readonly count: number },
  { username, password }: RelayConfig,
): Promise<Result<readonly MsrpRelay[], RelayFailure>> {
  const openOne = (): ReturnType<typeof ports.msrp.openRelay> =>
    ports.msrp.openRelay({
      relay: wanted.uri,
      credentials: { username, password },
      hashing: ports.hashing,
      expiresS: WANTED_S,
      connectionGroup: wanted.offer,
    });
  // The first one finds out what the relay speaks.
  const first = await openOne();
  if (!first.ok) return first;
  const others = await Promise.all(Array.from({ length: wanted.count - 1 }, openOne));
  const places = [first, ...others].flatMap((one) => (one.ok ? [one.value] : []));
  const failed = others.find((one) => !one.ok);
  if (failed?.ok !== false) return ok(places);
  await Promise.all(places.map((place) => place.close()));
  return failed;
}

/** Without the words about the files, which differ by direction. */
function complaintOf(failure: RelayFailure, host: string): Complaint {
  const status = failure.status === undefined ? {} : { status: failure.status };
  if (failure.status === 401 || failure.status === 403)
    return {
      ...{ code: "authentication", message: `The relay ${host} does not let you in.` },
      ...{ action: "Check your name and password at the relay.", ...status },
    };
  if (failure.kind === "refused" || failure.kind === "unusable")
    return {
      ...{ code: "protocol", message: `The relay ${host} cannot be used.` },
      ...{ action: "Look at the details, or go without the relay.", ...status },
    };
  return {
    ...{ code: "network", message: `The relay ${host} cannot be reached.` },
    action: "Check the relay's address, or go without it.",
  };
}
