import { basename } from "node:path";
import { formatAddress } from "../../shared/format/person.ts";
import { countOf } from "../../shared/format/plural.ts";
import type { OfferId } from "../../shared/model/offer.ts";
import { systemClock } from "../base/clock.node.ts";
import { present } from "../base/present.ts";
import { onEveryEvent } from "../compose/client-events.ts";
import { openClient } from "../compose/open-client.node.ts";
import { profileName } from "../compose/profile.node.ts";
import { rebuiltText } from "../compose/rebuilt-text.ts";
import type { OfferError } from "../cpm/client.ts";
import { waitForReceiverMs } from "../cpm/file/resume-times.ts";
import { parseUri } from "../sip/grammar/uri.ts";
import { type ClientFlags, clientSetup } from "./client-options.node.ts";
import { EventPrinter } from "./event-printer.node.ts";
import { CommandError, EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { checkGivenFiles } from "./given-files.node.ts";
import {
  beginOutcome,
  type Expectation,
  holds,
  nextOutcome,
  type OfferOutcome,
  parseExpectation,
} from "./offer-outcome.ts";
import { Output } from "./output.node.ts";
import { startDevice } from "./start-device.node.ts";
import { stopSignal } from "./stop-signal.node.ts";
import { WaitTeller, waitingText } from "./wait-teller.ts";

export interface SendFlags extends ClientFlags {
  readonly to: string;
  readonly expect?: string;
  readonly wait?: number;
  readonly json?: boolean;
}

/** `cpm send`: offers files in one request and waits for what becomes of them. */
export async function runSendCommand(
  paths: readonly string[],
  flags: SendFlags,
): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: profileName(flags.profile) });
  const expectation = readExpectation(flags.expect);
  const setup = clientSetup(flags);
  checkReceiver(flags.to);
  await checkGivenFiles(paths);
  const stop = stopSignal();
  const waiting = present({ waitForReceiverS: flags.wait });
  const more = { ...setup.more, ...waiting };
  // Nobody could answer an offer here, and it would keep its sender waiting; what is resumed comes in all the same.
  const open = await openClient({ ...setup, canBeGuest: true, isBusy: true, more });
  const { client, profile } = open;
  if (profile.store.setAside !== undefined) output.hint(rebuiltText(profile.store.setAside));
  const printer = new EventPrinter(output);
  const waits = new WaitTeller(systemClock(), waitForReceiverMs(waiting), (told) => {
    output.event("waiting", { id: told.id, until: new Date(told.untilMs).toISOString() });
    output.hint(waitingText(told));
  });
  const ended = new Promise<OfferOutcome>((resolve) => {
    let outcome: OfferOutcome | undefined;
    onEveryEvent(client.events, (event) => {
      printer.print(event);
      waits.hear(event);
      if (event.event === "offer" && event.direction === "outgoing")
        outcome ??= beginOutcome(event);
      if (outcome === undefined) return;
      outcome = nextOutcome(outcome, event);
      if (outcome.exit !== undefined) resolve(outcome);
    });
  });
  try {
    await startDevice(client, setup.core, stop);
    const offered = await client.offer({ to: flags.to, paths });
    if (!offered.ok) throw offerError(offered.error);
    cancelOnStop(stop, offered.value, client);
    const outcome = await ended;
    const text = summary(outcome);
    if (text !== undefined) output.say(text);
    const exit = stop.aborted ? EXIT.interrupted : (outcome.exit ?? EXIT.internal);
    if (expectation === undefined) return exit;
    return holds(expectation, outcome) ? EXIT.done : EXIT.expectation;
  } finally {
    waits.stop();
    await open.close();
  }
}

function cancelOnStop(stop: AbortSignal, id: OfferId, client: { cancel(id: OfferId): void }): void {
  const cancel = (): void => {
    client.cancel(id);
  };
  if (stop.aborted) cancel();
  else stop.addEventListener("abort", cancel, { once: true });
}

function checkReceiver(to: string): void {
  const uri = parseUri(to);
  if (uri.ok && uri.value.kind !== "other") return;
  throw usageError(
    `"${to}" is no address that files can be sent to.`,
    "Write --to sip:NAME@DOMAIN, for example --to sip:bob@b.example.",
  );
}

function readExpectation(text: string | undefined): Expectation | undefined {
  if (text === undefined) return undefined;
  const expectation = parseExpectation(text);
  if (expectation !== undefined) return expectation;
  throw usageError(
    `"${text}" is no outcome.`,
    "Write --expect accepted:N, verified:N, declined or noanswer.",
  );
}

function offerError({ kind, message, path }: OfferError): CommandError {
  if (kind === "source") {
    return usageError(message, path === undefined ? "" : `Check the path of ${basename(path)}.`);
  }
  const exit = kind === "not-running" ? EXIT.network : EXIT.usage;
  return new CommandError(exit, message, { code: kind, action: "" });
}

/** The outcome in one sentence; what failed as a whole was told by its error. */
function summary({ offer, end, verified, complete }: OfferOutcome): string | undefined {
  const to = formatAddress(offer.to);
  const total = countOf(offer.files.length, "file");
  switch (end) {
    case "verified":
      return `Verified: ${String(verified.length)} of ${total} arrived at ${to}, hashes agree.`;
    case "confirmed":
      return `Sent: ${String(complete.length)} of ${total} reached ${to}; nobody vouched for their hashes.`;
    case "partly":
      return `Partly: ${String(verified.length)} of ${total} arrived at ${to}, hashes agree.`;
    default:
      return undefined;
  }
}
