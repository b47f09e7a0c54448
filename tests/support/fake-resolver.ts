import type { Resolver } from "../../main/base/ports.ts";

/** Names that a test gives addresses to; an address stands for itself; all else does not exist. */
export class FakeResolver implements Resolver {
  readonly #names: ReadonlyMap<string, readonly string[]>;

  constructor(names: Readonly<Record<string, readonly string[]>> = {}) {
    this.#names = new Map(Object.entries(names));
  }

  addresses(host: string): Promise<readonly string[]> {
    const isAddress = host.includes(":") || /^[\d.]+$/.test(host);
    return Promise.resolve(isAddress ? [host] : (this.#names.get(host.toLowerCase()) ?? []));
  }
}
