import { bracketHost } from "../../base/host-port.ts";
import { parameter } from "../grammar/parameters.ts";
import { MAGIC_COOKIE, type Via } from "../grammar/via.ts";
import { cseqOf, fromTagOf, topViaOf, toTagOf } from "../message/fields.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { defaultPort } from "../transport/via-rules.ts";

/** The branch of the top Via; undefined when there is none or it cannot be read. */
export function branchOf(message: SipRequest | SipResponse): string | undefined {
  const via = topViaOf(message);
  return via.ok ? parameter(via.value.parameters, "branch") : undefined;
}

/** Key of a client transaction: branch and method (RFC 3261 §17.1.3). Sent-by is checked by the transport. */
export function clientKey(branch: string, method: string): string {
  return `${method} ${branch}`;
}

/** The client transaction that a response belongs to; undefined when it names none. */
export function clientKeyOf(response: SipResponse): string | undefined {
  const branch = branchOf(response);
  const cseq = cseqOf(response);
  return branch === undefined || !cseq.ok ? undefined : clientKey(branch, cseq.value.method);
}

/**
 * Key of a server transaction: branch, sent-by and method, ACK counting as INVITE (RFC 3261 §17.2.3).
 * @param method the transaction's method when it is not the request's: a CANCEL looks for its INVITE
 */
export function serverKeyOf(request: SipRequest, method = request.method): string | undefined {
  const via = topViaOf(request);
  if (!via.ok) return undefined;
  const owner = method === "ACK" ? "INVITE" : method;
  const branch = parameter(via.value.parameters, "branch");
  // RFC 4475 §3.2.1: the cookie alone makes nothing unique.
  return branch?.startsWith(MAGIC_COOKIE) === true && branch.length > MAGIC_COOKIE.length
    ? `${owner} ${branch} ${sentBy(via.value)}`
    : oldKey(request, owner);
}

/** A branch without the cookie is not unique: the dialog's identifiers and the whole Via stand in for it (§17.2.3). */
function oldKey(request: SipRequest, method: string): string {
  const cseq = cseqOf(request);
  const parts = [
    method,
    request.headers.get("Call-ID"),
    fromTagOf(request),
    cseq.ok ? String(cseq.value.number) : "",
    request.headers.first("Via"),
  ];
  return parts.join("\n");
}

function sentBy(via: Via): string {
  const port = via.port ?? defaultPort(via.transport);
  return `${bracketHost(via.host.toLowerCase())}:${String(port)}`;
}

/**
 * Key under which requests count as the same one having come over several ways (RFC 3261 §8.2.2.2); undefined inside a
 * dialog, where it does not apply.
 */
export function mergeKeyOf(request: SipRequest): string | undefined {
  if (toTagOf(request) !== undefined) return undefined;
  const cseq = cseqOf(request);
  const callId = request.headers.get("Call-ID");
  if (!cseq.ok || callId === undefined) return undefined;
  const { number, method } = cseq.value;
  return [callId, fromTagOf(request), String(number), method].join("\n");
}
