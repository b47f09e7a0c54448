import { formatHostPort, type HostPort } from "../../base/host-port.ts";
import type { Clock } from "../../base/ports.ts";

/** How long a place that refused TCP is not asked again. */
const MEMORY_MS = 60_000;

/** More places than this are not remembered; the oldest is forgotten. */
const MAX_HOSTS = 1000;

/** Places where a connection made only because of a request's size came to nothing. */
export class UdpOnlyHosts {
  readonly #clock: Clock;
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(remote: HostPort): void {
    const key = formatHostPort(remote);
    this.#untilMs.delete(key);
    this.#untilMs.set(key, this.#clock.nowMs() + MEMORY_MS);
    if (this.#untilMs.size <= MAX_HOSTS) return;
    for (const oldest of this.#untilMs.keys()) {
      this.#untilMs.delete(oldest);
      break;
    }
  }

  has(remote: HostPort): boolean {
    const untilMs = this.#untilMs.get(formatHostPort(remote));
    return untilMs !== undefined && this.#clock.nowMs() < untilMs;
  }
}
