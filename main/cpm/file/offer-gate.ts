import type { OfferId } from "../../../shared/model/offer.ts";
import type { Clock } from "../../base/ports.ts";
import { RateTable } from "../../base/rate.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { OfferLimits } from "./offer-limits.ts";
import { MORE_WAITING, TOO_OFTEN } from "./refusal.ts";

/** Why an offer is not shown. `before`: the offer that already rings and can tell of it. */
export interface GateRefusal {
  readonly headers: readonly HeaderField[];
  readonly before?: OfferId;
}

/** Lets only so many offers ring that their user can look at them; who offers more is told why. */
export class OfferGate {
  readonly #clock: Clock;
  readonly #limits: OfferLimits;
  readonly #rates: RateTable;
  /** Who offers what rings, in the order of its arrival. */
  readonly #ringing = new Map<OfferId, string>();

  constructor(clock: Clock, limits: OfferLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#rates = new RateTable(limits.ofPeer);
  }

  /** @param running offers that ring or run */
  judge(peer: string, running: number): GateRefusal | undefined {
    const ofPeer = [...this.#ringing].filter(([, one]) => one === peer).map(([id]) => id);
    if (ofPeer.length >= this.#limits.ringingOfPeer) return refusal(MORE_WAITING, ofPeer.at(-1));
    const isFull = running >= this.#limits.atOnce || this.#ringing.size >= this.#limits.ringing;
    if (isFull) return refusal(undefined, [...this.#ringing.keys()].at(-1));
    if (this.#rates.take(peer, this.#clock.nowMs())) return undefined;
    return refusal(TOO_OFTEN, ofPeer.at(-1));
  }

  rings(id: OfferId, peer: string): void {
    this.#ringing.set(id, peer);
  }

  /** Its user has looked at it, or nobody can any more. */
  settled(id: OfferId): void {
    this.#ringing.delete(id);
  }
}

function refusal(warning: string | undefined, before: OfferId | undefined): GateRefusal {
  const headers =
    warning === undefined ? [] : [{ name: "Warning", value: `399 cpm-courier "${warning}"` }];
  return before === undefined ? { headers } : { headers, before };
}
