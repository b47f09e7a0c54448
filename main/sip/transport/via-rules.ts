import { parsePort } from "../../base/decimal.ts";
import { bareHost, bracketHost, type HostPort } from "../../base/host-port.ts";
import { ok, type Result } from "../../base/result.ts";
import { hasParameter, parameter, withoutParameter, withParameter } from "../grammar/parameters.ts";
import type { SipParseError } from "../grammar/parse-error.ts";
import { formatVia, type Via } from "../grammar/via.ts";
import { knowTopVia, topViaOf } from "../message/fields.ts";
import type { SipRequest } from "../message/message.ts";
import type { SipTransport } from "./flow.ts";

/** RFC 3261 §18.2.2 and §19.1.2: the port meant where none is written. */
export function defaultPort(transport: string): number {
  return transport.toLowerCase() === "tls" ? 5061 : 5060;
}

/**
 * Writes transport and sent-by into the top Via (RFC 3261 §18.1.1). Over UDP it asks for the source port (RFC 3581
 * §3); over TCP it offers the connection for requests the other way (`alias`).
 */
export function stampVia(
  request: SipRequest,
  transport: SipTransport,
  sentBy: HostPort,
): SipRequest {
  if (isStamped(request.headers.first("Via") ?? "", transport, sentBy)) return request;
  const top = topViaOf(request);
  if (!top.ok)
    throw new Error("a request without a readable Via of ours was given to the transport");
  const kept = withoutParameter(withoutParameter(top.value.parameters, "rport"), "alias");
  const via = formatVia({
    transport: transport.toUpperCase(),
    host: sentBy.host,
    port: sentBy.port,
    parameters: withParameter(kept, transport === "udp" ? "rport" : "alias"),
  });
  return { ...request, headers: request.headers.replaceFirstValue("Via", via) };
}

/** The Via of a new request, as {@link stampVia} would leave it. */
export function freshVia(transport: SipTransport, sentBy: HostPort, branch: string): string {
  return `${stampedStart(transport, sentBy)}${branch}${stampedEnd(transport)}`;
}

function stampedStart(transport: SipTransport, { host, port }: HostPort): string {
  return `SIP/2.0/${transport.toUpperCase()} ${bracketHost(host)}:${String(port)};branch=`;
}

function stampedEnd(transport: SipTransport): string {
  return transport === "udp" ? ";rport" : ";alias";
}

function isStamped(via: string, transport: SipTransport, sentBy: HostPort): boolean {
  const start = stampedStart(transport, sentBy);
  const end = stampedEnd(transport);
  if (!via.startsWith(start) || !via.endsWith(end)) return false;
  // Nothing but a branch between them.
  return via.indexOf(";", start.length) === via.length - end.length;
}

/**
 * Notes in the top Via where the request really came from: `received` where sent-by differs (RFC 3261 §18.2.1), and
 * both `received` and `rport` where the client asked for it (RFC 3581 §4).
 */
export function markReceived(
  request: SipRequest,
  source: HostPort,
): Result<SipRequest, SipParseError> {
  const top = topViaOf(request);
  if (!top.ok) return top;
  const via = top.value;
  const isAsked = hasParameter(via.parameters, "rport");
  const isSameHost = via.host.toLowerCase() === source.host.toLowerCase();
  const hasClaims = hasParameter(via.parameters, "received");
  if (isSameHost && !isAsked && !hasClaims) return ok(request);
  // A `received` that the sender wrote itself would send our responses wherever it likes.
  let parameters = withoutParameter(via.parameters, "received");
  if (isAsked) parameters = withParameter(parameters, "rport", String(source.port));
  if (isAsked || !isSameHost) parameters = withParameter(parameters, "received", source.host);
  const marked = { ...via, parameters };
  const headers = request.headers.replaceFirstValue("Via", formatVia(marked));
  knowTopVia(headers, marked);
  return ok({ ...request, headers });
}

/**
 * Where a response goes by its top Via (RFC 3261 §18.2.2, RFC 3581 §4): `received` before sent-by, `rport` before the
 * port of sent-by. `maddr` is not followed: it would let a request aim our responses at a third party.
 */
export function responseAddress(via: Via): HostPort {
  const host = parameter(via.parameters, "received");
  const port = parsePort(parameter(via.parameters, "rport") ?? "");
  return {
    host: host === undefined || host === "" ? via.host : bareHost(host),
    port: port ?? via.port ?? defaultPort(via.transport),
  };
}

/** As {@link responseAddress} when the connection of the request is gone: `rport` named its port and is of no use. */
export function reconnectAddress(via: Via): HostPort {
  return responseAddress({ ...via, parameters: withoutParameter(via.parameters, "rport") });
}

/** What each transport has as sent-by: TLS has a port of its own where others connect to it. */
export interface SentBys {
  readonly plain: HostPort;
  readonly tls: HostPort;
}

export function sentByOf(transport: string, sentBys: SentBys): HostPort {
  return transport.toLowerCase() === "tls" ? sentBys.tls : sentBys.plain;
}

/** RFC 3261 §18.1.2: a response whose top Via is not ours was misrouted and is discarded. */
export function isOwnVia(via: Via, sentBys: SentBys): boolean {
  const sentBy = sentByOf(via.transport, sentBys);
  const port = via.port ?? defaultPort(via.transport);
  return port === sentBy.port && via.host.toLowerCase() === sentBy.host.toLowerCase();
}
