import { ok, type Result } from "../../base/result.ts";
import type { FileMedia } from "../../sdp/file-media.ts";
import { readFileOffer } from "../../sdp/file-offer.ts";
import { hashOf } from "../../sdp/file-selector.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { parseUri, sameUri } from "../../sip/grammar/uri.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import { readSdpBody } from "../body/sdp-body.ts";
import type { CpmIds } from "../headers.ts";
import { instanceOf } from "../instance.ts";
import type { FileSpan } from "./file-sender.ts";
import { identityOf, idsOf, type OfferRefusal, refuse } from "./incoming-checks.ts";

/** Somebody asks for files (RFC 5547 §8.2.2). */
export interface PullOffer {
  /** URI of who asks, as the network vouches for it. */
  readonly from: string;
  /** The device of theirs that asks, where it says so. */
  readonly instanceId?: string;
  readonly ids: CpmIds;
  readonly callId: string;
  readonly userAgent?: string;
  readonly description: SessionDescription;
  /** m= lines that ask for a file. */
  readonly wanted: readonly FileMedia[];
}

/** undefined: the request is none, or none that can be read; whoever checks offers says what is wrong with it. */
export function readPull(request: SipRequest): Result<PullOffer, OfferRefusal> | undefined {
  const body = readSdpBody(request);
  if (!body.ok) return undefined;
  const { description } = body.value;
  const media = readFileOffer(description);
  if (!media.ok) return undefined;
  const open = media.value.filter(({ port }) => port !== 0);
  if (open.length === 0 || !open.every(({ direction }) => direction === "recvonly"))
    return undefined;
  const ids = idsOf(request);
  if (ids === undefined) return refuse(400, "no Conversation-ID or no Contribution-ID");
  const from = identityOf(request);
  if (from === undefined) return refuse(400, "From cannot be read");
  const userAgent = request.headers.get("User-Agent");
  const instanceId = instanceOf(request.headers);
  return ok({
    ...{
      from: from.uriText,
      ids,
      callId: request.headers.get("Call-ID") ?? "",
      description,
      wanted: open,
    },
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(instanceId === undefined ? {} : { instanceId }),
  });
}

/** Another device of the user has the offer, as far as both are known. */
export function isFromOther({ instanceId }: PullOffer, taker: string | undefined): boolean {
  return taker !== undefined && instanceId !== undefined && instanceId !== taker;
}

/** A file that this device has offered or holds. */
export interface HeldFile {
  readonly name: string;
  readonly sizeOctets: number;
  readonly sha1?: string;
  readonly sha256?: string;
}

/**
 * Liberal, because programs differ in what they repeat: the size must agree, and a hash, or the name where no hash that
 * we know was given (RFC 5547 §8.3.2).
 */
export function isWanted({ selector }: Pick<FileMedia, "selector">, file: HeldFile): boolean {
  if (selector.sizeOctets !== undefined && selector.sizeOctets !== file.sizeOctets) return false;
  const pairs = [
    [hashOf(selector, "sha-1"), file.sha1],
    [hashOf(selector, "sha-256"), file.sha256],
  ] as const;
  const known = pairs.filter(([wanted, own]) => wanted !== undefined && own !== undefined);
  if (known.length > 0) return known.every(([wanted, own]) => wanted === own?.toLowerCase());
  return selector.name === file.name;
}

/** The octets that a line asks for; undefined where the file has no such octets. */
export function spanOf(
  { range }: Pick<FileMedia, "range">,
  sizeOctets: number,
): FileSpan | undefined {
  if (range === undefined) return { from: 0, to: sizeOctets };
  const to = range.stop === "*" ? sizeOctets : range.stop;
  const from = range.start - 1;
  return from <= to && to <= sizeOctets ? { from, to } : undefined;
}

/** The same person, however the address is written. */
export function isSameParty(a: string, b: string): boolean {
  const [one, other] = [parseUri(a), parseUri(b)];
  return one.ok && other.ok ? sameUri(one.value, other.value) : a === b;
}
