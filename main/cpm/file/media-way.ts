import type { HostPort } from "../../base/host-port.ts";
import type { RelayPlace } from "../../msrp/session/session.ts";
import { answererTarget, offererTarget, preferredRole } from "../../sdp/cema.ts";
import type { MsrpMedia } from "../../sdp/file-media.ts";
import { answerSetup, offererRole } from "../../sdp/setup.ts";

/** How the connection of an MSRP session comes about (RFC 6135, RFC 6714, RFC 4976). */
export interface MediaWay {
  readonly role: "active" | "passive";
  /** Where we connect if not to the path. */
  readonly connectTo?: HostPort;
  /** Our place at a relay of ours. */
  readonly relay?: RelayPlace;
}

/** @param offered what the peer offers and we accept */
export function answererWay(offered: MsrpMedia, relay: RelayPlace | undefined): MediaWay {
  const hasRelay = relay !== undefined;
  const role = answerSetup(offered.setup, preferredRole(offered, hasRelay));
  return way(role, answererTarget(offered, { hasRelay, role }), relay);
}

/** @param answered what the peer says to an offer of ours of `actpass` */
export function offererWay(answered: MsrpMedia, relay: RelayPlace | undefined): MediaWay {
  const role = offererRole("actpass", answered.setup);
  return way(role, offererTarget(answered, { hasRelay: relay !== undefined, role }), relay);
}

/** @param answered what the peer says to an offer of ours of `active` */
export function activeWay(answered: MsrpMedia, relay: RelayPlace | undefined): MediaWay {
  const role = "active";
  return way(role, offererTarget(answered, { hasRelay: relay !== undefined, role }), relay);
}

function way(
  role: MediaWay["role"],
  connectTo: HostPort | undefined,
  relay: RelayPlace | undefined,
): MediaWay {
  return {
    role,
    ...(connectTo === undefined ? {} : { connectTo }),
    ...(relay === undefined ? {} : { relay }),
  };
}

/** URIs of our relay, as descriptions have them. */
export function relayPathOf({ relay }: MediaWay): NonNullable<RelayPlace["usePath"]> {
  return relay?.usePath ?? [];
}
