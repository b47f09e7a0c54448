import type { QueuedTimer, TimerOwner, TimerQueues } from "./timer-queues.ts";

/** The running timers of one transaction, by name; starting one again replaces it. */
export class TimerSet<Name extends string> implements TimerOwner {
  readonly #queues: TimerQueues;
  readonly #owner: { timerFired(name: Name): void };
  /** Few run at a time: they hang on each other. */
  #first: QueuedTimer | undefined;

  constructor(queues: TimerQueues, owner: { timerFired(name: Name): void }) {
    this.#queues = queues;
    this.#owner = owner;
  }

  start(name: Name, ms: number): void {
    for (let one = this.#first; one !== undefined; one = one.also) {
      if (one.name !== name) continue;
      one.cancel();
      this.#forget(one);
      break;
    }
    const timer = this.#queues.start(ms, this, name);
    timer.also = this.#first;
    this.#first = timer;
  }

  stopAll(): void {
    for (let one = this.#first; one !== undefined; one = one.also) one.cancel();
    this.#first = undefined;
  }

  fired(timer: QueuedTimer): void {
    this.#forget(timer);
    // Only `start` makes timers of this owner.
    this.#owner.timerFired(timer.name as Name);
  }

  #forget(timer: QueuedTimer): void {
    if (this.#first === timer) {
      this.#first = timer.also;
      return;
    }
    for (let one = this.#first; one !== undefined; one = one.also) {
      if (one.also === timer) one.also = timer.also;
    }
  }
}
