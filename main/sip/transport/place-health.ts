import type { Clock } from "../../base/ports.ts";
import { type Target, targetKey } from "./flow.ts";

/** How long a place that failed without saying for how long is tried last. */
const DEFAULT_MS = 30_000;
const MAX_MS = 3_600_000;
const MAX_PLACES = 1000;

/**
 * Places that did not work a moment ago: no answer, no connection, or 503. Others of the same name are tried before them
 * (RFC 3263 §4.3, RFC 3261 §21.5.4); where there is no other, they are tried all the same.
 */
export class PlaceHealth {
  readonly #clock: Clock;
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param forMs from Retry-After, where the place said so */
  failed(place: Pick<Target, "transport" | "remote">, forMs = DEFAULT_MS): void {
    const key = targetKey(place);
    this.#untilMs.delete(key);
    this.#untilMs.set(key, this.#clock.nowMs() + Math.min(forMs, MAX_MS));
    for (const oldest of this.#untilMs.keys()) {
      if (this.#untilMs.size <= MAX_PLACES) return;
      this.#untilMs.delete(oldest);
    }
  }

  /** The same targets, those that work in front, otherwise in their order. */
  order(targets: readonly Target[]): readonly Target[] {
    if (targets.length < 2 || this.#untilMs.size === 0) return targets;
    const now = this.#clock.nowMs();
    const isBad = (one: Target): boolean => (this.#untilMs.get(targetKey(one)) ?? 0) > now;
    return [...targets.filter((one) => !isBad(one)), ...targets.filter(isBad)];
  }
}
