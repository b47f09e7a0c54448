import type { Clock, Timer } from "../../base/ports.ts";

/** RFC 4975 §7.1.1: how long after the last octet of a request its response may take. */
export const RESPONSE_TIMEOUT_MS = 30_000;

/** Chunks of which an error is still understood when no answer is due. */
const MAX_REFUSABLE = 64;

/** How long a response took. */
export interface ResponseTimes {
  /** Since the last octet of its request. */
  readonly waitedMs: number;
  /** As `waitedMs`, but not before the response to the request before it. */
  readonly tookMs: number;
}

export interface PendingResponse {
  onResponse(status: number, comment: string, times: ResponseTimes): void;
  onTimeout(): void;
}

interface Waiting extends PendingResponse {
  readonly order: number;
  readonly sentMs: number;
  /** When a request that was sent later was answered first. */
  overtakenMs?: number;
}

/**
 * The requests of one session that wait for a response. One timer watches the oldest: all wait equally long. Octets that
 * we gave to the system may not have left our host, or a relay, for minutes. What is known is that a request cannot have
 * arrived before the answer to the one before it was made: 30 s count from then, or from its last octet if that is later.
 */
export class Transactions {
  readonly #clock: Clock;
  /** In the order of sending, hence of expiry. */
  readonly #pending = new Map<string, Waiting>();
  #order = 0;
  /** The latest request that was answered, and when. */
  #heard = { order: 0, atMs: 0 };
  /** Of chunks that have not ended. */
  readonly #early = new Map<string, (status: number, comment: string) => void>();
  readonly #refusable = new Map<string, (status: number, comment: string) => void>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#pending.size;
  }

  /** A request that is being written: its response may come before its end (RFC 4975 §7.2). `ended` takes it back. */
  begun(transactionId: string, onEarly: (status: number, comment: string) => void): void {
    this.#early.set(transactionId, onEarly);
  }

  ended(transactionId: string): void {
    this.#early.delete(transactionId);
  }

  add(transactionId: string, pending: PendingResponse): void {
    this.#order += 1;
    this.#pending.set(transactionId, {
      order: this.#order,
      sentMs: this.#clock.nowMs(),
      onResponse: pending.onResponse.bind(pending),
      onTimeout: pending.onTimeout.bind(pending),
    });
    this.#timer ??= this.#clock.startTimer(RESPONSE_TIMEOUT_MS, () => {
      this.#expire();
    });
  }

  /** For Failure-Report `partial`: an error may come, a 200 will not, and nothing waits (RFC 4975 §7.1.1). */
  expectRefusal(transactionId: string, onRefused: (status: number, comment: string) => void): void {
    this.#refusable.set(transactionId, onRefused);
    if (this.#refusable.size <= MAX_REFUSABLE) return;
    for (const oldest of this.#refusable.keys()) {
      this.#refusable.delete(oldest);
      return;
    }
  }

  /** @returns false when no request of this session waits for it */
  onResponse(transactionId: string, status: number, comment: string): boolean {
    const pending = this.#pending.get(transactionId);
    if (pending === undefined)
      return (
        this.#onEarly(transactionId, status, comment) ||
        this.#onRefusal(transactionId, status, comment)
      );
    this.#pending.delete(transactionId);
    const nowMs = this.#clock.nowMs();
    const tookMs = nowMs - Math.max(pending.sentMs, this.#heard.atMs);
    this.#hear(pending);
    pending.onResponse(status, comment, { waitedMs: nowMs - pending.sentMs, tookMs });
    return true;
  }

  #hear({ order }: Waiting): void {
    if (order < this.#heard.order) return;
    const atMs = this.#clock.nowMs();
    for (const waiting of this.#pending.values()) {
      if (waiting.order > order) break;
      waiting.overtakenMs ??= atMs;
    }
    this.#heard = { order, atMs };
  }

  #deadlineMs({ order, sentMs, overtakenMs }: Waiting): number {
    const heardMs = order > this.#heard.order ? this.#heard.atMs : 0;
    return (overtakenMs ?? Math.max(sentMs, heardMs)) + RESPONSE_TIMEOUT_MS;
  }

  #onEarly(transactionId: string, status: number, comment: string): boolean {
    const onEarly = this.#early.get(transactionId);
    this.#early.delete(transactionId);
    onEarly?.(status, comment);
    return onEarly !== undefined;
  }

  #onRefusal(transactionId: string, status: number, comment: string): boolean {
    const onRefused = this.#refusable.get(transactionId);
    if (onRefused === undefined) return false;
    this.#refusable.delete(transactionId);
    if (status !== 200) onRefused(status, comment);
    return true;
  }

  clear(): void {
    this.#pending.clear();
    this.#refusable.clear();
    this.#early.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #expire(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.nowMs();
    for (const [transactionId, pending] of this.#pending) {
      const deadlineMs = this.#deadlineMs(pending);
      if (deadlineMs > nowMs) {
        this.#timer ??= this.#clock.startTimer(deadlineMs - nowMs, () => {
          this.#expire();
        });
        return;
      }
      this.#pending.delete(transactionId);
      pending.onTimeout();
    }
  }
}
