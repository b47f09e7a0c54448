import type { MsrpUri } from "../base/msrp-uri.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { CEMA } from "./cema.ts";
import { formatMsrpPath, isMsrpProtocol, msrpProtocol } from "./msrp-path.ts";
import { ownFingerprint } from "./protection.ts";
import {
  type Attribute,
  connectionTo,
  type MediaDescription,
  type Origin,
  type SessionDescription,
  withoutAttributes,
} from "./session-description.ts";
import type { Setup } from "./setup.ts";

/** What one m= line becomes on the other leg; `keep-refused` has port 0 there. */
export type RelayedMedia =
  | {
      readonly uri: MsrpUri;
      /** The other leg's part, negotiated by itself; absent leaves no `a=setup`. */
      readonly setup?: Setup;
      /** Says `msrp-cema` on this leg, whatever the other one does (RFC 6714). */
      readonly isCema?: boolean;
      /** The smaller of the relay's own limit and the other leg's is announced. */
      readonly maxSizeOctets?: number;
    }
  | "keep-refused";

export interface RelayOptions {
  readonly origin: Origin;
  readonly host: string;
  /** One for each m= line, in order. */
  readonly media: readonly RelayedMedia[];
  /** SHA-256 of the relay's certificate; needed where a URI is `msrps` (RFC 8122). */
  readonly fingerprint?: string | undefined;
}

/**
 * Negotiated by each leg for itself, and telling of a leg where its peer lies (RFC 6135, 6714, 8122; `connection` must
 * not be sent at all).
 */
const PER_LEG: ReadonlySet<string> = new Set([
  "path",
  "setup",
  "connection",
  "msrp-cema",
  "fingerprint",
  "candidate",
]);

/**
 * A description as a Participating Function passes it on: origin, c=, port, path, setup and fingerprint are its own, everything else
 * (file-* attributes, accept-types, titles, unknown lines) leaves as it came. A port of 0 stays 0.
 */
export function relaySdp(sd: SessionDescription, options: RelayOptions): SessionDescription {
  if (options.media.length !== sd.media.length)
    throw new LocalProtocolError("one decision for each m= line");
  const media = sd.media.map((one, index) => relayMedia(one, options.media[index], options.host));
  return {
    ...sd,
    origin: options.origin,
    connection: connectionTo(options.host),
    otherLines: sd.otherLines.filter((line) => line.type !== "c"),
    attributes: [
      ...withoutAttributes(sd.attributes, PER_LEG),
      ...ownFingerprint(media, options.fingerprint),
    ],
    media,
  };
}

function relayMedia(
  media: MediaDescription,
  relayed: RelayedMedia | undefined,
  host: string,
): MediaDescription {
  const attributes = withoutAttributes(media.attributes, PER_LEG);
  // Without its own c= line: that names the other leg, and the session's serves all lines.
  const kept = {
    kind: media.kind,
    formats: media.formats,
    ...(media.title === undefined ? {} : { title: media.title }),
    otherLines: media.otherLines.filter((line) => line.type !== "c"),
  };
  if (relayed === undefined || relayed === "keep-refused")
    return { ...kept, port: 0, protocol: media.protocol, attributes };
  if (media.port === 0) {
    // RFC 3264 §6: also a refused line has the transport that this leg was offered.
    const protocol = isMsrpProtocol(media.protocol) ? msrpProtocol(relayed.uri) : media.protocol;
    return { ...kept, port: 0, protocol, attributes };
  }
  if (relayed.uri.port === undefined) throw new LocalProtocolError("MSRP URI in SDP needs a port");
  return {
    ...kept,
    port: relayed.uri.port,
    protocol: msrpProtocol(relayed.uri),
    ...(relayed.uri.host === host ? {} : { connection: connectionTo(relayed.uri.host) }),
    attributes: [
      ...(relayed.setup === undefined ? [] : [{ name: "setup", value: relayed.setup }]),
      { name: "path", value: formatMsrpPath([relayed.uri]) },
      ...(relayed.isCema === true ? [CEMA] : []),
      ...limitMaxSize(attributes, relayed.maxSizeOctets),
    ],
  };
}

function limitMaxSize(
  attributes: readonly Attribute[],
  limit: number | undefined,
): readonly Attribute[] {
  if (limit === undefined) return attributes;
  const own = BigInt(limit);
  const index = attributes.findIndex((attribute) => attribute.name === "max-size");
  const theirs = attributes[index]?.value?.trim() ?? "";
  if (index < 0) return [...attributes, { name: "max-size", value: String(limit) }];
  const isSmaller = /^[0-9]{1,30}$/.test(theirs) && BigInt(theirs) <= own;
  return isSmaller
    ? attributes
    : attributes.with(index, { name: "max-size", value: String(limit) });
}
