import type { MessageEvent } from "../../shared/model/client-events.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { IncomingRequest } from "../drachtio/srf.ts";
import type { NameAddr } from "../sip/grammar/name-addr.ts";
import type { SipRequest } from "../sip/message/message.ts";
import { parseContentType } from "./body/content-type.ts";
import type { CpmConfig } from "./config.ts";
import { identityOf } from "./file/incoming-checks.ts";
import type { Notices, Notified } from "./file/notices.ts";
import { isFromCore, type OfferContext } from "./file/offer-context.ts";
import { failureOf, type Refusal, refusalOf } from "./file/refusal.ts";
import { MAX_MESSAGE_TEXT, shownText } from "./file/shown-text.ts";
import { coreUri, deviceHeaders, fromValue } from "./headers.ts";

/** RFC 3428 §8: a message outside a session stays small. */
const MAX_OCTETS = 4096;

/**
 * Answers a MESSAGE outside a session. Notifications about files of ours (RFC 5438) are passed on; what REPORTs said
 * decides all the same. Both are believed only when the own core brings them: it says who speaks.
 * @returns words, or what was heard of an offer, where there is any
 */
export function receiveMessage(
  incoming: IncomingRequest,
  config: CpmConfig,
  notices: Notices,
): MessageEvent | Notified | undefined {
  const { request, source } = incoming;
  const from = identityOf(request);
  const type = parseContentType(request.headers.get("Content-Type") ?? "")?.type;
  if (type === "message/cpim") {
    incoming.respond(200);
    return isFromCore(config, source) ? notices.read(request.body, from?.uriText) : undefined;
  }
  const status = statusOf(type, request.body.length, isFromCore(config, source));
  if (status !== 200 || from === undefined) {
    incoming.respond(status === 200 ? 400 : status, acceptFor(status));
    return undefined;
  }
  incoming.respond(200);
  return isKeptAway(config, from.uriText) ? undefined : wordsOf(request, from);
}

function isKeptAway({ isBlocked, isStranger }: CpmConfig, uri: string): boolean {
  return isBlocked?.(uri) === true || isStranger?.(uri) === true;
}

function wordsOf(request: SipRequest, from: NameAddr): MessageEvent | undefined {
  const text = shownText(request.body.toString("utf8"), MAX_MESSAGE_TEXT);
  if (text === undefined) return undefined;
  const name = from.displayName;
  return { from: from.uriText, ...(name === undefined ? {} : { fromName: name }), text };
}

function statusOf(type: string | undefined, octets: number, isVouched: boolean): number {
  if (type !== "text/plain") return 415;
  if (!isVouched) return 403;
  return octets > MAX_OCTETS ? 413 : 200;
}

/** RFC 3261 §21.4.13: a 415 says what would be understood. */
function acceptFor(status: number): Parameters<IncomingRequest["respond"]>[1] {
  return status === 415 ? { headers: [{ name: "Accept", value: "text/plain, message/cpim" }] } : {};
}

/** Sends words to a user; all devices that are registered get them. */
export async function sendMessage(
  context: OfferContext,
  to: string,
  text: string,
): Promise<Result<void, Refusal>> {
  const { ports, config } = context;
  const route = context.route();
  const sent = await ports.srf.request({
    method: "MESSAGE",
    uri: to,
    from: fromValue(config),
    to: `<${to}>`,
    headers: [
      ...deviceHeaders(config, ports.srf.local).filter(({ name }) => name !== "Contact"),
      { name: "P-Preferred-Identity", value: fromValue(config) },
    ],
    body: { contentType: "text/plain;charset=utf-8", content: Buffer.from(text, "utf8") },
    ...(route.length === 0 ? {} : { route }),
    nextHop: coreUri(config.core),
  });
  if (!sent.ok) return err(failureOf(sent.error));
  const { status } = sent.value;
  return status < 300 ? ok(undefined) : err(refusalOf(status, [], to.replace(/^[a-z]+:/i, "")));
}
