import { parseUri } from "../grammar/uri.ts";
import {
  callIdOf,
  cseqOf,
  fromOf,
  maxForwardsOf,
  recordRoutesOf,
  routesOf,
  toOf,
  viasOf,
} from "./fields.ts";
import type { SipMessage, SipRequest, SipResponse } from "./message.ts";
import { contentLengthOf } from "./parse.ts";

/** What to refuse a request with. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

function refusal(status: number, reason: string): Refusal {
  return { status, reason };
}

/** Headers that every message has (RFC 3261 §8.1.1), and the numbers that framing and forwarding need. */
const MANDATORY = [viasOf, fromOf, toOf, callIdOf, cseqOf, maxForwardsOf, contentLengthOf] as const;

/**
 * What UAS and proxy check before they use a request (RFC 3261 §8.2, §16.3): the version, the Request-URI, the mandatory
 * headers and that CSeq names the method. Headers that only some readers need are not looked at.
 * @returns undefined when the request may be used. ACK must not be answered: drop it instead.
 */
export function validateRequest(request: SipRequest): Refusal | undefined {
  if (request.version !== undefined) return versionRefusal(request.version);
  const uri = uriRefusal(request.uri);
  if (uri !== undefined) return uri;
  const fault = mandatoryFault(request) ?? routeFault(request);
  if (fault !== undefined) return refusal(400, `Bad Request: ${fault}`);
  const cseq = cseqOf(request);
  return cseq.ok && cseq.value.method !== request.method
    ? refusal(400, "Bad Request: CSeq names another method")
    : undefined;
}

/** True when a response can be matched and forwarded; others are dropped (RFC 3261 §18.1.2). */
export function isUsableResponse(response: SipResponse): boolean {
  return mandatoryFault(response) === undefined;
}

function versionRefusal(version: string): Refusal {
  return version.slice(0, 4).toUpperCase() === "SIP/"
    ? refusal(505, "Version Not Supported")
    : refusal(400, "Bad Request: malformed request line");
}

function uriRefusal(text: string): Refusal | undefined {
  const uri = parseUri(text);
  if (!uri.ok) return refusal(400, "Bad Request: malformed Request-URI");
  if (uri.value.kind === "other") return refusal(416, "Unsupported URI Scheme");
  const hasHeaders = uri.value.kind === "sip" && uri.value.headers.length > 0;
  // RFC 3261 §19.1.1, table 1: headers are not allowed in a Request-URI.
  return hasHeaders ? refusal(400, "Bad Request: headers in the Request-URI") : undefined;
}

function mandatoryFault(message: SipMessage): string | undefined {
  if (!message.headers.has("Via")) return "Via is missing";
  for (const read of MANDATORY) {
    const value = read(message);
    if (!value.ok) return value.error.what;
  }
  return undefined;
}

function routeFault(request: SipRequest): string | undefined {
  for (const read of [routesOf, recordRoutesOf]) {
    const value = read(request);
    if (!value.ok) return value.error.what;
  }
  return undefined;
}
