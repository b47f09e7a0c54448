import { EventSource } from "../base/events.ts";
import { Child } from "../compose/child.node.ts";
import type { NamedEvent } from "../compose/client-events.ts";
import { asClientEvent } from "../compose/client-events.ts";
import type { JsonObject } from "../compose/json-lines.node.ts";
import type { ClientSetup } from "../compose/open-client.node.ts";
import { CommandError, EXIT } from "./exit-code.ts";
import { beginOutcome, nextOutcome, type OfferOutcome } from "./offer-outcome.ts";
import type { ClientOrder } from "./role-client.node.ts";

const START_MS = 20_000;

/** One device of the demo as a process of its own, and what its offer has come to. */
export class DemoDevice {
  readonly name: string;
  readonly events = new EventSource<{ readonly any: NamedEvent }>();
  readonly #child: Child;
  readonly #setup: ClientSetup;
  #outcome: OfferOutcome | undefined;

  constructor(name: string, setup: ClientSetup) {
    this.name = name;
    this.#setup = setup;
    this.#child = new Child(name, "client", []);
    this.#child.events.on("message", (message) => {
      this.#take(message);
    });
  }

  /** What the first offer has come to; undefined before it. */
  get outcome(): OfferOutcome | undefined {
    return this.#outcome;
  }

  /** Resolves with the device's name when it ends before it is told to. */
  get lost(): Promise<string> {
    return new Promise((resolve) => {
      this.#child.events.on("exit", () => {
        resolve(this.name);
      });
    });
  }

  /** Registers. */
  async start(): Promise<void> {
    const started = this.#child.next(["started", "notStarted", "failed"], START_MS);
    this.#child.send({ setup: this.#setup });
    const message = await started;
    if (message["event"] === "started") return;
    throw new CommandError(
      EXIT.network,
      `${this.name} could not register: ${String(message["reason"])}`,
      {
        ...{ code: "network", action: "" },
      },
    );
  }

  order(order: ClientOrder): void {
    this.#child.send(order);
  }

  /** De-registers and ends. */
  stop(): Promise<void> {
    return this.#child.stop();
  }

  #take(message: JsonObject): void {
    if (message["event"] === "notOffered") {
      this.events.emit("any", {
        ...{ event: "error", code: "source", action: "" },
        message: String(message["message"]),
      });
      return;
    }
    const event = asClientEvent(message);
    if (event === undefined) return;
    if (event.event === "offer") this.#outcome ??= beginOutcome(event);
    if (this.#outcome !== undefined) this.#outcome = nextOutcome(this.#outcome, event);
    this.events.emit("any", event);
  }
}
