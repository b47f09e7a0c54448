import type { Clock } from "../../base/ports.ts";

interface Failures {
  readonly count: number;
  readonly lastMs: number;
  readonly lockedUntilMs: number;
}

/** The first failure that locks. */
const LOCKING_FAILURE = 5;
const WINDOW_MS = 300_000;
const FIRST_LOCK_MS = 1_000;
const MAX_LOCK_MS = 60_000;
const MAX_TRACKED = 10_000;

/**
 * Slows the guessing of passwords: four failures in five minutes are free for a user name from one source address, each
 * further one closes that pair for twice as long as the last, one second to one minute. Other users and other sources are
 * not touched, so nobody can be locked out from afar.
 */
export class AttemptGuard {
  readonly #clock: Clock;
  /** In the order of the last failure. */
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isLocked(source: string, user: string): boolean {
    const found = this.#failures.get(keyOf(source, user));
    return found !== undefined && found.lockedUntilMs > this.#clock.nowMs();
  }

  failed(source: string, user: string): void {
    const now = this.#clock.nowMs();
    const key = keyOf(source, user);
    const old = this.#failures.get(key);
    const count = old === undefined || now - old.lastMs > WINDOW_MS ? 1 : old.count + 1;
    const excess = count - LOCKING_FAILURE;
    const lockMs =
      excess < 0 ? 0 : Math.min(MAX_LOCK_MS, FIRST_LOCK_MS * 2 ** Math.min(excess, 16));
    this.#failures.delete(key);
    this.#makeRoom();
    this.#failures.set(key, { count, lastMs: now, lockedUntilMs: now + lockMs });
  }

  succeeded(source: string, user: string): void {
    this.#failures.delete(keyOf(source, user));
  }

  #makeRoom(): void {
    for (const key of this.#failures.keys()) {
      if (this.#failures.size < MAX_TRACKED) return;
      this.#failures.delete(key);
    }
  }
}

/** A blank cannot stand in an address, so no two pairs have one key. */
function keyOf(source: string, user: string): string {
  return `${source} ${user}`;
}
