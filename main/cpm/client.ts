import type { ClientEvents } from "../../shared/model/client-events.ts";
import type { OfferId } from "../../shared/model/offer.ts";
import type { RegistrationFailedView } from "../../shared/model/registration.ts";
import { EventSource } from "../base/events.ts";
import type { Result } from "../base/result.ts";
import type { CpmConfig } from "./config.ts";
import type { CpmPorts } from "./ports.ts";

/** A file that is to be offered and its optional extras. */
export interface OfferRequest {
  /** `sip:`, `sips:` or `tel:` URI of the recipient. */
  readonly to: string;
  readonly paths: readonly string[];
}

/** Why an offer was not even sent. */
export interface OfferError {
  readonly kind: "no-files" | "source" | "too-large" | "bad-address" | "not-running";
  /** For people; names the file where it is about one. */
  readonly message: string;
  readonly path?: string;
}

export type CpmEvents = ClientEvents;

/** One device of a CPM user: registers, offers files, rings on offers and receives what is accepted. */
export class CpmClient {
  readonly events = new EventSource<CpmEvents>();
  readonly ports: CpmPorts;
  readonly config: CpmConfig;

  constructor(ports: CpmPorts, config: CpmConfig) {
    this.ports = ports;
    this.config = config;
  }

  /** Registers and starts to ring on offers. Resolves with the first registration's outcome. */
  start(): Promise<Result<void, RegistrationFailedView>> {
    throw new Error("not ready");
  }

  /** Ends running offers and transfers, de-registers. */
  stop(): Promise<void> {
    throw new Error("not ready");
  }

  /** Opens and hashes the files, then sends one offer. Resolves when the request is on its way; events tell the rest. */
  offer(_request: OfferRequest): Promise<Result<OfferId, OfferError>> {
    throw new Error("not ready");
  }

  /** Takes the files with these indexes; none of them: as `decline` here. Ignored once the offer is settled. */
  accept(_id: OfferId, _files: readonly number[], _options?: { readonly folder?: string }): void {
    throw new Error("not ready");
  }

  /** `here`: 486, other devices go on ringing. `everywhere`: 603. */
  decline(_id: OfferId, _where: "here" | "everywhere"): void {
    throw new Error("not ready");
  }

  /** Ends an offer of either direction at any point before its end. */
  cancel(_id: OfferId): void {
    throw new Error("not ready");
  }

  /** Stops one file, in either direction; the others go on (RFC 5547 §8.4). */
  cancelFile(_id: OfferId, _index: number): void {
    throw new Error("not ready");
  }
}
