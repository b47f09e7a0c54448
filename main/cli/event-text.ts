import { formatDuration } from "../../shared/format/duration.ts";
import { formatAddress, formatPerson } from "../../shared/format/person.ts";
import { countOf } from "../../shared/format/plural.ts";
import { printable } from "../../shared/format/safe-text.ts";
import { formatSize } from "../../shared/format/size.ts";
import type { PausedBy, ResumedFile } from "../../shared/model/client-events.ts";
import type { OfferedFileView, OfferView } from "../../shared/model/offer.ts";
import type { NamedEvent } from "../compose/client-events.ts";

/** Files of an offer that are listed by name. */
const MAX_LISTED = 100;

/** A file in a list: its name and, where the offer tells it, its size. */
export function fileText({ name, sizeOctets }: OfferedFileView): string {
  const size = sizeOctets === undefined ? "size unknown" : formatSize(sizeOctets);
  return `${printable(name)} (${size})`;
}

/** One sentence for people; undefined for what is shown in another way. `offers` holds what was offered so far. */
export function eventText(
  event: NamedEvent,
  offers: ReadonlyMap<string, OfferView>,
): string | undefined {
  switch (event.event) {
    case "registered":
      return `Registered as ${formatAddress(event.aor)} over ${event.transport.toUpperCase()}.`;
    case "registrationFailed":
      return retryText(event.reason, event.retryMs);
    case "offer":
      return offerText(event);
    case "error":
      return [event.message, event.action].filter((text) => text !== "").join(" ");
    case "progress":
      return undefined;
    case "message":
      return `${printable(formatAddress(event.from))} says: ${printable(event.text)}`;
    default:
      return offerEventText(event, offers.get(event.id));
  }
}

type OfferEvent = Exclude<
  NamedEvent,
  {
    readonly event:
      | "registered"
      | "registrationFailed"
      | "offer"
      | "error"
      | "progress"
      | "message";
  }
>;

function offerEventText(event: OfferEvent, offer: OfferView | undefined): string | undefined {
  const peer = peerText(offer);
  switch (event.event) {
    case "ringing":
      return ringingText(offer);
    case "moreWaiting":
      return `More offers are waiting; they can be sent again when you have answered ${peer}.`;
    case "more":
      return `${countOf(event.files.length, "more file")}:${fileList(event.files)}`;
    case "answered":
      return answeredText(event, offer);
    case "elsewhere":
      return elsewhereText(event);
    case "cancelled":
      return cancelledText(event, offer);
    case "missed":
      return missedText(offer);
    case "declined":
      return declinedText(offer);
    case "file":
      return fileEventText(event, offer);
    case "notified":
      return notifiedText(event.status, peer);
    default:
      return goingOnText(event, peer);
  }
}

function goingOnText(
  event: Extract<
    NamedEvent,
    { readonly event: "reconnecting" | "paused" | "resumed" | "transfer" }
  >,
  peer: string,
): string | undefined {
  switch (event.event) {
    case "reconnecting":
      return event.inMs === undefined
        ? `The connection to ${peer} broke. It goes on as soon as their device is back.`
        : `The connection to ${peer} broke. Trying again in ${formatDuration(event.inMs)}.`;
    case "paused":
      return pausedText(event.by, peer);
    case "resumed":
      return `Going on:${event.files.map(resumedText).join("")}`;
    case "transfer":
      return undefined;
  }
}

function pausedText(by: PausedBy, peer: string): string {
  if (by === "space") return "The disk is full. It goes on as soon as there is room.";
  return by === "us" ? "Paused." : `${peer} paused the transfer.`;
}

function resumedText({ name, octets, sizeOctets }: ResumedFile): string {
  const percent = sizeOctets === 0 ? 100 : Math.floor((octets / sizeOctets) * 100);
  return `\n  ${printable(name)} from ${String(percent)} % of ${formatSize(sizeOctets)}`;
}

function notifiedText(status: string, peer: string): string | undefined {
  return status === "displayed" ? `${peer} has opened what you sent.` : undefined;
}

function missedText(offer: OfferView | undefined): string {
  return `You missed ${countOf(offer?.files.length ?? 0, "file")} from ${peerText(offer)}.`;
}

/** Outgoing: an error event with the reason for people comes with it. */
function declinedText(offer: OfferView | undefined): string | undefined {
  return isSent(offer) ? undefined : "The offer was declined here.";
}

function ringingText(offer: OfferView | undefined): string | undefined {
  return isSent(offer) ? `${peerText(offer)}'s device rings.` : undefined;
}

function cancelledText(
  { by, reason }: Extract<NamedEvent, { event: "cancelled" }>,
  offer: OfferView | undefined,
): string {
  if (by === "peer") return `${peerText(offer)} cancelled the offer.`;
  return by === "us" ? "Cancelled." : `No longer ringing. ${printable(reason)}`;
}

function retryText(reason: string, retryMs: number | undefined): string {
  const why = printable(reason);
  return retryMs === undefined ? why : `${why} Trying again in ${formatDuration(retryMs)}.`;
}

function isSent(offer: OfferView | undefined): boolean {
  return offer?.direction === "outgoing";
}

function peerText(offer: OfferView | undefined): string {
  if (offer === undefined) return "The other side";
  const isOutgoing = offer.direction === "outgoing";
  return printable(
    isOutgoing ? formatPerson(offer.to) : (offer.fromName ?? formatPerson(offer.from)),
  );
}

function offerText(offer: OfferView): string {
  const files = fileList(offer.files);
  const count = countOf(offer.files.length, "file");
  if (offer.direction === "outgoing") {
    return `Offering ${count} to ${printable(formatAddress(offer.to))}:${files}`;
  }
  const address = printable(formatAddress(offer.from));
  const { series } = offer;
  const whole = series === undefined ? "" : ` of ${String(series.files)}`;
  return `${peerText(offer)} (${address}) offers ${count}${whole}:${files}`;
}

/** One line for each of the first files. */
function fileList(files: readonly OfferedFileView[]): string {
  const lines = files.slice(0, MAX_LISTED).map((file) => `\n  ${fileText(file)}`);
  const left = files.length - lines.length;
  return `${lines.join("")}${left > 0 ? `\n  and ${countOf(left, "more file")}` : ""}`;
}

function answeredText(
  { accepted, declined, isEncrypted }: Extract<NamedEvent, { event: "answered" }>,
  offer: OfferView | undefined,
): string {
  const total = accepted.length + declined.length;
  const who = offer?.direction === "outgoing" ? peerText(offer) : "You";
  const took = `${who} took ${String(accepted.length)} of ${countOf(total, "file")}`;
  const end = isEncrypted === true ? ". This device's connection is encrypted." : ".";
  if (declined.length === 0) return `${took}${end}`;
  const names = declined.map((index) => nameOf(offer, index)).join(", ");
  return `${took}; not wanted: ${names}${end}`;
}

function elsewhereText({
  reason,
  device,
  isLostRace,
}: Extract<NamedEvent, { event: "elsewhere" }>): string {
  const where = device === undefined ? "another device" : printable(device);
  const what = reason === "accepted" ? "Accepted" : "Declined";
  return isLostRace ? `${sentence(where)} was a moment faster.` : `${what} on ${where}.`;
}

function fileEventText(
  { index, state, verified, path, reason, resumable }: Extract<NamedEvent, { event: "file" }>,
  offer: OfferView | undefined,
): string | undefined {
  const name = nameOf(offer, index);
  const isOutgoing = offer?.direction === "outgoing";
  switch (state) {
    case "declined":
      return undefined;
    case "complete": {
      const proof = proofText(verified === true, isOutgoing);
      return isOutgoing || path === undefined
        ? `${name}: ${proof}.`
        : `${name}: ${proof}, saved as ${path}`;
    }
    case "failed":
      if (verified === false) return `${name} arrived damaged. It was set aside and not opened.`;
      return `${name}: ${printable(reason ?? "could not be transferred.")}`;
    case "interrupted": {
      const why = printable(reason ?? "stopped before its end.");
      return resumable === undefined ? `${name}: ${why}` : `${name}: ${why} cpm resume goes on.`;
    }
  }
}

/** As the windows say it. */
function proofText(isVerified: boolean, isOutgoing: boolean): string {
  if (isVerified) return "verified";
  return isOutgoing ? "confirmed" : "not checked";
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function nameOf(offer: OfferView | undefined, index: number): string {
  return printable(
    offer?.files.find((file) => file.index === index)?.name ?? `file ${String(index + 1)}`,
  );
}
