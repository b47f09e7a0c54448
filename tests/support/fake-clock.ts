import type { Clock, Timer } from "../../main/base/ports.ts";

interface PendingTimer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
  isCancelled: boolean;
}

/** Rounds of the real event loop without any timer being set or cancelled after which the program counts as idle. */
const QUIET_ROUNDS = 4;

/** A program that never falls idle at one instant of fake time is a defect: say so instead of hanging. */
const MAX_ROUNDS = 20_000;

/**
 * Time that moves only when a test says so. Timers fire in the order of their time, then in the order in which they
 * were started; a timer started while another fires may fire within the same `advance`.
 */
export class FakeClock implements Clock {
  #nowMs = 0;
  #started = 0;
  #activity = 0;
  readonly #startWallMs: number;
  /** Binary heap, earliest first. */
  readonly #heap: PendingTimer[] = [];
  #pending = 0;
  readonly #busyProbes = new Set<() => boolean>();

  /** @param startWallMs wall-clock time at the start; 2026-01-01T00:00:00Z by default */
  constructor(startWallMs = Date.UTC(2026, 0, 1)) {
    this.#startWallMs = startWallMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  nowNs(): bigint {
    return BigInt(Math.round(this.#nowMs * 1_000_000));
  }

  wallMs(): number {
    return this.#startWallMs + this.#nowMs;
  }

  /** Timers that were started and neither fired nor were cancelled; datagrams under way on a FakeNet count too. */
  get pendingTimers(): number {
    return this.#pending;
  }

  startTimer(delayMs: number, fire: () => void): Timer {
    this.#activity += 1;
    this.#started += 1;
    const timer: PendingTimer = {
      atMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#started,
      fire,
      isCancelled: false,
    };
    this.#pending += 1;
    this.#push(timer);
    return {
      cancel: () => {
        if (timer.isCancelled) return;
        timer.isCancelled = true;
        this.#pending -= 1;
        this.#activity += 1;
      },
    };
  }

  /** Fires what falls due within the next `ms` milliseconds, in order. Promises settle only after the call returned. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let timer = this.#due(endMs); timer !== undefined; timer = this.#due(endMs)) {
      this.#fire(timer);
    }
    this.#nowMs = endMs;
  }

  /**
   * As {@link advance}, but before, between and after the timers the real event loop turns until the program is idle:
   * promises settle, and code that waits with process.nextTick or setImmediate (drachtio-srf does) gets its turn.
   */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.settle();
    for (let timer = this.#due(endMs); timer !== undefined; timer = this.#due(endMs)) {
      this.#fire(timer);
      if (this.#peek()?.atMs === this.#nowMs) await Promise.resolve();
      else await this.settle();
    }
    this.#nowMs = endMs;
  }

  /**
   * Advances until `isDone()` holds, timer by timer.
   * @returns false when it still did not hold after `limitMs` of fake time or when no timer is left to wait for
   */
  async advanceUntil(isDone: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.#nowMs + limitMs;
    await this.settle();
    while (!isDone()) {
      const next = this.#peek();
      if (next === undefined || next.atMs > endMs) return false;
      await this.advanceAsync(next.atMs - this.#nowMs);
    }
    return true;
  }

  /** Turns the real event loop, at one instant of fake time, until nothing happens any more. */
  async settle(): Promise<void> {
    let quietRounds = 0;
    for (let round = 0; quietRounds < QUIET_ROUNDS; round += 1) {
      if (round > MAX_ROUNDS) throw new Error("the program never falls idle");
      const before = this.#activity;
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      quietRounds = before === this.#activity && !this.#isBusy() ? quietRounds + 1 : 0;
    }
  }

  /** While `isBusy()` holds (a real file is being read, say), fake time stands still. Returns how to withdraw it. */
  waitWhile(isBusy: () => boolean): () => void {
    this.#busyProbes.add(isBusy);
    return () => {
      this.#busyProbes.delete(isBusy);
    };
  }

  #isBusy(): boolean {
    for (const isBusy of this.#busyProbes) if (isBusy()) return true;
    return false;
  }

  #fire(timer: PendingTimer): void {
    this.#nowMs = Math.max(this.#nowMs, timer.atMs);
    timer.isCancelled = true;
    this.#pending -= 1;
    this.#activity += 1;
    timer.fire();
  }

  #due(endMs: number): PendingTimer | undefined {
    const next = this.#peek();
    return next !== undefined && next.atMs <= endMs ? this.#pop() : undefined;
  }

  #peek(): PendingTimer | undefined {
    while (this.#heap[0]?.isCancelled === true) this.#pop();
    return this.#heap[0];
  }

  #push(timer: PendingTimer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || !isEarlier(timer, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = timer;
  }

  #pop(): PendingTimer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || last === first) return first;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = heap[childAt];
      const right = heap[childAt + 1];
      if (child !== undefined && right !== undefined && isEarlier(right, child)) {
        childAt += 1;
        child = right;
      }
      if (child === undefined || !isEarlier(child, last)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
    return first;
  }
}

function isEarlier(a: PendingTimer, b: PendingTimer): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}
