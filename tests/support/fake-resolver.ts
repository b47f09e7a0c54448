import type { Resolver } from "../../main/base/ports.ts";

/** Names that a test gives addresses to; an address stands for itself; all else does not exist. */
export class FakeResolver implements Resolver {
  readonly #names: ReadonlyMap<string, readonly string[]>;

  constructor(names: Readonly<Record<string, readonly string[]>> = {}) {
    this.#names = new Map(Object.entries(names));
  }

  async addresses(host: string): Promise<readonly string[]> {
    if (host.includes(":") || /^[\d.]+$/.test(host)) return [host];
    return this.#names.get(host.toLowerCase()) ?? [];
  }
}
