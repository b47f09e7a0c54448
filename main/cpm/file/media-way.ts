import type { HostPort } from "../../base/host-port.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import { LocalProtocolError } from "../../base/protocol-error.ts";
import type { RelayPlace } from "../../msrp/session/session.ts";
import { answererTarget, offererTarget, preferredRole } from "../../sdp/cema.ts";
import type { MsrpMedia } from "../../sdp/file-media.ts";
import { type Protection, protectionOf } from "../../sdp/protection.ts";
import { answerSetup, offererRole } from "../../sdp/setup.ts";

/** How the connection of an MSRP session comes about (RFC 6135, RFC 6714, RFC 4976). */
export interface MediaWay {
  readonly role: "active" | "passive";
  /** Where we connect if not to the path. */
  readonly connectTo?: HostPort;
  /** Our place at a relay of ours. */
  readonly relay?: RelayPlace;
  /** Over TLS, with a peer whose certificate has one of these. */
  readonly fingerprints?: readonly string[];
}

/** What the peer answered, and how it is protected. */
export type AnsweredMedia = MsrpMedia & { readonly protection: Protection };

/** @param offered what the peer offers and we accept: its protection was found to be whole */
export function answererWay(offered: MsrpMedia, relay: RelayPlace | undefined): MediaWay {
  const hasRelay = relay !== undefined;
  const role = answerSetup(offered.setup, preferredRole(offered, hasRelay));
  const protection = protectionOf(offered);
  if (!protection.ok) throw new LocalProtocolError(protection.error.what);
  const connectTo = answererTarget(offered, { hasRelay, role });
  return way(role, connectTo, relay, protection.value);
}

/** @param answered what the peer says to an offer of ours of `actpass` */
export function offererWay(answered: AnsweredMedia, relay: RelayPlace | undefined): MediaWay {
  const role = offererRole("actpass", answered.setup);
  const connectTo = offererTarget(answered, { hasRelay: relay !== undefined, role });
  return way(role, connectTo, relay, answered.protection);
}

/** @param answered what the peer says to an offer of ours of `active` */
export function activeWay(answered: AnsweredMedia, relay: RelayPlace | undefined): MediaWay {
  const role = "active";
  const connectTo = offererTarget(answered, { hasRelay: relay !== undefined, role });
  return way(role, connectTo, relay, answered.protection);
}

function way(
  role: MediaWay["role"],
  connectTo: HostPort | undefined,
  relay: RelayPlace | undefined,
  protection: Protection,
): MediaWay {
  return {
    role,
    ...(protection.kind === "tls" ? { fingerprints: protection.fingerprints } : {}),
    ...(connectTo === undefined ? {} : { connectTo }),
    ...(relay === undefined ? {} : { relay }),
  };
}

/** Of our URI in the answer to an offer: its transport is the offer's. */
export function answeredScheme({ fingerprints }: MediaWay): MsrpUri["scheme"] {
  return fingerprints === undefined ? "msrp" : "msrps";
}

/** In what is told of an answer. */
export const ENCRYPTED = { isEncrypted: true } as const;

export function isEncrypted({ fingerprints }: MediaWay): boolean {
  return fingerprints !== undefined;
}

/** URIs of our relay, as descriptions have them. */
export function relayPathOf({ relay }: MediaWay): NonNullable<RelayPlace["usePath"]> {
  return relay?.usePath ?? [];
}
