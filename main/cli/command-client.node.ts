import { createInterface } from "node:readline/promises";
import type { OfferId, OfferView } from "../../shared/model/offer.ts";
import type { NamedEvent } from "../compose/client-events.ts";
import { onEveryEvent } from "../compose/client-events.ts";
import { openClient } from "../compose/open-client.node.ts";
import { profileName } from "../compose/profile.node.ts";
import { rebuiltText } from "../compose/rebuilt-text.ts";
import { type AcceptRule, acceptedBy, parseAcceptRule } from "./accept-rule.ts";
import { type ClientFlags, clientSetup } from "./client-options.node.ts";
import { EventPrinter } from "./event-printer.node.ts";
import { fileText } from "./event-text.ts";
import { EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { beginOutcome, nextOutcome, type OfferOutcome } from "./offer-outcome.ts";
import { Output } from "./output.node.ts";
import { passInterrupt } from "./prompt.node.ts";
import { startDevice } from "./start-device.node.ts";
import { stopSignal } from "./stop-signal.node.ts";

export interface ClientCommandFlags extends ClientFlags {
  readonly accept: string;
  readonly decline: "here" | "everywhere";
  readonly busy?: boolean;
  readonly ringTime?: number;
  readonly delayAnswer: number;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** `cpm client`: one device that rings and answers by rule. */
export async function runClientCommand(flags: ClientCommandFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: profileName(flags.profile) });
  const rule = acceptRule(flags.accept);
  const setup = clientSetup(flags);
  const stop = stopSignal();
  const open = await openClient({
    ...setup,
    ...(flags.ringTime === undefined ? {} : { ringTimeS: flags.ringTime }),
    ...(flags.busy === undefined ? {} : { isBusy: flags.busy }),
  });
  const { client, profile } = open;
  if (profile.store.setAside !== undefined) output.hint(rebuiltText(profile.store.setAside));
  const printer = new EventPrinter(output);
  const answerer = new Answerer(rule, flags, (id, files) => {
    // Offers that go on with this one are answered by the same rule; somebody who is asked is asked about each.
    const rest = (more: OfferView["files"]): readonly number[] => acceptedBy(rule, more);
    if (files.length > 0 || (rule.kind === "names" && answerer.isFirstOfMore(id)))
      client.accept(id, files, rule.kind === "ask" ? {} : { rest });
    else client.decline(id, flags.decline);
  });
  const exit = new Promise<ExitCode>((resolve) => {
    let outcome: OfferOutcome | undefined;
    onEveryEvent(client.events, (event) => {
      printer.print(event);
      if (event.event === "offer") outcome ??= beginOutcome(event);
      answerer.take(event);
      if (outcome === undefined) return;
      outcome = nextOutcome(outcome, event);
      if (flags.once === true && outcome.exit !== undefined) resolve(outcome.exit);
    });
    stop.addEventListener("abort", () => {
      resolve(flags.once === true ? EXIT.interrupted : EXIT.done);
    });
  });
  try {
    await startDevice(client, setup.core, stop);
    output.event("ready", { aor: setup.aor });
    return await exit;
  } finally {
    await open.close();
  }
}

function acceptRule(text: string): AcceptRule {
  const rule = parseAcceptRule(text);
  if (rule === undefined) {
    throw usageError(
      `"${text}" is no rule.`,
      "Write --accept all, none, ask or patterns such as '*.pdf,*.jpg'.",
    );
  }
  if (rule.kind === "ask" && !process.stdin.isTTY) {
    throw usageError("--accept ask needs a terminal.", "Choose --accept all, none or patterns.");
  }
  return rule;
}

type Answer = (id: OfferId, files: readonly number[]) => void;

/** Answers offers that ring, after the delay that was asked for. */
class Answerer {
  readonly #rule: AcceptRule;
  readonly #delayMs: number;
  readonly #answer: Answer;
  readonly #offers = new Map<OfferId, OfferView>();
  readonly #asked = new Map<OfferId, AbortController>();
  #questions: Promise<void> = Promise.resolve();

  constructor(rule: AcceptRule, flags: Pick<ClientCommandFlags, "delayAnswer">, answer: Answer) {
    this.#rule = rule;
    this.#delayMs = flags.delayAnswer;
    this.#answer = answer;
  }

  /** The offer says that others go on with it. */
  isFirstOfMore(id: OfferId): boolean {
    return this.#offers.get(id)?.series !== undefined;
  }

  take(event: NamedEvent): void {
    switch (event.event) {
      case "offer":
        if (event.direction === "incoming") this.#offers.set(event.id, event);
        return;
      case "ringing": {
        const offer = this.#offers.get(event.id);
        if (offer !== undefined) this.#decide(offer);
        return;
      }
      case "elsewhere":
      case "cancelled":
      case "missed":
      case "transfer":
        this.#offers.delete(event.id);
        this.#asked.get(event.id)?.abort();
        return;
      default:
    }
  }

  #decide(offer: OfferView): void {
    if (this.#rule.kind === "ask") {
      const controller = new AbortController();
      this.#asked.set(offer.id, controller);
      // One question at a time, whoever else offers something meanwhile.
      this.#questions = this.#questions.then(() =>
        controller.signal.aborted ? undefined : this.#ask(offer, controller.signal),
      );
      return;
    }
    const files = acceptedBy(this.#rule, offer.files);
    setTimeout(() => {
      if (this.#offers.has(offer.id)) this.#answer(offer.id, files);
    }, this.#delayMs);
  }

  async #ask(offer: OfferView, signal: AbortSignal): Promise<void> {
    const accepted: number[] = [];
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    passInterrupt(prompt);
    try {
      for (const file of offer.files) {
        const reply = await prompt.question(`Accept ${fileText(file)}? [y/N] `, { signal });
        if (/^y(es)?$/i.test(reply.trim())) accepted.push(file.index);
      }
      this.#answer(offer.id, accepted);
    } catch (error) {
      // The offer was settled elsewhere, or input has ended: there is nothing left to answer here.
      if (!signal.aborted)
        process.stderr.write(`\n${error instanceof Error ? error.message : ""}\n`);
    } finally {
      prompt.close();
      this.#asked.delete(offer.id);
    }
  }
}
