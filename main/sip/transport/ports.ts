import type { Clock, Log, Random, Resolver, Sockets, TraceTap } from "../../base/ports.ts";

/** What the SIP stack needs of its surroundings. */
export interface SipPorts {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly random: Random;
  readonly resolver: Resolver;
  readonly log: Log;
  readonly trace: TraceTap;
}
