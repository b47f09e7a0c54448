import { err, ok, type Result } from "../base/result.ts";
import { isToken } from "../sip/grammar/cursor.ts";
import { reasonPhrase } from "../sip/message/build.ts";
import { type HeaderField, SipHeaders } from "../sip/message/headers.ts";
import { STREAM_LIMITS } from "../sip/message/limits.ts";
import type { SipMessage, SipRequest, SipResponse } from "../sip/message/message.ts";
import { parseSipMessage } from "../sip/message/parse.ts";
import { bodyToText, textToBody } from "./body-text.ts";
import {
  type DrachtioRequest,
  type DrachtioResponse,
  KNOWN_STATUSES,
} from "./drachtio-package.node.ts";
import { MAX_FRAME_OCTETS } from "./frame.ts";
import {
  BODY_HEADER,
  CALL_ID_HEADER,
  FAILURE_HEADER,
  privateValue,
  STATUS_HEADER,
  withoutPrivate,
} from "./private-headers.ts";
import type { ResponseOptions, SipBody, SipFailure } from "./srf.ts";

/** What we hand over came through the network's limits already; private headers and base64 come on top. */
const TEXT_LIMITS = {
  ...STREAM_LIMITS,
  messageOctets: MAX_FRAME_OCTETS,
  bodyOctets: MAX_FRAME_OCTETS,
  // Text that is no UTF-8 on the network is here, which makes two octets of one.
  headOctets: 2 * STREAM_LIMITS.headOctets + 4096,
  headerFields: STREAM_LIMITS.headerFields + 8,
};

/** A message back from drachtio-srf, with its true octets and without private headers. */
interface Received<M extends SipMessage> {
  readonly message: M;
  readonly privates: readonly HeaderField[];
}

function read(raw: string): Received<SipMessage> {
  const parsed = parseSipMessage(Buffer.from(raw, "utf8"), TEXT_LIMITS);
  // The engine wrote this text from a message it had parsed.
  if (!parsed.ok) throw new Error(`unreadable text of our own engine: ${parsed.error.what}`);
  const message = parsed.value;
  const { fields } = message.headers;
  const body = textToBody(message.body.toString("utf8"), privateValue(fields, BODY_HEADER));
  const clean = SipHeaders.of(withoutPrivate(fields)).set("Content-Length", String(body.length));
  const callId = privateValue(fields, CALL_ID_HEADER);
  const headers = callId === undefined ? clean : clean.set("Call-ID", callId);
  return { message: { ...message, headers, body }, privates: fields };
}

export function readRequest(raw: string): Received<SipRequest> {
  const { message, privates } = read(raw);
  if (message.kind !== "request") throw new Error("a request was expected");
  return { message, privates };
}

/** A response, or the failure that the engine clothed as one. */
export function readResponse(raw: string): Result<SipResponse, SipFailure> {
  const { message, privates } = read(raw);
  if (message.kind !== "response") throw new Error("a response was expected");
  const failure = privateValue(privates, FAILURE_HEADER);
  return failure === undefined ? ok(message) : err(failureOf(failure));
}

/** The failure a text of the engine stands for: `KIND MESSAGE`, or one of drachtio's own texts. */
export function failureOf(error: unknown): SipFailure {
  // Some paths of drachtio-srf give bare strings, some Errors, the facade's own code nothing else.
  const message = error instanceof Error ? error.message : String(error);
  const [word = ""] = message.split(" ", 1);
  const rest = message.slice(word.length + 1);
  if (word === "timeout" || word === "transport" || word === "cancelled" || word === "closed") {
    return { kind: word, message: rest };
  }
  if (word === "protocol") return { kind: "transport", message: rest };
  if (/unable to find dialog|dialog was destroyed/i.test(message))
    return { kind: "closed", message };
  if (/unknown transaction|Request Terminated|: 487/i.test(message)) {
    return { kind: "cancelled", message };
  }
  return { kind: "rejected-locally", message };
}

/** Headers and body for drachtio-srf. */
export interface Outgoing {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/**
 * Fields as the object that drachtio-srf wants; several of one name are joined by commas (RFC 3261 §7.3.1). drachtio-srf
 * writes values as they are, so a line break in one would add a header of an attacker's choice: refused.
 */
export function toOutgoing(
  fields: readonly HeaderField[],
  body: SipBody | undefined,
): Result<Outgoing, SipFailure> {
  const own = withoutPrivate(fields);
  const typed =
    body === undefined ? own : [...own, { name: "Content-Type", value: body.contentType }];
  const merged = new Map<string, HeaderField>();
  for (const field of typed) {
    if (!isToken(field.name) || /[\r\n\0]/.test(field.value)) {
      return err({
        kind: "rejected-locally",
        message: `header ${JSON.stringify(field.name)} holds a line break or is no header`,
      });
    }
    const key = field.name.toLowerCase();
    const before = merged.get(key);
    merged.set(
      key,
      before === undefined
        ? field
        : { name: before.name, value: `${before.value}, ${field.value}` },
    );
  }
  const { text, marker } = bodyToText(body?.content ?? Buffer.alloc(0));
  if (marker !== undefined) merged.set("body", { name: BODY_HEADER, value: marker });
  const entries = [...merged.values()].map((field) => [field.name, field.value] as const);
  return ok({ headers: Object.fromEntries(entries), body: text });
}

/** As {@link toOutgoing} for what drachtio-srf takes as a call without SDP when it is empty: it always gets a text. */
export function toOutgoingInvite(
  fields: readonly HeaderField[],
  body: SipBody | undefined,
): Result<Outgoing, SipFailure> {
  const built = toOutgoing(fields, body);
  if (!built.ok || built.value.body !== "") return built;
  return ok({ headers: { ...built.value.headers, [BODY_HEADER]: "none" }, body: "v=0" });
}

/** @returns false when it could not be handed over */
export function sendResponse(
  response: DrachtioResponse,
  status: number,
  options: ResponseOptions,
): Result<void, SipFailure> {
  const built = toOutgoing(options.headers ?? [], options.body);
  if (!built.ok) return built;
  const reason = options.reason ?? reasonPhrase(status);
  if (/[\r\n]/.test(reason)) {
    return err({ kind: "rejected-locally", message: "the reason phrase holds a line break" });
  }
  const headers = { ...built.value.headers };
  const shown = KNOWN_STATUSES.has(status) ? status : shownFor(status);
  if (shown !== status) headers[STATUS_HEADER] = String(status);
  const { body } = built.value;
  response.send(shown, reason, body === "" ? { headers } : { headers, body });
  return ok(undefined);
}

function shownFor(status: number): number {
  if (status < 200) return 183;
  return status < 300 ? 200 : Math.floor(status / 100) * 100;
}

export function sourceOf(request: DrachtioRequest): {
  readonly host: string;
  readonly port: number;
} {
  return { host: request.source_address, port: request.source_port };
}
