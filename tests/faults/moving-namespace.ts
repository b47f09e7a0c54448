import { spawnSync } from "node:child_process";
import { must } from "./needs.ts";

let made = 0;

/** A network namespace with a cable to this one, whose address can change under a program that runs in it. */
export class MovingNamespace {
  readonly name: string;
  /** This side's address, where the network elements listen. */
  readonly hostAddress: string;
  readonly #net: string;
  readonly #inside: string;
  readonly #outside: string;
  #last = 1;

  private constructor(id: string, net: string) {
    this.name = `cpm-${id}`;
    this.#inside = `cpi${id}`;
    this.#outside = `cpo${id}`;
    this.#net = net;
    this.hostAddress = `${net}.1`;
  }

  static make(): MovingNamespace {
    made += 1;
    // Of the range for tests between networks (RFC 2544), so that nothing real is hidden.
    const net = `198.18.${String((process.pid + made * 17) % 250)}`;
    const id = `${String(process.pid)}-${String(made)}`.slice(-11);
    const space = new MovingNamespace(id, net);
    must("ip", "netns", "add", space.name);
    try {
      const { name } = space;
      const [outside, inside] = [space.#outside, space.#inside];
      must("ip", "link", "add", outside, "type", "veth", "peer", inside, "netns", name);
      must("ip", "addr", "add", `${space.hostAddress}/24`, "dev", outside);
      must("ip", "link", "set", outside, "up");
      space.#ip("link", "set", "lo", "up");
      space.#ip("link", "set", space.#inside, "up");
      space.giveAddress();
      return space;
    } catch (error) {
      space.remove();
      throw error;
    }
  }

  /** Takes the address away; another one comes with `giveAddress`. */
  takeAddress(): void {
    this.#ip("addr", "flush", "dev", this.#inside, "scope", "global");
  }

  giveAddress(): string {
    this.#last += 1;
    const address = `${this.#net}.${String(this.#last)}`;
    this.#ip("addr", "add", `${address}/24`, "dev", this.#inside);
    return address;
  }

  remove(): void {
    // The namespace alone lives on for a while, and its cable and routes with it.
    spawnSync("ip", ["link", "del", this.#outside]);
    must("ip", "netns", "del", this.name);
  }

  #ip(...args: readonly string[]): void {
    must("ip", "-n", this.name, ...args);
  }
}
