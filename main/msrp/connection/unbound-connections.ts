import type { Clock, Timer } from "../../base/ports.ts";
import type { MsrpConnection } from "./connection.ts";

interface Unbound {
  readonly timer: Timer;
  /** Session id of the URI that its first request is for, while that session is not open yet. */
  heldFor?: string;
}

/** Connections that others opened and that no session uses yet; each has little time to show what it wants. */
export class UnboundConnections {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #connections = new Map<MsrpConnection, Unbound>();

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#connections.size;
  }

  add(connection: MsrpConnection): void {
    const timer = this.#clock.startTimer(this.#timeoutMs, () => {
      this.#connections.delete(connection);
      connection.destroy("no request for a session in time");
    });
    this.#connections.set(connection, { timer });
  }

  remove(connection: MsrpConnection): void {
    this.#connections.get(connection)?.timer.cancel();
    this.#connections.delete(connection);
  }

  /**
   * Notes that the connection waits for a session to be opened.
   * @returns false where it is bound already: others wait behind it
   */
  hold(connection: MsrpConnection, sessionId: string): boolean {
    const unbound = this.#connections.get(connection);
    if (unbound === undefined) return false;
    unbound.heldFor = sessionId;
    return true;
  }

  /** The session is open now: who waited for it reads on. */
  releaseHeld(sessionId: string): void {
    for (const [connection, unbound] of this.#connections) {
      if (unbound.heldFor !== sessionId) continue;
      delete unbound.heldFor;
      // Not before the caller has the session in hand: its receiver is called from here.
      queueMicrotask(() => {
        connection.releaseHeld();
      });
    }
  }

  destroyAll(): void {
    for (const connection of [...this.#connections.keys()]) connection.destroy("closed");
  }
}
