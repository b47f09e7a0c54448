import type { ClientEvents } from "../../../shared/model/client-events.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import type { CpmConfig } from "../config.ts";
import type { CpmPorts } from "../ports.ts";
import type { OfferContext, OfferNotices } from "./offer-context.ts";
import type { OfferEntry, OfferLog } from "./offer-record.ts";

type Name = keyof ClientEvents;

/** What a part of a series says, and to whom. */
export interface PartListener {
  /** Called with the part's own id and file indexes. */
  emit<N extends Name>(name: N, payload: ClientEvents[N]): void;
  openRecord(entry: OfferEntry): OfferLog;
  /** The series, and the file's place among all. */
  placeOf(index: number): { readonly offerId: OfferId; readonly index: number };
  ended(): void;
}

/** The context of one offer of a series: the same world, but its events and its history are the series' matter. */
export class PartContext implements OfferContext {
  readonly ports: CpmPorts;
  readonly notices: OfferNotices;
  readonly #whole: OfferContext;
  readonly #listener: PartListener;

  constructor(whole: OfferContext, listener: PartListener) {
    this.ports = whole.ports;
    this.notices = whole.notices;
    this.#whole = whole;
    this.#listener = listener;
  }

  get mediaHost(): string {
    return this.#whole.mediaHost;
  }

  get config(): CpmConfig {
    return this.#whole.config;
  }

  route(): readonly string[] {
    return this.#whole.route();
  }

  deviceCount(): number {
    return this.#whole.deviceCount();
  }

  emit<N extends Name>(name: N, payload: ClientEvents[N]): void {
    this.#listener.emit(name, payload);
  }

  openRecord(entry: OfferEntry): OfferLog {
    return this.#listener.openRecord(entry);
  }

  placeOf(_id: OfferId, index: number): { readonly offerId: OfferId; readonly index: number } {
    return this.#listener.placeOf(index);
  }

  ended(): void {
    this.#listener.ended();
  }
}
