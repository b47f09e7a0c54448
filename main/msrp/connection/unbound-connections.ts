import type { Clock, Timer } from "../../base/ports.ts";
import type { MsrpConnection } from "./connection.ts";

/** Connections that others opened and that no session uses yet; each has little time to show what it wants. */
export class UnboundConnections {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #connections = new Map<MsrpConnection, Timer>();

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
    this.#connections.set(connection, timer);
  }

  remove(connection: MsrpConnection): void {
    this.#connections.get(connection)?.cancel();
    this.#connections.delete(connection);
  }

  destroyAll(): void {
    for (const connection of [...this.#connections.keys()]) connection.destroy("closed");
  }
}
