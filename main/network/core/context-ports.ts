import type { Clock, Log, Resolver } from "../../base/ports.ts";
import type { TransactionLayer } from "../../sip/transaction/transaction-layer.ts";
import type { PlaceHealth } from "../../sip/transport/place-health.ts";

/** What forwarding needs of its surroundings. */
export interface ContextPorts {
  readonly transactions: TransactionLayer;
  readonly clock: Clock;
  readonly resolver: Resolver;
  /** What failed lately is tried last. */
  readonly health: PlaceHealth;
  readonly log: Log;
  readonly timerCMs: number;
  /** Of our challenges; in lower case. */
  readonly realm: string;
  /** A fresh tag for responses that the core makes itself. */
  newTag(): string;
}
