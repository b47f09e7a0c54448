import type { Clock, Random, Timer } from "../../base/ports.ts";

/** With the answer on its way, a core that has forgotten a device knows it again within 35 s. */
const LONGEST_MS = 30_000;
/** Devices that began together do not ask together for long. */
const SHORTEST_SHARE = 0.8;

/**
 * Asks, now and then, whether the registrar still has our binding. Over connections their end tells that a core was
 * started anew; over UDP nothing does, and what comes for this device would go nowhere until it registers again.
 */
export class BindingProbe {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #ask: () => Promise<boolean>;
  readonly #onLost: () => void;
  #timer: Timer | undefined;
  /** The round of questions that counts. */
  #round = 0;

  /** @param ask false: the binding is gone, or nobody answers */
  constructor(
    ports: { readonly clock: Clock; readonly random: Random },
    ask: () => Promise<boolean>,
    onLost: () => void,
  ) {
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#ask = ask;
    this.#onLost = onLost;
  }

  /** From now on, until it is lost or stopped. */
  start(): void {
    this.stop();
    const share = SHORTEST_SHARE + ((1 - SHORTEST_SHARE) * (this.#random.bytes(1)[0] ?? 0)) / 255;
    const round = this.#round;
    this.#timer = this.#clock.startTimer(LONGEST_MS * share, () => {
      void this.#probe(round);
    });
  }

  stop(): void {
    this.#round += 1;
    this.#timer?.cancel();
  }

  async #probe(round: number): Promise<void> {
    const isThere = await this.#ask();
    if (round !== this.#round) return;
    if (isThere) this.start();
    else this.#onLost();
  }
}
