import type { Clock, Timer } from "../../base/ports.ts";
import type { MsrpConnection } from "./connection.ts";

/** Connections that others opened and that no session uses yet; each has little time to show what it wants. */
export class UnboundConnections {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #connections = new Map<MsrpConnection, Timer>();
  /** Those that a session uses by now as well. */
  readonly #opened = new Set<MsrpConnection>();

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** All that others opened, until they are gone. */
  get openedCount(): number {
    return this.#opened.size;
  }

  /**
   * Ends the oldest one of whoever has most of them while there are `most` or more: who opens many pushes out his own, and a
   * newcomer, who shows his request at once, is served.
   */
  makeRoom(most: number): void {
    while (this.#connections.size > 0 && this.#connections.size >= most) {
      const busiest = this.#busiestHost();
      const [oldest] = [...this.#connections.keys()].filter(
        ({ remote }) => remote.host === busiest,
      );
      if (oldest === undefined) return;
      this.remove(oldest);
      oldest.destroy("too many connections without a session");
    }
  }

  #busiestHost(): string | undefined {
    const counts = new Map<string, number>();
    for (const { remote } of this.#connections.keys()) {
      counts.set(remote.host, (counts.get(remote.host) ?? 0) + 1);
    }
    // Of those with as many the first, which has the oldest.
    return [...counts].reduce<readonly [string, number]>(
      (most, one) => (one[1] > most[1] ? one : most),
      ["", 0],
    )[0];
  }

  add(connection: MsrpConnection): void {
    const timer = this.#clock.startTimer(this.#timeoutMs, () => {
      this.#connections.delete(connection);
      connection.destroy("no request for a session in time");
    });
    this.#connections.set(connection, timer);
    this.#opened.add(connection);
  }

  remove(connection: MsrpConnection): void {
    this.#connections.get(connection)?.cancel();
    this.#connections.delete(connection);
  }

  /** It is gone. */
  forget(connection: MsrpConnection): void {
    this.remove(connection);
    this.#opened.delete(connection);
  }

  destroyAll(): void {
    for (const connection of [...this.#connections.keys()]) connection.destroy("closed");
  }
}
