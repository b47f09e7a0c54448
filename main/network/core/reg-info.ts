import { escapeXml } from "../../base/xml.ts";
import { quote } from "../../sip/grammar/cursor.ts";
import type { Parameter } from "../../sip/grammar/parameters.ts";
import type { Binding, BindingEvent } from "./location-service.ts";

export const REG_INFO_TYPE = "application/reginfo+xml";

/** One contact as a subscriber is told of it. */
export interface ContactState {
  readonly binding: Binding;
  readonly event: BindingEvent;
}

export interface RegInfo {
  readonly aor: string;
  readonly version: number;
  readonly state: "full" | "partial";
  /** Of the address itself; `init` when nothing was registered since anybody looked. */
  readonly registration: "init" | "active" | "terminated";
  readonly contacts: readonly ContactState[];
}

/** Parameters of Contact that have a place of their own in the document, or none outside REGISTER. */
const NOT_SHOWN = new Set(["expires", "q", "pub-gruu", "temp-gruu"]);

/** Writes the document of RFC 3680 §5, with public GRUUs as RFC 5628 places them. */
export function formatRegInfo(info: RegInfo, nowMs: number): Buffer {
  const { aor, version, state, registration } = info;
  const contacts = info.contacts.map((one) => formatContact(one, nowMs)).join("");
  const text =
    `<?xml version="1.0" encoding="UTF-8"?>\r\n` +
    `<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" xmlns:gr="urn:ietf:params:xml:ns:gruuinfo"` +
    ` version="${String(version)}" state="${state}">` +
    `<registration aor="${escapeXml(aor)}" id="${escapeXml(aor)}" state="${registration}">` +
    `${contacts}</registration></reginfo>\r\n`;
  return Buffer.from(text, "utf8");
}

function formatContact({ binding, event }: ContactState, nowMs: number): string {
  const isActive = event === "registered" || event === "refreshed";
  const { contact, pubGruu } = binding;
  const attributes: readonly (readonly [string, string])[] = [
    // Unique among the contacts of this address, and the same as long as the binding lives.
    ["id", binding.key],
    ["state", isActive ? "active" : "terminated"],
    ["event", event],
    ...(isActive ? [["expires", String(leftS(binding, nowMs))] as const] : []),
    ["callid", binding.callId],
    ["cseq", String(binding.cseq)],
  ];
  const written = attributes.map(([name, value]) => ` ${name}="${escapeXml(value)}"`).join("");
  const name = contact.displayName;
  return (
    `<contact${written}><uri>${escapeXml(contact.uriText)}</uri>` +
    (name === undefined ? "" : `<display-name>${escapeXml(name)}</display-name>`) +
    contact.parameters.map(formatParameter).join("") +
    (pubGruu === undefined ? "" : `<gr:pub-gruu uri="${escapeXml(pubGruu)}"/>`) +
    `</contact>`
  );
}

function formatParameter({ name, value }: Parameter): string {
  if (NOT_SHOWN.has(name.toLowerCase())) return "";
  const text = value === undefined ? "" : escapeXml(quote(value));
  return `<unknown-param name="${escapeXml(name)}">${text}</unknown-param>`;
}

function leftS({ expiresMs }: Binding, nowMs: number): number {
  return Math.max(0, Math.ceil((expiresMs - nowMs) / 1000));
}
