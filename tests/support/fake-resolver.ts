import type { PointerRecord, Resolver, ServiceRecord } from "../../main/base/ports.ts";

export interface FakeRecords {
  /** By name, in the order of the answer. */
  readonly services?: Readonly<Record<string, readonly ServiceRecord[]>>;
  readonly pointers?: Readonly<Record<string, readonly PointerRecord[]>>;
}

/** Names that a test gives addresses to; an address stands for itself; all else does not exist. */
export class FakeResolver implements Resolver {
  /** Every question but those for addresses, in order. */
  readonly asked: string[] = [];
  readonly #names: ReadonlyMap<string, readonly string[]>;
  readonly #records: FakeRecords;

  constructor(names: Readonly<Record<string, readonly string[]>> = {}, records: FakeRecords = {}) {
    this.#names = new Map(Object.entries(names));
    this.#records = records;
  }

  addresses(host: string): Promise<readonly string[]> {
    const isAddress = host.includes(":") || /^[\d.]+$/.test(host);
    return Promise.resolve(isAddress ? [host] : (this.#names.get(host.toLowerCase()) ?? []));
  }

  services(name: string): Promise<readonly ServiceRecord[]> {
    this.asked.push(`SRV ${name}`);
    return Promise.resolve(this.#records.services?.[name] ?? []);
  }

  pointers(name: string): Promise<readonly PointerRecord[]> {
    this.asked.push(`NAPTR ${name}`);
    return Promise.resolve(this.#records.pointers?.[name] ?? []);
  }
}
