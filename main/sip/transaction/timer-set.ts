import type { Clock, Timer } from "../../base/ports.ts";

/** The running timers of one transaction, by name; starting one again replaces it. */
export class TimerSet<Name extends string> {
  readonly #clock: Clock;
  readonly #onFire: (name: Name) => void;
  /** Most transactions have one timer at a time: that one costs no table. */
  #only: { readonly name: Name; readonly timer: Timer } | undefined;
  #others: Map<Name, Timer> | undefined;

  constructor(clock: Clock, onFire: (name: Name) => void) {
    this.#clock = clock;
    this.#onFire = onFire;
  }

  start(name: Name, ms: number): void {
    this.#stop(name);
    const timer = this.#clock.startTimer(ms, () => {
      this.#forget(name);
      this.#onFire(name);
    });
    if (this.#only === undefined) this.#only = { name, timer };
    else {
      this.#others ??= new Map();
      this.#others.set(name, timer);
    }
  }

  stopAll(): void {
    this.#only?.timer.cancel();
    for (const timer of this.#others?.values() ?? []) timer.cancel();
    this.#only = undefined;
    this.#others = undefined;
  }

  #stop(name: Name): void {
    const timer = this.#only?.name === name ? this.#only.timer : this.#others?.get(name);
    timer?.cancel();
    this.#forget(name);
  }

  #forget(name: Name): void {
    if (this.#only?.name === name) this.#only = undefined;
    else this.#others?.delete(name);
  }
}
