import type { MsrpUri } from "../../base/msrp-uri.ts";
import { PeerPace } from "./peer-pace.ts";

const MAX_PEERS = 256;

/** What we learnt of each next hop, so that a second try does not repeat the first one's mistake. */
export class PeerPaces {
  readonly #paces = new Map<string, PeerPace>();

  of(nextHop: MsrpUri | undefined): PeerPace {
    const key = `${nextHop?.host.toLowerCase() ?? ""} ${String(nextHop?.port ?? 0)}`;
    const known = this.#paces.get(key);
    const pace = known ?? new PeerPace();
    this.#paces.delete(key);
    this.#paces.set(key, pace);
    if (this.#paces.size > MAX_PEERS) {
      for (const oldest of this.#paces.keys()) {
        this.#paces.delete(oldest);
        break;
      }
    }
    return pace;
  }
}
