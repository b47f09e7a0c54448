import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { FileMedia } from "../../sdp/file-media.ts";
import { protectionOf } from "../../sdp/protection.ts";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { parameter } from "../../sip/grammar/parameters.ts";
import type { SipRequest } from "../../sip/message/message.ts";

/**
 * How the leg towards the receiver is offered. Where all devices of the called user signal over TLS, which the own core
 * says in P-Served-User, files get the same protection, and nothing less is offered. Towards the other network it is for
 * its operators to protect the way.
 */
export function downstreamScheme({ headers }: SipRequest, canProtect: boolean): MsrpUri["scheme"] {
  const served = parseNameAddr(headers.get("P-Served-User") ?? "");
  if (!canProtect || !served.ok) return "msrp";
  const { parameters } = served.value;
  const isTowardsDevices = parameter(parameters, "sescase") === "term";
  return isTowardsDevices && parameter(parameters, "signalling") === "tls" ? "msrps" : "msrp";
}

/** A line of the sender's that cannot be protected as it asks for is refused, never answered with less. */
export function isAnswerable(file: FileMedia, canProtect: boolean): boolean {
  const protection = protectionOf(file);
  return protection.ok && (protection.value.kind === "none" || canProtect);
}
