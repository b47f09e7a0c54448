import type { Clock } from "../../base/ports.ts";
import type { InviteUas } from "../../drachtio/srf.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import type { IncomingSeries, SeriesOffer } from "./incoming-series.ts";

/** How long a series that is not for this device is remembered after its last offer. */
const CLOSED_MS = 600_000;
const MAX_CLOSED = 256;

/** The series that this device knows: those it takes part in, and those that another device has or that its user ended. */
export class IncomingBook {
  readonly #clock: Clock;
  readonly #open = new Map<string, IncomingSeries>();
  readonly #closed = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Whether an offer goes on with a series that somebody has dealt with: then it was taken, or refused without a word
   * because it is not for this device.
   */
  settles(invite: InviteUas, offer: CheckedOffer): boolean {
    if (!isSeriesOffer(offer) || offer.series.first === 1) return false;
    const key = keyOf(offer);
    if (this.#open.get(key)?.takes(invite, offer) === true) return true;
    const untilMs = this.#closed.get(key);
    if (untilMs === undefined || untilMs < this.#clock.nowMs()) return false;
    this.close(offer);
    invite.refuse(486);
    return true;
  }

  add(offer: SeriesOffer, series: IncomingSeries): void {
    this.#closed.delete(keyOf(offer));
    this.#open.set(keyOf(offer), series);
  }

  remove(series: unknown): void {
    for (const [key, one] of this.#open) if (one === series) this.#open.delete(key);
  }

  close(offer: SeriesOffer): void {
    const key = keyOf(offer);
    this.#closed.delete(key);
    this.#closed.set(key, this.#clock.nowMs() + CLOSED_MS);
    const [oldest] = this.#closed.keys();
    if (this.#closed.size > MAX_CLOSED && oldest !== undefined) this.#closed.delete(oldest);
  }
}

export function isSeriesOffer(offer: CheckedOffer): offer is SeriesOffer {
  return offer.series !== undefined;
}

/** The person, as the network vouches for it, and the thread. */
function keyOf({ from, ids }: CheckedOffer): string {
  return `${from.uriText} ${ids.conversationId}`;
}
