import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { MsrpFailure } from "../../msrp/session/session.ts";
import type { CpmConfig } from "../config.ts";
import type { CpmPorts } from "../ports.ts";
import type { Interrupted } from "./outcome.ts";

/**
 * Whether the connections of files are protected by fingerprints (RFC 8122). A fingerprint is worth what protects it on
 * its way: so only where the way to the own core is TLS (RFC 4975 §14.4). Our relays are plain ones (RFC 4976).
 */
export interface SecurityParts {
  readonly config: Pick<CpmConfig, "core" | "relay">;
  readonly ports: { readonly msrp: Pick<CpmPorts["msrp"], "fingerprint"> };
}

/** What we offer is protected, and what is offered through the own core may be. */
export function isProtecting({ config, ports }: SecurityParts): boolean {
  const isSignallingProtected = config.core.transport === "tls";
  return (
    isSignallingProtected && config.relay === undefined && ports.msrp.fingerprint !== undefined
  );
}

/** Of the URIs that we offer. */
export function offeredScheme(parts: SecurityParts): MsrpUri["scheme"] {
  return isProtecting(parts) ? "msrps" : "msrp";
}

/** In a 488 to an offer of protected connections alone; programs of ours read it. */
export const CANNOT_PROTECT = "Protected file connections are not possible here";

export const NOT_PROTECTED: Interrupted = {
  kind: "interrupted",
  code: "not-protected",
  reason: "The file connection was not protected as agreed.",
};

/** Why the session of a file did not come about, or ended. */
export function sessionFailure({
  kind,
  message,
}: Pick<MsrpFailure, "kind" | "message">): Interrupted {
  if (kind === "untrusted") return NOT_PROTECTED;
  return {
    ...{ kind: "interrupted", code: "connection" },
    reason: `The file connection was lost (${message}).`,
  };
}
