import { type HostPort, isIpAddress, sameIpAddress } from "../base/host-port.ts";
import type { MsrpMedia } from "./file-media.ts";
import { type Attribute, nextVersion, type SessionDescription } from "./session-description.ts";

const NAME = "msrp-cema";

/** `a=msrp-cema`: we connect to where c= and m= say (RFC 6714 §5). */
export const CEMA: Attribute = { name: NAME };

/** Discard: an offerer that only connects writes it (RFC 6135 §4.2.1), so there is nothing to compare. */
const DISCARD_PORT = 9;

/** What counts on our side of a stream. */
export interface OwnSide {
  /** We have a path through a relay of ours (RFC 4976). */
  readonly hasRelay: boolean;
  readonly role: "active" | "passive";
}

/**
 * RFC 6714 §4.4: c= and m= name another place than every URI of the path, so a middlebox stands between. A name and an
 * address of the same port count as one place: what the name means is known only where the connection is made.
 */
export function isPathDiverted(media: MsrpMedia): boolean {
  const { connectionHost: host, port, path } = media;
  if (port === 0 || port === DISCARD_PORT || host === undefined || path.length === 0) return false;
  return !path.some((uri) => uri.port === port && mayBeSame(uri.host, host));
}

function mayBeSame(a: string, b: string): boolean {
  return !isIpAddress(a) || !isIpAddress(b) || sameIpAddress(a, b);
}

/** RFC 6714 §4.3: a middlebox that is no help to those who do not speak CEMA; the stream must be refused. */
export function isUnreachableOffer(offered: MsrpMedia): boolean {
  return !offered.isCema && isPathDiverted(offered);
}

/** RFC 6714 §4.3: whether our answer says `msrp-cema`. Where relays are in the way, RFC 4975 and 4976 go on alone. */
export function answersCema(offered: MsrpMedia, hasRelay: boolean): boolean {
  if (!offered.isCema) return false;
  const isBehindRelay = offered.path.length > 1;
  if (isBehindRelay && (hasRelay || offered.setup === undefined || offered.setup === "active"))
    return false;
  return !(hasRelay && offered.setup === "passive");
}

/** Where an answerer of that role connects; undefined: to the path. */
export function answererTarget(offered: MsrpMedia, own: OwnSide): HostPort | undefined {
  const isUsed = own.role === "active" && !own.hasRelay && answersCema(offered, own.hasRelay);
  return isUsed ? mediaAddress(offered) : undefined;
}

/**
 * What an answerer prefers where the offer leaves the choice: `passive`, except where the offerer is behind a relay and a
 * middlebox, which only we can connect to (RFC 6714 §4.5).
 */
export function preferredRole(offered: MsrpMedia, hasRelay: boolean): OwnSide["role"] {
  const isBehindBoth = offered.path.length > 1 && isPathDiverted(offered);
  return isBehindBoth && !hasRelay ? "active" : "passive";
}

/** RFC 6714 §4.2: the offerer must offer again without `msrp-cema`, so that the middlebox speaks MSRP itself. */
export function needsPlainOffer(answered: MsrpMedia, own: OwnSide): boolean {
  if (!isPathDiverted(answered)) return false;
  // §4.1: whoever connects through a relay of its own cannot connect to the middlebox.
  if (own.hasRelay && own.role === "active") return true;
  return !answered.isCema && (own.role === "passive" || answered.path.length > 1);
}

/** Where an offerer of that role connects; undefined: to the path. */
export function offererTarget(answered: MsrpMedia, own: OwnSide): HostPort | undefined {
  if (own.role === "passive" || own.hasRelay) return undefined;
  const isUsed = answered.isCema || (isPathDiverted(answered) && answered.path.length === 1);
  return isUsed ? mediaAddress(answered) : undefined;
}

function mediaAddress({ connectionHost, port }: MsrpMedia): HostPort | undefined {
  const isAddress = connectionHost !== undefined && port !== 0 && port !== DISCARD_PORT;
  return isAddress ? { host: connectionHost, port } : undefined;
}

/** The same offer as RFC 4975 alone would have it, to be sent again (RFC 6714 §4.2). */
export function withoutCema(sd: SessionDescription): SessionDescription {
  return {
    ...sd,
    origin: nextVersion(sd.origin),
    media: sd.media.map((media) => ({
      ...media,
      attributes: media.attributes.filter(({ name }) => name !== NAME),
    })),
  };
}
