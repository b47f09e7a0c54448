import type { ClientEvents, ErrorCode } from "../../../shared/model/client-events.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import type { HostPort } from "../../base/host-port.ts";
import type { CpmConfig } from "../config.ts";
import type { CpmPorts } from "../ports.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import type { OfferEntry, OfferLog } from "./offer-record.ts";

/** What every offer, in either direction, shares with its client. */
export interface OfferContext {
  readonly ports: CpmPorts;
  readonly config: CpmConfig;
  readonly notices: OfferNotices;
  /** Host in our session descriptions and MSRP URIs. */
  readonly mediaHost: string;
  /** Preloaded Route as it is now (RFC 3608). */
  route(): readonly string[];
  /** Registered devices of this user, this one included; 0 while unknown. */
  deviceCount(): number;
  emit<Name extends keyof ClientEvents>(name: Name, payload: ClientEvents[Name]): void;
  /** Begins the offer's entry in the history. */
  openRecord(entry: OfferEntry): OfferLog;
  /** Under which offer, and at which place in it, the history knows a file. */
  placeOf(id: OfferId, index: number): { readonly offerId: OfferId; readonly index: number };
  /** The offer has reached its end: nothing will be heard of it again. */
  ended(id: OfferId): void;
}

/** Disposition notifications of offers, awaited and owed (RFC 5438). */
export interface OfferNotices {
  /** @returns an id for an offer to this person, under which what is told about it will come; none where nobody asks */
  expect(context: OfferContext, id: OfferId, to: string): { readonly messageId?: string };
  /** Files of this offer are here: its sender may want to hear that they were opened. */
  received(id: OfferId, offer: CheckedOffer): void;
  /** Told once for each offer. */
  displayed(context: OfferContext, id: OfferId): void;
}

/** Whether a request came from the own core, which alone may say who somebody is (RFC 3325 §4). */
export function isFromCore(
  config: Pick<CpmConfig, "core" | "coreAddress">,
  source: HostPort,
): boolean {
  const address = config.coreAddress ?? config.core.host;
  return source.host.toLowerCase() === address.toLowerCase();
}

/** What is told to people when something did not work. */
export interface Complaint {
  readonly code: ErrorCode;
  readonly message: string;
  readonly action: string;
  readonly status?: number;
}

export function complain(context: OfferContext, id: OfferId, complaint: Complaint): void {
  context.emit("error", { ...complaint, id });
}
