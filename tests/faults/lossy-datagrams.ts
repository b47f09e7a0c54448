import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { SeededRandom } from "../support/fake-random.ts";

export interface Loss {
  /** Of the datagrams, each way. */
  readonly lost: number;
  readonly doubled: number;
  /** At most; so they also overtake each other. */
  readonly delayMs: number;
}

/**
 * A place in front of another one that loses, doubles and delays datagrams by seed. To the one behind, each sender has an
 * address of its own, as behind a router.
 */
export class LossyDatagrams {
  readonly #front: Socket;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #loss: Loss;
  readonly #random: SeededRandom;
  readonly #ways = new Map<number, Socket>();
  dropped = 0;
  passed = 0;

  private constructor(front: Socket, target: string, loss: Loss, seed: number) {
    const at = target.lastIndexOf(":");
    this.#front = front;
    this.#target = { host: target.slice(0, at), port: Number(target.slice(at + 1)) };
    this.#loss = loss;
    this.#random = new SeededRandom(seed);
    front.on("message", (bytes, { port }) => {
      const way = this.#wayOf(port);
      this.#maybe(() => {
        way.send(bytes, this.#target.port, this.#target.host);
      });
    });
  }

  static async before(target: string, loss: Loss, seed: number): Promise<LossyDatagrams> {
    const front = createSocket("udp4").bind(0, "127.0.0.1");
    await once(front, "listening");
    return new LossyDatagrams(front, target, loss, seed);
  }

  get address(): string {
    return `127.0.0.1:${String(this.#front.address().port)}`;
  }

  close(): void {
    this.#front.close();
    for (const way of this.#ways.values()) way.close();
    this.#ways.clear();
  }

  #wayOf(port: number): Socket {
    const known = this.#ways.get(port);
    if (known !== undefined) return known;
    const way = createSocket("udp4").bind(0, "127.0.0.1");
    this.#ways.set(port, way);
    way.on("message", (bytes) => {
      this.#maybe(() => {
        this.#front.send(bytes, port, "127.0.0.1");
      });
    });
    return way;
  }

  #maybe(send: () => void): void {
    if (this.#random.unit() < this.#loss.lost) {
      this.dropped += 1;
      return;
    }
    this.passed += 1;
    const times = this.#random.unit() < this.#loss.doubled ? 2 : 1;
    for (let i = 0; i < times; i += 1)
      setTimeout(() => {
        // What is late may find everything closed.
        if (this.#ways.size > 0) send();
      }, this.#random.unit() * this.#loss.delayMs).unref();
  }
}
