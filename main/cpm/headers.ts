import type { HostPort } from "../base/host-port.ts";
import { bracketHost } from "../base/host-port.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { CpmConfig } from "./config.ts";
import { FILE_TRANSFER_ICSI, FILE_TRANSFER_TAG } from "./feature-tags.ts";
import { userAgent } from "./user-agent.ts";

const ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, NOTIFY";

/** What names one file transfer request towards everybody (OMA CPM Conv_Fnct App. C.1). */
export interface CpmIds {
  readonly conversationId: string;
  readonly contributionId: string;
}

/** The user part of the public identity: what our Contact names. */
export function userOf(aor: string): string {
  const colon = aor.indexOf(":");
  const at = aor.lastIndexOf("@");
  return at < 0 ? "" : aor.slice(colon + 1, at);
}

/** Contact URI of this device. Over UDP it names no transport, so that size may still choose TCP (RFC 3261 §18.1.1). */
export function contactUri(config: CpmConfig, local: HostPort): string {
  const user = userOf(config.aor);
  const transport = config.core.transport === "udp" ? "" : `;transport=${config.core.transport}`;
  const at = user === "" ? "" : `${user}@`;
  return `sip:${at}${bracketHost(local.host)}:${String(local.port)}${transport}`;
}

/** Contact of requests and responses: the URI with instance and feature tag (RFC 3840, RFC 5626). */
export function contactValue(config: CpmConfig, local: HostPort): string {
  return withFeatures(config.gruu ?? contactUri(config, local), config);
}

function withFeatures(uri: string, { instanceId }: CpmConfig): string {
  return `<${uri}>;+sip.instance="<${instanceId}>";${FILE_TRANSFER_TAG}`;
}

/**
 * Contact of REGISTER: the address itself, never the GRUU that stands for it (RFC 5627 §5.1), with the device's name.
 * @param isFlow registers the connection as a flow, with an id of its own (RFC 5626 §4.2)
 */
export function registerContact(
  config: CpmConfig,
  local: HostPort,
  { isFlow }: { readonly isFlow: boolean },
): string {
  const contact = withFeatures(contactUri(config, local), config);
  return `${contact}${isFlow ? ";reg-id=1" : ""};device-name=${quoted(config.deviceName)}`;
}

/** `sip:` URI of the outbound proxy. */
export function coreUri(core: CpmConfig["core"]): string {
  const transport = core.transport === "udp" ? "" : `;transport=${core.transport}`;
  return `sip:${bracketHost(core.host)}:${String(core.port)}${transport};lr`;
}

/** From: the public identity, with the display name where there is one. */
export function fromValue(config: CpmConfig): string {
  const name = config.displayName;
  return name === undefined || name === "" ? `<${config.aor}>` : `${quoted(name)} <${config.aor}>`;
}

/** RFC 3261 §25.1 quoted-string; control characters have no place in it. */
export function quoted(text: string): string {
  let inside = "";
  for (const char of text) {
    if (char === '"' || char === "\\") inside += `\\${char}`;
    else if (char >= " " && char !== "\u007f") inside += char;
  }
  return `"${inside}"`;
}

/** What every request and response of ours tells about this device. */
export function deviceHeaders(config: CpmConfig, local: HostPort): readonly HeaderField[] {
  return [
    { name: "Contact", value: contactValue(config, local) },
    { name: "User-Agent", value: userAgent(config.version) },
    { name: "Allow", value: ALLOW },
  ];
}

/** Headers of the file transfer INVITE (OMA CPM Conv_Fnct §7.4). */
export function inviteHeaders(
  config: CpmConfig,
  local: HostPort,
  { ids, text }: { readonly ids: CpmIds; readonly text?: string },
): readonly HeaderField[] {
  return [
    ...deviceHeaders(config, local),
    ...(text === undefined || text === "" ? [] : [{ name: "Subject", value: text }]),
    { name: "P-Preferred-Identity", value: fromValue(config) },
    { name: "P-Preferred-Service", value: FILE_TRANSFER_ICSI },
    { name: "Accept-Contact", value: `*;${FILE_TRANSFER_TAG}` },
    { name: "Conversation-ID", value: ids.conversationId },
    { name: "Contribution-ID", value: ids.contributionId },
    { name: "Accept", value: "application/sdp" },
  ];
}

/** Headers of our 200 to a file transfer INVITE. */
export function answerHeaders(config: CpmConfig, local: HostPort): readonly HeaderField[] {
  return [...deviceHeaders(config, local), { name: "Accept", value: "application/sdp" }];
}

/** `Reason` of a SIP status (RFC 3326). */
export function sipReason(cause: number, text: string): string {
  return `SIP;cause=${String(cause)};text=${quoted(text)}`;
}
