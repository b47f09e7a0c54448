import { countOf, listOf } from "../../shared/format/plural.ts";
import { formatSize } from "../../shared/format/size.ts";
import type { OfferView } from "../../shared/model/offer.ts";
import type { HomeNetwork } from "../compose/built-in-network.node.ts";
import type { NamedEvent } from "../compose/client-events.ts";
import type { DemoDevice } from "./demo-device.node.ts";
import { eventText, fileText } from "./event-text.ts";
import type { Output } from "./output.node.ts";
import { ProgressLine } from "./progress-line.node.ts";

const LABEL_LENGTH = 11;

/** Tells a newcomer, line by line, what happens between Alice and Bob's devices. */
export class DemoTeller {
  readonly #output: Output;
  readonly #bar: ProgressLine;
  readonly #offers = new Map<string, OfferView>();

  constructor(output: Output) {
    this.#output = output;
    this.#bar = new ProgressLine(output.isInteractive);
  }

  line(label: string, text: string): void {
    this.#bar.clear();
    this.#output.say(`${label.padEnd(LABEL_LENGTH)} ${text}`);
  }

  network(networks: readonly HomeNetwork[]): void {
    networks.forEach(({ domain, core, pf }, i) => {
      const text = `${domain}: core ${core.udp}, participating function ${pf.sip} (files ${pf.msrp})`;
      this.line(i === 0 ? "Network" : "", text);
    });
  }

  devices(alice: DemoDevice, bobs: readonly DemoDevice[]): void {
    const names = listOf(bobs.map(({ name }) => name));
    this.line("Devices", `alice has ${alice.name}, bob has ${names}; all are registered`);
  }

  /** What one device told. */
  tell(device: DemoDevice, event: NamedEvent): void {
    const { event: name, ...fields } = event;
    this.#output.event(name, fields, device.name);
    if (event.event === "offer") this.#offers.set(event.id, event);
    switch (event.event) {
      case "offer":
        if (event.direction === "outgoing") this.#offer(event);
        return;
      case "answered":
        this.#answered(device, event);
        return;
      case "elsewhere":
        this.line("Elsewhere", `${device.name} stops ringing: ${elsewhere(event)}`);
        return;
      case "progress":
        this.#progress(event);
        return;
      default:
        this.#other(device, event);
    }
  }

  #offer(offer: OfferView): void {
    const total = offer.files.reduce((sum, file) => sum + (file.sizeOctets ?? 0), 0);
    const count = countOf(offer.files.length, "file");
    this.line("Offer", `Alice offers Bob ${count}, ${formatSize(total)} in all:`);
    for (const file of offer.files) this.line("", `  ${fileText(file)}`);
  }

  #answered(device: DemoDevice, event: Extract<NamedEvent, { event: "answered" }>): void {
    const offer = this.#offers.get(event.id);
    if (offer?.direction !== "outgoing") {
      this.line(
        "Accepted",
        `Bob accepts ${countOf(event.accepted.length, "file")} on ${device.name}`,
      );
      return;
    }
    if (event.declined.length === 0) return;
    const names = offer.files.filter(({ index }) => event.declined.includes(index)).map(fileText);
    this.line("", `Alice is told that Bob did not want ${listOf(names)}`);
  }

  #progress(event: Extract<NamedEvent, { event: "progress" }>): void {
    const offer = this.#offers.get(event.id);
    if (offer?.direction !== "outgoing") return;
    const file = offer.files.find(({ index }) => index === event.index);
    this.#bar.show({ ...event, name: file?.name ?? "file" });
  }

  #other(device: DemoDevice, event: NamedEvent): void {
    if (event.event === "registered" || event.event === "ringing") return;
    const text = eventText(event, this.#offers);
    if (text === undefined) return;
    this.line(labelOf(event), `${device.name}: ${text}`);
  }
}

function labelOf(event: NamedEvent): string {
  if (event.event === "declined") return "Declined";
  return event.event === "file" && event.verified === true ? "Verified" : "";
}

function elsewhere({ reason, device }: Extract<NamedEvent, { event: "elsewhere" }>): string {
  return `${reason} on ${device ?? "another device"}`;
}
