import type { Clock, Timer } from "../../base/ports.ts";

/** Whom a timer tells that its time has come. */
export interface TimerOwner {
  fired(timer: QueuedTimer): void;
}

/** A running timer of a transaction. */
export class QueuedTimer {
  readonly name: string;
  readonly owner: TimerOwner;
  readonly atMs: number;
  /** Another running timer of the same owner; the owner's to use. */
  also: QueuedTimer | undefined = undefined;
  queue: TimerQueue | undefined;
  before: QueuedTimer | undefined = undefined;
  after: QueuedTimer | undefined = undefined;

  constructor(queue: TimerQueue, owner: TimerOwner, name: string, atMs: number) {
    this.queue = queue;
    this.owner = owner;
    this.name = name;
    this.atMs = atMs;
  }

  /** Harmless after it has fired. */
  cancel(): void {
    this.queue?.take(this);
  }
}

/**
 * The timers of all transactions of a layer. There are hundreds of thousands (timer J lasts 32 s), of a dozen different
 * delays: those of one delay fire in the order in which they were started, so one queue and one timer of the clock do
 * for all of them.
 */
export class TimerQueues {
  readonly #clock: Clock;
  readonly #byDelay = new Map<number, TimerQueue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(delayMs: number, owner: TimerOwner, name: string): QueuedTimer {
    let queue = this.#byDelay.get(delayMs);
    if (queue === undefined) {
      queue = new TimerQueue(this.#clock, delayMs);
      this.#byDelay.set(delayMs, queue);
    }
    return queue.start(owner, name);
  }
}

/** Running timers of one delay, the next one to fire first. */
class TimerQueue {
  readonly #clock: Clock;
  readonly #delayMs: number;
  #first: QueuedTimer | undefined;
  #last: QueuedTimer | undefined;
  /** Fires no later than the first. */
  #alarm: Timer | undefined;
  #isFiring = false;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  start(owner: TimerOwner, name: string): QueuedTimer {
    const timer = new QueuedTimer(this, owner, name, this.#clock.nowMs() + this.#delayMs);
    timer.before = this.#last;
    if (this.#last === undefined) this.#first = timer;
    else this.#last.after = timer;
    this.#last = timer;
    if (this.#alarm === undefined && !this.#isFiring) this.#wait(this.#delayMs);
    return timer;
  }

  take(timer: QueuedTimer): void {
    const { before, after } = timer;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    timer.queue = undefined;
    timer.before = undefined;
    timer.after = undefined;
    if (this.#first !== undefined) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  #wait(ms: number): void {
    this.#alarm = this.#clock.startTimer(ms, () => {
      this.#alarm = undefined;
      this.#fireDue();
    });
  }

  #fireDue(): void {
    const nowMs = this.#clock.nowMs();
    this.#isFiring = true;
    try {
      for (let next = this.#first; next !== undefined && next.atMs <= nowMs; next = this.#first) {
        this.take(next);
        next.owner.fired(next);
      }
    } finally {
      this.#isFiring = false;
      if (this.#first !== undefined) this.#wait(this.#first.atMs - nowMs);
    }
  }
}
