import { parseDecimalIn } from "../../base/decimal.ts";
import { ok, type Result } from "../../base/result.ts";
import { parseAuthValue } from "../../sip/grammar/credentials.ts";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { hasParameter, parameter } from "../../sip/grammar/parameters.ts";
import type { SipParseError } from "../../sip/grammar/parse-error.ts";
import { parseSipUri, type SipUri } from "../../sip/grammar/uri.ts";
import { contactsOf, maxForwardsOf } from "../../sip/message/fields.ts";
import type { SipRequest, SipResponse } from "../../sip/message/message.ts";

const DEFAULT_MAX_FORWARDS = 70;

/** One hop less; 70 where the sender wrote none (RFC 3261 §16.6 step 3). */
export function withHopTaken(request: SipRequest): SipRequest {
  const hops = maxForwardsOf(request);
  const left = hops.ok && hops.value !== undefined ? hops.value - 1 : DEFAULT_MAX_FORWARDS;
  return { ...request, headers: request.headers.set("Max-Forwards", String(left)) };
}

/** RFC 5393 §5.3.2: what a request without the header may be forked into, all proxies together. */
const DEFAULT_BREADTH = 60;

/**
 * Writes Max-Breadth where the sender wrote none (RFC 5393 §5.3.2).
 * @returns undefined when nothing of it is left, or it cannot be read
 */
export function withBreadth(request: SipRequest): SipRequest | undefined {
  const text = request.headers.get("Max-Breadth");
  const breadth = text === undefined ? DEFAULT_BREADTH : parseDecimalIn(text, 0, 2 ** 32 - 1);
  if (breadth === undefined || breadth === 0) return undefined;
  if (text !== undefined) return request;
  return { ...request, headers: request.headers.set("Max-Breadth", String(breadth)) };
}

/**
 * The share of each of `branches` that search at the same time: together never more than came in (RFC 5393 §5.3.3).
 * @returns undefined when there is not enough for all of them
 */
export function breadthShares(
  request: SipRequest,
  branches: number,
): readonly number[] | undefined {
  const text = request.headers.get("Max-Breadth") ?? String(DEFAULT_BREADTH);
  const breadth = parseDecimalIn(text, 0, 2 ** 32 - 1) ?? 0;
  if (branches > breadth) return undefined;
  const share = Math.floor(breadth / branches);
  const rest = breadth % branches;
  return Array.from({ length: branches }, (_, at) => share + (at < rest ? 1 : 0));
}

/** Takes away credentials meant for us: nobody after us has a use for them that we would like (RFC 3261 §22.3). */
export function withoutCredentials(request: SipRequest, realm: string): SipRequest {
  const values = request.headers.getAll("Proxy-Authorization");
  if (values.length === 0) return request;
  const others = values.filter((value) => {
    const parsed = parseAuthValue(value);
    return !parsed.ok || parameter(parsed.value.parameters, "realm") !== realm;
  });
  return { ...request, headers: request.headers.setAll("Proxy-Authorization", others) };
}

/**
 * Takes challenges of our realm out of a response of somebody else: whoever is called must not get users to compute
 * answers with their passwords (RFC 3261 §26.3.2.4 asks who is behind a challenge).
 */
export function withoutOwnChallenges(response: SipResponse, realm: string): SipResponse {
  if (response.status !== 401 && response.status !== 407) return response;
  const headers = CHALLENGES.reduce(
    (left, name) =>
      left.setAll(
        name,
        left.getAll(name).filter((value) => !isOfRealm(value, realm)),
      ),
    response.headers,
  );
  return { ...response, headers };
}

const CHALLENGES = ["WWW-Authenticate", "Proxy-Authenticate"] as const;

function isOfRealm(value: string, realm: string): boolean {
  const parsed = parseAuthValue(value);
  return parsed.ok && parameter(parsed.value.parameters, "realm")?.toLowerCase() === realm;
}

/**
 * Where a request with this Route goes next, and how it is written for there: an element that routes strictly wants its
 * own URI as Request-URI (RFC 3261 §16.6 step 6).
 */
export function nextHopOf(
  request: SipRequest,
): Result<{ readonly request: SipRequest; readonly uri: SipUri }, SipParseError> {
  const top = request.headers.first("Route");
  if (top === undefined) {
    const uri = parseSipUri(request.uri);
    return uri.ok ? ok({ request, uri: uri.value }) : uri;
  }
  const route = parseNameAddr(top);
  if (!route.ok) return route;
  const uri = parseSipUri(route.value.uriText);
  if (!uri.ok) return uri;
  if (hasParameter(uri.value.parameters, "lr")) return ok({ request, uri: uri.value });
  const headers = request.headers.removeFirstValue("Route").append("Route", `<${request.uri}>`);
  return ok({ request: { ...request, uri: route.value.uriText, headers }, uri: uri.value });
}

/** The transport that a URI insists on; undefined when it leaves the choice (RFC 3261 §19.1.1). */
export function namedTransport(uri: SipUri): string | undefined {
  const transport = parameter(uri.parameters, "transport")?.toLowerCase();
  return transport === "" ? undefined : transport;
}

/** The transport on which the sender wants requests of the dialog to reach it: its Contact says so. */
export function contactTransport(request: SipRequest): string | undefined {
  const contacts = contactsOf(request);
  if (!contacts.ok || contacts.value === "*") return undefined;
  const uri = contacts.value[0]?.uri;
  return uri?.kind === "sip" ? namedTransport(uri) : undefined;
}
