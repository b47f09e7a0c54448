import type { Clock, Log, Resolver } from "../../base/ports.ts";
import type { TransactionLayer } from "../../sip/transaction/transaction-layer.ts";

/** What forwarding needs of its surroundings. */
export interface ContextPorts {
  readonly transactions: TransactionLayer;
  readonly clock: Clock;
  readonly resolver: Resolver;
  readonly log: Log;
  readonly timerCMs: number;
  /** A fresh tag for responses that the core makes itself. */
  newTag(): string;
}
