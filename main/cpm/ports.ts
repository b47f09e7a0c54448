import type { Files } from "../base/files.ts";
import type { Clock, Hashing, Log, Random } from "../base/ports.ts";
import type { Srf } from "../drachtio/srf.ts";
import type { MsrpEndpoint } from "../msrp/endpoint.ts";
import type { HistoryStore } from "./file/steady-history.ts";

/** What the client needs of an MSRP endpoint; its owner opens and closes it. */
export type MsrpPort = Pick<
  MsrpEndpoint,
  "local" | "fingerprint" | "newUri" | "session" | "openRelay"
>;

/** Everything through which a CPM client acts on the world. Owned, and closed, by whoever composed it. */
export interface CpmPorts {
  readonly srf: Srf;
  readonly msrp: MsrpPort;
  readonly files: Files;
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
  readonly log: Log;
}
