import type { OfferId } from "../../../shared/model/offer.ts";
import type { TransferState } from "../../../shared/model/transfer.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import type { IncomingEffect } from "./incoming-state.ts";
import { ENCRYPTED } from "./media-way.ts";
import { complain, type OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";
import type { AwaitedLine } from "./receive-session.ts";
import { type ResumedOffer, tellGoingOn } from "./resumed-telling.ts";

export type TellingEffect = Extract<IncomingEffect, { readonly do: `tell-${string}` }>;

/** Its sender said so when this device asked for the rest. */
export function tellElsewhere(context: OfferContext, id: OfferId): void {
  context.emit("elsewhere", { id, reason: "accepted", isLostRace: true });
}

export function isTelling(effect: IncomingEffect): effect is TellingEffect {
  return effect.do.startsWith("tell-");
}

/** Tells the user how an offer goes that was not, or not yet, received. */
export function tellIncoming(
  context: OfferContext,
  { id, record }: { readonly id: OfferId; readonly record: OfferLog },
  effect: TellingEffect,
): void {
  switch (effect.do) {
    case "tell-elsewhere":
      context.emit("elsewhere", {
        id,
        reason: effect.reason,
        isLostRace: effect.isLostRace,
        ...(effect.device === undefined ? {} : { device: effect.device }),
      });
      break;
    case "tell-cancelled":
      context.emit("cancelled", { id, by: effect.by, reason: effect.reason });
      break;
    case "tell-missed":
      context.emit("missed", { id });
      break;
    case "tell-declined":
      record.update({ status: effect.status });
      context.emit("declined", { id, status: effect.status });
      break;
    case "tell-failed":
      complain(context, id, {
        code: effect.code,
        message: effect.message,
        action: "Ask the sender to send again.",
      });
      break;
  }
}

/** Tells the history and the user which files are to come. */
export function tellAnswered(
  context: OfferContext,
  { id, record }: { readonly id: OfferId; readonly record: OfferLog },
  { files }: CheckedOffer,
  answer: {
    readonly wasTaken: (index: number) => boolean;
    readonly isEncrypted: boolean;
    readonly agent: string | undefined;
  },
): void {
  const { wasTaken, isEncrypted, agent } = answer;
  const indexes = files.map(({ view }) => view.index);
  const accepted = indexes.filter(wasTaken);
  const declined = indexes.filter((index) => !wasTaken(index));
  record.files(accepted, { state: "transferring" });
  record.files(declined, { state: "declined" });
  context.emit("answered", {
    ...{ id, accepted, declined },
    ...(isEncrypted ? ENCRYPTED : {}),
    ...(agent === undefined ? {} : { peerAgent: agent }),
  });
}

/** The lines of a session in which files go on. */
export function tellResumed(
  context: OfferContext,
  offer: ResumedOffer,
  lines: readonly AwaitedLine[],
): void {
  const files = lines.map(({ file: { index, name, sizeOctets }, fromOctet: octets }) => ({
    ...{ index, name, sizeOctets, octets },
  }));
  tellGoingOn(context, offer, { direction: "incoming", files });
}

/** The offer's last word, to the history and to the user; who has it elsewhere was told. */
export function tellEnd(
  context: OfferContext,
  { id, record }: { readonly id: OfferId; readonly record: OfferLog },
  state: TransferState | "elsewhere" | "missed",
): void {
  record.end({ state });
  if (state === "missed") context.emit("transfer", { id, state: "noanswer" });
  else if (state !== "elsewhere") context.emit("transfer", { id, state });
}
