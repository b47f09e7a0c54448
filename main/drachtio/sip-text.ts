import { err, ok, type Result } from "../base/result.ts";
import { headerKey } from "../sip/message/header-names.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { SipMessage } from "../sip/message/message.ts";
import { bodyToText } from "./body-text.ts";
import { BODY_HEADER, withoutPrivate } from "./private-headers.ts";

/** A SIP message as text on the control connection. */
export interface SipText {
  readonly startLine: string;
  readonly headers: readonly HeaderField[];
  readonly body: string;
}

const CRLF = "\r\n";

/**
 * Reads the SIP part of a command. Its Content-Length counts UTF-16 units, so it is ignored: the body is everything
 * after the first empty line.
 */
export function readSipText(text: string): Result<SipText, string> {
  const border = text.indexOf(CRLF + CRLF);
  const head = border < 0 ? text : text.slice(0, border);
  const [startLine, ...lines] = head.split(CRLF);
  if (startLine === undefined || startLine === "") return err("empty message");
  const headers: HeaderField[] = [];
  for (const line of lines) {
    if (line === "") continue;
    const colon = line.indexOf(":");
    const name = colon < 0 ? "" : line.slice(0, colon).trim();
    if (name === "") return err(`malformed header line: ${line.slice(0, 100)}`);
    headers.push({ name, value: line.slice(colon + 1).trim() });
  }
  return ok({ startLine, headers, body: border < 0 ? "" : text.slice(border + 4) });
}

/**
 * A message as drachtio-srf is to see it: no compact header names, valid UTF-8, always a Content-Length and an empty
 * line, no header of ours that came from the network.
 * @param extra private headers for the facade
 */
export function presentMessage(message: SipMessage, extra: readonly HeaderField[] = []): string {
  const startLine =
    message.kind === "request"
      ? `${message.method} ${message.uri} SIP/2.0`
      : // drachtio-srf takes 200 only for success; other 2xx to an INVITE are shown as 200.
        `SIP/2.0 ${String(shownStatus(message))} ${message.reason}`;
  const { text, marker } = bodyToText(message.body);
  const fields: readonly HeaderField[] = [
    ...withoutPrivate(message.headers.fields).filter(
      (field) => headerKey(field.name) !== "content-length",
    ),
    ...extra,
    ...(marker === undefined ? [] : [{ name: BODY_HEADER, value: marker }]),
    { name: "Content-Length", value: String(Buffer.byteLength(text, "utf8")) },
  ];
  const lines = fields.map((field) => `${canonicalName(field.name)}: ${field.value}`);
  return [startLine, ...lines, "", text].join(CRLF);
}

function shownStatus(response: Extract<SipMessage, { kind: "response" }>): number {
  const isInvite = response.headers.get("CSeq")?.endsWith("INVITE") ?? false;
  return isInvite && response.status > 200 && response.status < 300 ? 200 : response.status;
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ["id", "ID"],
  ["uri", "URI"],
  ["www", "WWW"],
  ["mime", "MIME"],
  ["sip", "SIP"],
  ["etag", "ETag"],
  ["se", "SE"],
  ["cseq", "CSeq"],
  ["rack", "RAck"],
  ["inreplyto", "InReplyTo"],
]);

/** The usual spelling of a header name: drachtio-srf lower-cases names, and compact ones are written out. */
export function canonicalName(name: string): string {
  if (name.length > 1 && name !== name.toLowerCase()) return name;
  return headerKey(name)
    .split("-")
    .map((word) => WORDS.get(word) ?? word.charAt(0).toUpperCase() + word.slice(1))
    .join("-");
}
