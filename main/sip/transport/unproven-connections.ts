import type { StreamConnection } from "./stream-connection.ts";

/** Connections that others opened, behind which nobody is known yet. */
export class UnprovenConnections {
  /** By the address they come from, each in the order of their arrival. */
  readonly #byHost = new Map<string, Set<StreamConnection>>();

  countOf(host: string): number {
    return this.#byHost.get(host)?.size ?? 0;
  }

  add(connection: StreamConnection): void {
    const { host } = connection.remote;
    const ofHost = this.#byHost.get(host) ?? new Set();
    this.#byHost.set(host, ofHost.add(connection));
  }

  remove(connection: StreamConnection): void {
    const { host } = connection.remote;
    const ofHost = this.#byHost.get(host);
    ofHost?.delete(connection);
    if (ofHost?.size === 0) this.#byHost.delete(host);
  }

  /**
   * Ends the oldest one of whoever has most: who opens many pushes out his own, and a newcomer is served.
   * @returns false when there is none to end
   */
  dropOne(): boolean {
    const busiest = [...this.#byHost.values()].reduce<ReadonlySet<StreamConnection> | undefined>(
      (most, one) => (one.size > (most?.size ?? 0) ? one : most),
      undefined,
    );
    const [oldest] = busiest ?? [];
    if (oldest === undefined) return false;
    this.remove(oldest);
    oldest.destroy();
    return true;
  }
}
