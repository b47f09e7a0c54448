import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { Clock } from "../../base/ports.ts";
import { PeerPace } from "./peer-pace.ts";

const MAX_PEERS = 256;

/** A peer that refused long chunks is asked again by sessions that begin later than this. */
export const LIMIT_LASTS_MS = 600_000;

interface Known {
  readonly pace: PeerPace;
  readonly sinceMs: number;
}

/** What we learnt of each next hop, so that a second try does not repeat the first one's mistake. */
export class PeerPaces {
  readonly #clock: Clock;
  readonly #maxChunkOctets: number;
  readonly #known = new Map<string, Known>();

  constructor(clock: Clock, maxChunkOctets: number) {
    this.#clock = clock;
    this.#maxChunkOctets = maxChunkOctets;
  }

  /** @param isRelay a relay, ours or the peer's (RFC 4976) */
  of(nextHop: MsrpUri | undefined, isRelay = false): PeerPace {
    const place = `${nextHop?.host.toLowerCase() ?? ""} ${String(nextHop?.port ?? 0)}`;
    const key = isRelay ? `relay ${place}` : place;
    const known = this.#fresh(this.#known.get(key), isRelay);
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > MAX_PEERS) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    return known.pace;
  }

  #fresh(known: Known | undefined, isRelay: boolean): Known {
    const nowMs = this.#clock.nowMs();
    const isUsable =
      known !== undefined && !(known.pace.isLimited && nowMs - known.sinceMs > LIMIT_LASTS_MS);
    return isUsable ? known : { pace: new PeerPace(this.#maxChunkOctets, isRelay), sinceMs: nowMs };
  }
}
