import type { Clock, Timer } from "../../base/ports.ts";

/** RFC 4975 §7.1.1: how long after the last octet of a request its response may take. */
export const RESPONSE_TIMEOUT_MS = 30_000;

/** Chunks of which an error is still understood when no answer is due. */
const MAX_REFUSABLE = 64;

export interface PendingResponse {
  onResponse(status: number, comment: string): void;
  onTimeout(): void;
}

/** The requests of one session that wait for a response. One timer watches the oldest: all wait equally long. */
export class Transactions {
  readonly #clock: Clock;
  /** In the order of sending, hence of expiry. */
  readonly #pending = new Map<string, PendingResponse & { readonly deadlineMs: number }>();
  readonly #refusable = new Map<string, (status: number, comment: string) => void>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#pending.size;
  }

  add(transactionId: string, pending: PendingResponse): void {
    this.#pending.set(transactionId, {
      deadlineMs: this.#clock.nowMs() + RESPONSE_TIMEOUT_MS,
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
    if (pending === undefined) return this.#onRefusal(transactionId, status, comment);
    this.#pending.delete(transactionId);
    pending.onResponse(status, comment);
    return true;
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
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #expire(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.nowMs();
    for (const [transactionId, pending] of this.#pending) {
      if (pending.deadlineMs > nowMs) {
        this.#timer ??= this.#clock.startTimer(pending.deadlineMs - nowMs, () => {
          this.#expire();
        });
        return;
      }
      this.#pending.delete(transactionId);
      pending.onTimeout();
    }
  }
}
