import type { NetworkPlace } from "../../main/compose/address-follower.ts";
import type { FakeNet } from "./fake-net.ts";
import type { Heal } from "./fake-rules.ts";

/** Which addresses the machines of a world have, and which of them are cut off. */
export class Places<Name extends string> {
  readonly #net: FakeNet;
  readonly #first: Readonly<Record<Name, string>>;
  readonly #moved = new Map<Name, string>();
  readonly #dark = new Map<Name, Heal>();
  readonly #unaddressed = new Set<Name>();

  constructor(net: FakeNet, first: Readonly<Record<Name, string>>) {
    this.#net = net;
    this.#first = first;
  }

  addressOf(name: Name): string {
    return this.#moved.get(name) ?? this.#first[name];
  }

  /** None while its machine has no network. */
  addressesOf(name: Name): readonly string[] {
    return this.#unaddressed.has(name) ? [] : [this.addressOf(name)];
  }

  /** As the program of that machine sees it. */
  placeOf(name: Name, coreAddress: string): NetworkPlace {
    return {
      addresses: () => this.addressesOf(name),
      wayToCore: () => {
        const [host] = this.addressesOf(name);
        return Promise.resolve(host === undefined ? undefined : { host, coreAddress });
      },
    };
  }

  /** No packet reaches or leaves it. */
  darken(name: Name): void {
    if (this.#dark.has(name)) return;
    const address = this.addressOf(name);
    const heals = [this.#net.blackhole({ from: address }), this.#net.blackhole({ to: address })];
    this.#dark.set(name, () => {
      for (const heal of heals) heal();
    });
  }

  lighten(name: Name): void {
    this.#dark.get(name)?.();
    this.#dark.delete(name);
  }

  lightenAll(): void {
    for (const name of this.#dark.keys()) this.lighten(name);
  }

  unaddress(name: Name): void {
    this.#unaddressed.add(name);
    this.darken(name);
  }

  /** Another address or the same; nobody is ever at the former one again. */
  move(name: Name, address: string): void {
    if (address === this.addressOf(name)) this.lighten(name);
    else this.darken(name);
    this.#dark.delete(name);
    this.#unaddressed.delete(name);
    this.#moved.set(name, address);
  }
}
