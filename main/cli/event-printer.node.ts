import type { OfferView } from "../../shared/model/offer.ts";
import type { NamedEvent } from "../compose/client-events.ts";
import { eventText } from "./event-text.ts";
import type { Output } from "./output.node.ts";
import { ProgressLine } from "./progress-line.node.ts";
import { resumedOffer } from "./resumed-offer.ts";

/** Prints what a client tells: events for programs, sentences for people, bars on a terminal. */
export class EventPrinter {
  readonly #output: Output;
  readonly #bar: ProgressLine;
  readonly #offers = new Map<string, OfferView>();
  #wasRegistered = false;

  constructor(output: Output) {
    this.#output = output;
    this.#bar = new ProgressLine(output.isInteractive);
  }

  print(event: NamedEvent): void {
    const { event: name, ...fields } = event;
    this.#remember(event);
    this.#output.event(name, fields);
    if (event.event === "progress") {
      this.#showProgress(event);
      return;
    }
    if (event.event === "registered") {
      // Refreshes are routine.
      if (this.#wasRegistered) return;
      this.#wasRegistered = true;
    }
    // The first failure ends the command, which tells it.
    if (event.event === "registrationFailed" && !this.#wasRegistered) return;
    const text = eventText(event, this.#offers);
    if (text === undefined) return;
    this.#bar.clear();
    if (event.event === "error" || event.event === "registrationFailed") this.#output.hint(text);
    else this.#output.say(text);
  }

  #remember(event: NamedEvent): void {
    if (event.event === "offer") this.#offers.set(event.id, event);
    if (event.event === "more") this.#add(event);
    if (event.event === "resumed" && !this.#offers.has(event.id))
      this.#offers.set(event.id, resumedOffer(event));
  }

  #add({ id, files }: Extract<NamedEvent, { event: "more" }>): void {
    const offer = this.#offers.get(id);
    if (offer !== undefined) this.#offers.set(id, { ...offer, files: [...offer.files, ...files] });
  }

  #showProgress(event: Extract<NamedEvent, { event: "progress" }>): void {
    const file = this.#offers.get(event.id)?.files.find(({ index }) => index === event.index);
    this.#bar.show({ ...event, name: file?.name ?? "file" });
  }
}
