import { LocalProtocolError } from "../base/protocol-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { MsrpMedia } from "./file-media.ts";
import { fingerprintAttribute, sha256Values } from "./fingerprint.ts";
import { isTlsProtocol } from "./msrp-path.ts";
import {
  type Attribute,
  type MediaDescription,
  type SdpError,
  sdpError,
} from "./session-description.ts";

/** What both sides agree on for the connection of a stream. `tls`: its certificate has one of these SHA-256 fingerprints. */
export type Protection =
  | { readonly kind: "none" }
  | { readonly kind: "tls"; readonly fingerprints: readonly string[] };

/**
 * How the peer wants the stream protected (RFC 4975 §14.4, RFC 8122 §5). Half of it is never taken for nothing: TLS
 * without a fingerprint, or a path that says something else than the m= line, is an error.
 */
export function protectionOf(
  media: Pick<MsrpMedia, "protocol" | "path" | "fingerprints">,
): Result<Protection, SdpError> {
  const isTls = isTlsProtocol(media.protocol);
  const [nextHop] = media.path;
  if (nextHop !== undefined && (nextHop.scheme === "msrps") !== isTls)
    return unprotected("a=path and m= line name different transports");
  if (!isTls) return ok({ kind: "none" });
  // The fingerprint is the peer's; of the relay in between nothing is known.
  if (media.path.length > 1) return unprotected("TLS through a relay is not known here");
  const fingerprints = sha256Values(media.fingerprints);
  return fingerprints.length > 0
    ? ok({ kind: "tls", fingerprints })
    : unprotected("TLS without a sha-256 fingerprint");
}

/** What the answer says of a line, which must keep the offer's transport (RFC 3264 §6): no way leads from TLS to TCP. */
export function answeredProtection(
  offered: Pick<MediaDescription, "protocol">,
  answered: MsrpMedia,
): Result<Protection, SdpError> {
  return offered.protocol.toUpperCase() === answered.protocol.toUpperCase()
    ? protectionOf(answered)
    : unprotected(`${answered.protocol} is not what was offered`);
}

/** Our fingerprint, where a line in use speaks TLS. At session level: all lines share one connection. */
export function ownFingerprint(
  media: readonly MediaDescription[],
  sha256: string | undefined,
): readonly Attribute[] {
  if (!media.some(({ port, protocol }) => port !== 0 && isTlsProtocol(protocol))) return [];
  if (sha256 === undefined) throw new LocalProtocolError("RFC 8122 §5: TLS needs a fingerprint");
  return [fingerprintAttribute(sha256)];
}

function unprotected(what: string): Result<never, SdpError> {
  return err({ ...sdpError(what, 488), isAboutProtection: true });
}
