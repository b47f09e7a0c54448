/**
 * Names of elements by address. Knows the addresses on which elements listen; a peer that connected from a port of its
 * system's choice keeps its `host:port` until {@link nameElements} has seen the records of both ends.
 */
export class AddressBook {
  readonly #names = new Map<string, string>();

  /** @param address `host:port`, IPv6 in brackets */
  add(address: string, element: string): void {
    this.#names.set(address.toLowerCase(), element);
  }

  /** The element's name, or the address itself. */
  nameOf(address: string): string {
    return this.#names.get(address.toLowerCase()) ?? address;
  }
}
