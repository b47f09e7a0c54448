import type { ClientEvents, ErrorCode } from "../../../shared/model/client-events.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import type { HostPort } from "../../base/host-port.ts";
import type { CpmConfig } from "../config.ts";
import type { CpmPorts } from "../ports.ts";
import type { Notices } from "./notices.ts";
import type { OfferEntry, OfferLog } from "./offer-record.ts";

/** What every offer, in either direction, shares with its client. */
export interface OfferContext {
  readonly ports: CpmPorts;
  readonly config: CpmConfig;
  readonly notices: Notices;
  /** Host in our session descriptions and MSRP URIs. */
  readonly mediaHost: string;
  /** Preloaded Route as it is now (RFC 3608). */
  route(): readonly string[];
  /** Registered devices of this user, this one included; 0 while unknown. */
  deviceCount(): number;
  emit<Name extends keyof ClientEvents>(name: Name, payload: ClientEvents[Name]): void;
  /** Begins the offer's entry in the history. */
  openRecord(entry: OfferEntry): OfferLog;
  /** The offer has reached its end: nothing will be heard of it again. */
  ended(id: OfferId): void;
}

/** Whether a request came from the own core, which alone may say who somebody is (RFC 3325 §4). */
export function isFromCore(config: CpmConfig, source: HostPort): boolean {
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
