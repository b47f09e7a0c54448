import { parseDecimal, parseDecimalIn } from "../base/decimal.ts";
import { bracketHost, type HostPort } from "../base/host-port.ts";
import { err, ok, type Result } from "../base/result.ts";
import { formatNameAddr, parseNameAddr } from "../sip/grammar/name-addr.ts";
import { parameter } from "../sip/grammar/parameters.ts";
import { splitValues } from "../sip/grammar/split.ts";
import { parseUri, type SipUri } from "../sip/grammar/uri.ts";
import { headerKey } from "../sip/message/header-names.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { OutgoingMessage } from "../sip/ua/outgoing.ts";
import type { UasResponse } from "../sip/ua/server-request.ts";
import { textToBody } from "./body-text.ts";
import { BODY_HEADER, privateValue, STATUS_HEADER, withoutPrivate } from "./private-headers.ts";
import { canonicalName, type SipText } from "./sip-text.ts";

/** A request of the application, taken apart. */
export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  /** What the stack does not write itself. */
  readonly headers: readonly HeaderField[];
  readonly routes: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly body: Buffer;
}

/** Written by the stack whatever the application gives. */
const OWN_HEADERS = new Set(["via", "record-route", "rseq", "content-length"]);
const DIALOG_HEADERS = new Set(["from", "to", "call-id", "cseq", "route"]);
/** Where `@localhost` stands for our address. */
const LOCALHOST_HEADERS = new Set(["from", "to", "contact", "p-asserted-identity"]);

/** @returns the text of the NOK otherwise */
export function readRequestParts(text: SipText, local: HostPort): Result<RequestParts, string> {
  const [method = "", uri = ""] = text.startLine.split(" ");
  const isPlaceholder = uri === "sip:placeholder";
  if (!isPlaceholder && !parseUri(uri).ok) return err(`invalid request-uri: ${text.startLine}`);
  const body = textToBody(text.body, privateValue(text.headers, BODY_HEADER));
  const fields = withoutPrivate(text.headers).map((field) => localize(field, local));
  const value = (name: string): string | undefined =>
    fields.find((field) => headerKey(field.name) === name)?.value;
  const typed = withContentType(fields, body, text.body);
  if (typed === undefined) return err("missing content-type");
  const cseq = parseDecimal((value("cseq") ?? "").split(" ", 1)[0] ?? "");
  const from = value("from");
  const to = value("to");
  const callId = value("call-id");
  return ok({
    method,
    uri,
    headers: typed
      .filter((field) => !isOwn(field.name))
      .map((field) => ({ name: canonicalName(field.name), value: field.value })),
    // What the C++ server discards; a CPM client behind a Service-Route cannot do without it.
    routes: fields
      .filter((field) => headerKey(field.name) === "route")
      .flatMap((field) => splitValues(field.value)),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(callId === undefined ? {} : { callId }),
    ...(cseq === undefined ? {} : { cseq }),
    body,
  });
}

/** Why a request cannot go where it is to go first, as the text of the NOK. */
export function placeRefusal(
  { uri, routes, nextHop = uri }: Pick<OutgoingMessage, "uri" | "routes" | "nextHop">,
  { speaksTls }: { readonly speaksTls: boolean },
): string | undefined {
  const route = parseNameAddr(routes[0] ?? "");
  const place = route.ok ? ok(route.value.uri) : parseUri(nextHop);
  if (!place.ok || place.value.kind !== "sip") return undefined;
  const isSpoken = isPlain(place.value) || (speaksTls && isTls(place.value));
  return isSpoken ? undefined : "requested protocol/transport not available";
}

function isPlain({ scheme, parameters }: SipUri): boolean {
  const transport = parameter(parameters, "transport")?.toLowerCase() ?? "udp";
  return scheme === "sip" && (transport === "udp" || transport === "tcp");
}

/** RFC 3261 §26.2.2: with sips, `transport=tcp` means TLS over TCP. */
function isTls({ scheme, parameters }: SipUri): boolean {
  const transport = parameter(parameters, "transport")?.toLowerCase() ?? "tcp";
  return transport === "tls" || (scheme === "sips" && transport === "tcp");
}

/** A response of the application; From, To, Call-ID and CSeq are the stack's. */
export function readResponseParts(text: SipText, local: HostPort): Result<UasResponse, string> {
  const [, statusText = "", ...reason] = text.startLine.split(" ");
  const chosen = privateValue(text.headers, STATUS_HEADER) ?? statusText;
  const status = chosen.length === 3 ? parseDecimalIn(chosen, 100, 699) : undefined;
  if (status === undefined) return err(`invalid status: ${text.startLine}`);
  const body = textToBody(text.body, privateValue(text.headers, BODY_HEADER));
  const typed = withContentType(withoutPrivate(text.headers), body, text.body);
  const fields = (typed ?? withoutPrivate(text.headers)).filter((field) => !isOwn(field.name));
  return ok({
    status,
    reason: reason.join(" "),
    headers: fields.map((field) => {
      const { name, value } = localize(field, local);
      return { name: canonicalName(name), value };
    }),
    ...(body.length === 0 ? {} : { body }),
  });
}

/** The tag that the application wants in To; it may give it alone, as `tag=x`. */
export function chosenTag(text: SipText): string | undefined {
  const to = text.headers.find((field) => headerKey(field.name) === "to")?.value ?? "";
  return /(?:^|;)\s*tag=([^;,\s]+)/i.exec(to.slice(to.lastIndexOf(">") + 1))?.[1];
}

function isOwn(name: string): boolean {
  const key = headerKey(name);
  return OWN_HEADERS.has(key) || DIALOG_HEADERS.has(key);
}

/** undefined: a body of an unknown type. A body that starts like SDP is SDP. */
function withContentType(
  fields: readonly HeaderField[],
  body: Buffer,
  bodyText: string,
): readonly HeaderField[] | undefined {
  const hasType = fields.some((field) => headerKey(field.name) === "content-type");
  if (hasType || body.length === 0) {
    // A type without a body would announce something that is not there.
    return body.length === 0
      ? fields.filter((field) => headerKey(field.name) !== "content-type")
      : fields;
  }
  if (!bodyText.startsWith("v=0")) return undefined;
  return [...fields, { name: "Content-Type", value: "application/sdp" }];
}

function localize(field: HeaderField, local: HostPort): HeaderField {
  const key = headerKey(field.name);
  if (!LOCALHOST_HEADERS.has(key)) return field;
  const address = `@${bracketHost(local.host)}:${String(local.port)}`;
  const value = field.value.replace(/@localhost(?=[;>\s,]|$)/g, address);
  return { name: field.name, value: key === "contact" ? bracketed(value) : value };
}

/** drachtio-server writes every Contact in angle brackets, and peers count on it. */
function bracketed(contacts: string): string {
  if (contacts.trim() === "*") return contacts;
  return splitValues(contacts)
    .map((value) => {
      const parsed = value.includes("<") ? undefined : parseNameAddr(value);
      if (parsed?.ok !== true) return value;
      return formatNameAddr({ ...parsed.value, uri: parsed.value.uriText });
    })
    .join(", ");
}
