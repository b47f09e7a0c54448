import { randomUuid } from "../../base/tokens.ts";
import { routeRequest } from "../dialog/route-set.ts";
import { formatNameAddr, parseNameAddr } from "../grammar/name-addr.ts";
import { hasParameter } from "../grammar/parameters.ts";
import { type HeaderField, SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipRequest } from "../message/message.ts";
import { newTag } from "./session.ts";
import { initialTimer, supportsOption } from "./session-timer.ts";
import { SUPPORTED_OPTIONS, type UaContext, withUserAgent } from "./ua-context.ts";

/** A request outside a dialog as the application gives it. */
export interface OutgoingMessage {
  readonly method: string;
  /** Request-URI. */
  readonly uri: string;
  /** From; gets a tag when it has none. */
  readonly from: string;
  /** Default: the Request-URI. */
  readonly to?: string;
  readonly callId?: string;
  /** Default 1. */
  readonly cseq?: number;
  /** Everything else; Content-Type too when there is a body. */
  readonly headers: readonly HeaderField[];
  readonly body?: Buffer;
  /** Preloaded route set (RFC 3261 §8.1.2). */
  readonly routes: readonly string[];
  /** Where it is sent when there is no route; default: the Request-URI. */
  readonly nextHop?: string;
}

export interface BuiltOutgoing {
  readonly request: SipRequest;
  readonly nextHop: string;
  readonly nextSeq: () => number;
}

/** Completes a request outside a dialog with everything but Via (RFC 3261 §8.1.1). */
export function buildOutgoing(context: UaContext, message: OutgoingMessage): BuiltOutgoing {
  const routed = routeRequest(message.uri, message.routes, message.nextHop);
  let seq = message.cseq ?? 1;
  const has = (name: string): boolean =>
    message.headers.some((field) => field.name.toLowerCase() === name);
  // A target refresh or dialog-creating request names where its peer reaches us (RFC 3261 §8.1.1.8).
  const needsContact = message.method === "INVITE" || message.method === "SUBSCRIBE";
  const request: SipRequest = {
    kind: "request",
    method: message.method,
    uri: routed.uri,
    headers: SipHeaders.of([
      ...(has("max-forwards") ? [] : [{ name: "Max-Forwards", value: "70" }]),
      ...routed.routes.map((value) => ({ name: "Route", value })),
      { name: "From", value: withTag(context, message.from) },
      { name: "To", value: message.to ?? `<${message.uri}>` },
      { name: "Call-ID", value: message.callId ?? randomUuid(context.random) },
      { name: "CSeq", value: `${String(seq)} ${message.method}` },
      ...(needsContact && !has("contact") ? [{ name: "Contact", value: context.contact }] : []),
      ...(message.method === "INVITE" ? extensions(context, message.headers) : []),
      ...withUserAgent(context, message.headers),
    ]),
    body: message.body ?? NO_BODY,
  };
  const nextSeq = (): number => {
    seq += 1;
    return seq;
  };
  return { request, nextHop: routed.nextHop, nextSeq };
}

/** What the stack itself knows, beside what the application has written, and the timer it was told to ask for. */
function extensions(context: UaContext, given: readonly HeaderField[]): readonly HeaderField[] {
  const headers = SipHeaders.of(given);
  const missing = SUPPORTED_OPTIONS.filter((tag) => !supportsOption(headers, tag));
  return [
    ...(missing.length === 0 ? [] : [{ name: "Supported", value: missing.join(", ") }]),
    ...(headers.has("Session-Expires") ? [] : initialTimer(context.config)),
  ];
}

/** RFC 3261 §8.1.1.3: From of a request always has a tag. A bare URI gets brackets, so that its parameters stay its own. */
function withTag(context: UaContext, from: string): string {
  const parsed = parseNameAddr(from);
  if (parsed.ok && hasParameter(parsed.value.parameters, "tag")) return from;
  const tag = { name: "tag", value: newTag(context) };
  if (from.includes("<")) return `${from};tag=${tag.value}`;
  return formatNameAddr({ uri: from.trim(), parameters: [tag] });
}
