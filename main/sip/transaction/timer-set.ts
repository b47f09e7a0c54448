import type { Clock, Timer } from "../../base/ports.ts";

/** The running timers of one transaction, by name; starting one again replaces it. */
export class TimerSet<Name extends string> {
  readonly #clock: Clock;
  readonly #onFire: (name: Name) => void;
  readonly #running = new Map<Name, Timer>();

  constructor(clock: Clock, onFire: (name: Name) => void) {
    this.#clock = clock;
    this.#onFire = onFire;
  }

  start(name: Name, ms: number): void {
    this.#running.get(name)?.cancel();
    this.#running.set(
      name,
      this.#clock.startTimer(ms, () => {
        this.#running.delete(name);
        this.#onFire(name);
      }),
    );
  }

  stopAll(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
  }
}
