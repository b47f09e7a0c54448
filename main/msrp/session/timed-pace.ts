import { LARGEST_CHUNK_OCTETS, LARGEST_WINDOW_OCTETS, LEAST_OCTETS } from "./peer-pace.ts";
import type { ResponseTimes } from "./transactions.ts";

/** A chunk that takes so long is too long: half a minute must never pass between two answers (RFC 4975 §7.1.1). */
const SLOW_MS = 2000;
/** What waits before a receiver may take it so long; more would only delay whatever else is to be said. */
const LONGEST_QUEUE_MS = 8000;
/** Where a message begins to a next hop that is known to be quick: who is behind it is not known. */
const FIRST_CHUNK_OCTETS = 256 * 1024;
const FIRST_WINDOW_OCTETS = 1024 * 1024;

/** How much of one message is sent at a time, by how quickly it is answered. */
export class TimedPace {
  #chunkOctets = FIRST_CHUNK_OCTETS;
  #windowOctets = FIRST_WINDOW_OCTETS;

  get chunkOctets(): number {
    return this.#chunkOctets;
  }

  get windowOctets(): number {
    return this.#windowOctets;
  }

  /** A chunk of this length was answered with 200. */
  onAnswer(octets: number, { waitedMs, tookMs }: ResponseTimes): void {
    if (tookMs > SLOW_MS) {
      const half = Math.floor(Math.min(this.#chunkOctets, octets) / 2);
      this.#chunkOctets = Math.max(LEAST_OCTETS, half);
    } else if (tookMs <= SLOW_MS / 2) {
      this.#chunkOctets = Math.min(LARGEST_CHUNK_OCTETS, this.#chunkOctets * 2);
    }
    if (waitedMs > LONGEST_QUEUE_MS) {
      this.#windowOctets = Math.max(LEAST_OCTETS, Math.floor(this.#windowOctets / 2));
    } else if (waitedMs <= LONGEST_QUEUE_MS / 2) {
      this.#windowOctets = Math.min(LARGEST_WINDOW_OCTETS, this.#windowOctets * 2);
    }
  }
}
