import type { Clock, Timer } from "../../base/ports.ts";
import type { MsrpConnection } from "./connection.ts";

/** Other sessions of the connection wait meanwhile, and their peers' timers run (30 s, RFC 4975 §7.1.1). */
export const HOLD_MS = 10_000;

/**
 * Connections whose next request is for a session that is about to be opened: the peer knew our URI from the SDP and
 * was faster than our own side (the answer has several proxies to pass, its connection none).
 */
export class HeldConnections {
  readonly #clock: Clock;
  readonly #held = new Map<MsrpConnection, { readonly sessionId: string; readonly timer: Timer }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param onTimeout the session was not opened in time; the connection asks again after it */
  hold(connection: MsrpConnection, sessionId: string, onTimeout: () => void): void {
    const timer = this.#clock.startTimer(HOLD_MS, () => {
      this.#held.delete(connection);
      onTimeout();
      connection.releaseHeld();
    });
    this.#held.set(connection, { sessionId, timer });
  }

  /** The session is open now: who waited for it reads on. */
  release(sessionId: string): void {
    for (const [connection, held] of this.#held) {
      if (held.sessionId !== sessionId) continue;
      this.forget(connection);
      // Not before the caller has the session in hand: its receiver is called from here.
      queueMicrotask(() => {
        connection.releaseHeld();
      });
    }
  }

  forget(connection: MsrpConnection): void {
    this.#held.get(connection)?.timer.cancel();
    this.#held.delete(connection);
  }
}
