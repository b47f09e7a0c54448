import { existsSync } from "node:fs";
import { formatAddress } from "../../shared/format/person.ts";
import { printable } from "../../shared/format/safe-text.ts";
import { formatSize } from "../../shared/format/size.ts";
import { systemRandom } from "../base/random.node.ts";
import { onEveryEvent } from "../compose/client-events.ts";
import { openClient } from "../compose/open-client.node.ts";
import { openProfile, profileFiles, profileInUse, profileName } from "../compose/profile.node.ts";
import { type ResumableOffer, type ResumeError, resumableOffers } from "../cpm/client.ts";
import { type ClientFlags, clientSetup } from "./client-options.node.ts";
import { EventPrinter } from "./event-printer.node.ts";
import { CommandError, EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { beginOutcome, nextOutcome, type OfferOutcome } from "./offer-outcome.ts";
import { Output } from "./output.node.ts";
import { resumedOffer } from "./resumed-offer.ts";
import { startDevice } from "./start-device.node.ts";
import { stopSignal } from "./stop-signal.node.ts";

export interface ResumeFlags extends ClientFlags {
  readonly list?: boolean;
  readonly json?: boolean;
}

/** `cpm resume`: goes on with an interrupted transfer of either direction, the newest one unless another is named. */
export async function runResumeCommand(
  id: string | undefined,
  flags: ResumeFlags,
): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: profileName(flags.profile) });
  if (flags.list === true) return list(await stored(flags.profile), output);
  checkProfile(flags.profile);
  const setup = clientSetup(flags);
  const stop = stopSignal();
  const open = await openClient(setup);
  const { client } = open;
  const printer = new EventPrinter(output);
  try {
    let outcome: OfferOutcome | undefined;
    const ended = new Promise<OfferOutcome | undefined>((resolve) => {
      onEveryEvent(client.events, (event) => {
        printer.print(event);
        // The other side may be faster than we are.
        if (event.event === "resumed" && (id === undefined || event.id === id))
          outcome ??= beginOutcome(resumedOffer(event));
        if (outcome !== undefined) outcome = nextOutcome(outcome, event);
        if (outcome?.exit !== undefined) resolve(outcome);
      });
      stop.addEventListener("abort", () => {
        resolve(undefined);
      });
    });
    // Asked before anybody can reach this device: the other side may go on at once, and what runs is not in the list.
    const [, all] = await Promise.all([startDevice(client, setup.core, stop), client.resumable()]);
    const chosen = choose(all, id);
    if (outcome === undefined) {
      outcome = beginOutcome(resumedOffer(chosen));
      const resumed = await client.resume(chosen.id);
      if (!resumed.ok) throw resumeError(resumed.error);
    }
    // Ctrl-C keeps what has come: the next `cpm resume` goes on from there.
    return (await ended)?.exit ?? EXIT.interrupted;
  } finally {
    await open.close();
  }
}

function resumeError({ kind, message }: ResumeError): CommandError {
  const action = "Ask for the files to be sent again.";
  return new CommandError(EXIT.interrupted, message, { code: kind, action });
}

function choose(all: readonly ResumableOffer[], id: string | undefined): ResumableOffer {
  const chosen = id === undefined ? all[0] : all.find((one) => one.id === id);
  if (chosen !== undefined) return chosen;
  throw id === undefined
    ? usageError("There is nothing to resume in this profile.", "See cpm history.")
    : usageError(`There is no interrupted transfer ${id}.`, "cpm resume --list shows all.");
}

/** A mistyped name would make a new profile, in which nothing waits. */
function checkProfile(folder: string): void {
  if (!existsSync(folder)) throw usageError(`There is no profile ${folder}.`, "Check --profile.");
}

/** From the profile alone. */
async function stored(folder: string): Promise<readonly ResumableOffer[]> {
  checkProfile(folder);
  const profile = openProfile(folder, systemRandom());
  const files = profileFiles(profile, folder);
  try {
    if (profile.isInUse) throw profileInUse(folder);
    // As a device does: what its last program left running is interrupted.
    profile.store.interruptUnfinished(Date.now());
    return await resumableOffers({ files, store: profile.store });
  } finally {
    await files.close();
    profile.close();
  }
}

function list(all: readonly ResumableOffer[], output: Output): ExitCode {
  for (const offer of all) {
    output.event("resumable", { ...offer });
    output.say(textOf(offer));
  }
  if (all.length === 0) output.hint("There is nothing to resume.");
  return EXIT.done;
}

function textOf({ id, direction, peer, files }: ResumableOffer): string {
  const names = files.map(({ name, octets, sizeOctets }) => {
    const percent = sizeOctets === 0 ? 100 : Math.floor((octets / sizeOctets) * 100);
    return `\n    ${printable(name)} (${formatSize(sizeOctets)}), ${String(percent)} % there`;
  });
  const way = direction === "outgoing" ? "to" : "from";
  return `${id}  ${way} ${printable(formatAddress(peer))}:${names.join("")}`;
}
