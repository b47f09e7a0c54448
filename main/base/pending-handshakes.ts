import { formatHostPort, type HostPort } from "./host-port.ts";

interface Pending {
  readonly host: string;
  readonly drop: () => void;
}

/** Handshakes that are not finished: at most so many, and one host's do not crowd out those of others. */
export class PendingHandshakes {
  readonly #limit: number;
  readonly #pending = new Map<string, Pending>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Beyond the limit the oldest of whoever has most is dropped; that may be this one. */
  add(remote: HostPort, drop: () => void): void {
    this.#pending.set(formatHostPort(remote), { host: remote.host, drop });
    if (this.#pending.size <= this.#limit) return;
    const counts = new Map<string, number>();
    for (const { host } of this.#pending.values()) counts.set(host, (counts.get(host) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const [key, each] of this.#pending) {
      if (counts.get(each.host) !== most) continue;
      this.#pending.delete(key);
      each.drop();
      return;
    }
  }

  /** It is finished, one way or the other. */
  remove(remote: HostPort): void {
    this.#pending.delete(formatHostPort(remote));
  }

  dropAll(): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { drop } of all) drop();
  }
}
