import { parseDecimalIn } from "../../base/decimal.ts";
import type { Clock } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { formatNameAddr, type NameAddr } from "../../sip/grammar/name-addr.ts";
import { parameter, withoutParameter } from "../../sip/grammar/parameters.ts";
import { aorOf, formatUri, type SipUri } from "../../sip/grammar/uri.ts";
import { contactsOf, cseqOf, expiresOf, toOf } from "../../sip/message/fields.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { Flow } from "../../sip/transport/flow.ts";
import type { CoreLimits } from "./core-config.ts";
import type { Binding, LocationService } from "./location-service.ts";

/** What a request is answered with when it goes no further. */
export interface LocalAnswer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly HeaderField[];
}

export interface RegistrarPorts {
  readonly clock: Clock;
  readonly locations: LocationService;
  readonly limits: CoreLimits;
  /** Value of Service-Route for requests that this device sends (RFC 3608). */
  serviceRoute(uri: SipUri, flow: Flow): string;
  /** True for an address of the core itself: a device there would make a loop. */
  isOwnAddress(uri: SipUri): boolean;
}

interface Change {
  readonly key: string;
  readonly contact: NameAddr;
  readonly uri: SipUri;
  readonly expiresS: number;
}

/**
 * Carries out a REGISTER whose sender has been authenticated (RFC 3261 §10.3, RFC 3327, RFC 3608): all of its contacts or,
 * on any fault, none.
 * @param user the AOR of the authenticated user
 */
export function register(
  request: SipRequest,
  flow: Flow,
  user: string,
  ports: RegistrarPorts,
): LocalAnswer {
  const to = toOf(request);
  if (!to.ok || aorOf(to.value.uri) !== user) {
    return { status: 403, reason: "Forbidden: To names another user" };
  }
  const contacts = contactsOf(request);
  if (!contacts.ok) return { status: 400, reason: "Bad Request: malformed Contact" };
  const fault =
    contacts.value === "*"
      ? removeAll(request, user, ports)
      : bind(request, flow, contacts.value, { ...ports, user });
  return fault ?? accepted(request, flow, user, ports);
}

/** `*` removes everything and needs Expires 0 (RFC 3261 §10.2.2). */
function removeAll(
  request: SipRequest,
  user: string,
  { locations }: RegistrarPorts,
): LocalAnswer | undefined {
  const expires = expiresOf(request);
  if (!expires.ok || expires.value !== 0) {
    return { status: 400, reason: "Bad Request: * needs Expires 0" };
  }
  const bindings = locations.bindingsOf(user);
  if (bindings.some((one) => isOutOfOrder(request, one))) return OUT_OF_ORDER;
  const keys = bindings.map((one) => one.key);
  locations.update(user, [], keys);
  return undefined;
}

function bind(
  request: SipRequest,
  flow: Flow,
  contacts: readonly NameAddr[],
  ports: RegistrarPorts & { readonly user: string },
): LocalAnswer | undefined {
  const { user, locations, limits } = ports;
  const changes: Change[] = [];
  for (const contact of contacts) {
    const change = readChange(request, contact, ports);
    if (!change.ok) return change.error;
    changes.push(change.value);
  }
  const existing = new Map(locations.bindingsOf(user).map((one) => [one.key, one]));
  for (const { key } of changes) {
    const old = existing.get(key);
    if (old !== undefined && isOutOfOrder(request, old)) return OUT_OF_ORDER;
  }
  const kept = changes.filter((change) => change.expiresS > 0);
  const keys = new Set([...existing.keys(), ...kept.map((change) => change.key)]);
  for (const change of changes) if (change.expiresS === 0) keys.delete(change.key);
  if (keys.size > limits.contactsPerAor) return { status: 403, reason: "Too Many Contacts" };

  locations.update(
    user,
    kept.map((change) => toBinding(request, flow, change, ports)),
    changes.filter((change) => change.expiresS === 0).map((change) => change.key),
  );
  return undefined;
}

function readChange(
  request: SipRequest,
  contact: NameAddr,
  ports: RegistrarPorts,
): Result<Change, LocalAnswer> {
  const { uri } = contact;
  if (uri.kind !== "sip") return err({ status: 400, reason: "Bad Request: Contact is no SIP URI" });
  if (ports.isOwnAddress(uri)) return err({ status: 400, reason: "Bad Request: Contact is us" });
  const expiresS = grantedS(request, contact, ports.limits);
  if (expiresS === undefined) return err({ status: 400, reason: "Bad Request: malformed Expires" });
  if (expiresS > 0 && expiresS < ports.limits.minExpiresS) {
    const minimum = String(ports.limits.minExpiresS);
    return err({ status: 423, headers: [{ name: "Min-Expires", value: minimum }] });
  }
  const instance = parameter(contact.parameters, "+sip.instance");
  const key = instance === undefined || instance === "" ? formatUri(plainContact(uri)) : instance;
  return ok({ key, contact, uri, expiresS });
}

/** Contact parameters and header order do not make another device of the same URI. */
function plainContact(uri: SipUri): SipUri {
  return { ...uri, host: uri.host.toLowerCase(), headers: [] };
}

/** What the contact asks for, the header for all, or the greatest time; never above that (RFC 3261 §10.3 step 6). */
function grantedS(request: SipRequest, contact: NameAddr, limits: CoreLimits): number | undefined {
  const asked = parameter(contact.parameters, "expires");
  const header = expiresOf(request);
  if (!header.ok) return undefined;
  const seconds =
    asked === undefined
      ? (header.value ?? limits.maxExpiresS)
      : parseDecimalIn(asked, 0, 2 ** 32 - 1);
  return seconds === undefined ? undefined : Math.min(seconds, limits.maxExpiresS);
}

const OUT_OF_ORDER: LocalAnswer = { status: 500, reason: "CSeq out of order" };

/** RFC 3261 §10.3 step 7: in one Call-ID the CSeq must rise; another Call-ID always replaces. */
function isOutOfOrder(request: SipRequest, old: Binding): boolean {
  const cseq = cseqOf(request);
  const callId = request.headers.get("Call-ID");
  return callId === old.callId && cseq.ok && cseq.value.number <= old.cseq;
}

function toBinding(
  request: SipRequest,
  flow: Flow,
  change: Change,
  { user, clock }: RegistrarPorts & { readonly user: string },
): Binding {
  const cseq = cseqOf(request);
  return {
    aor: user,
    key: change.key,
    contact: change.contact,
    uri: change.uri,
    path: request.headers.list("Path"),
    flow,
    callId: request.headers.get("Call-ID") ?? "",
    cseq: cseq.ok ? cseq.value.number : 0,
    expiresMs: clock.nowMs() + change.expiresS * 1000,
  };
}

/** 200 with every contact of the user and the time each has left (RFC 3261 §10.3 step 8). */
function accepted(
  request: SipRequest,
  flow: Flow,
  user: string,
  ports: RegistrarPorts,
): LocalAnswer {
  const bindings = ports.locations.bindingsOf(user);
  const headers: HeaderField[] = bindings.map((one) => ({
    name: "Contact",
    value: contactWithTime(one, ports.clock.nowMs()),
  }));
  for (const value of request.headers.list("Path")) headers.push({ name: "Path", value });
  const own = bindings.find((one) => one.callId === request.headers.get("Call-ID"));
  if (own !== undefined) {
    headers.push({ name: "Service-Route", value: ports.serviceRoute(own.uri, flow) });
  }
  headers.push({ name: "P-Associated-URI", value: `<${user}>` });
  return { status: 200, headers };
}

function contactWithTime(binding: Binding, nowMs: number): string {
  const leftS = Math.max(0, Math.ceil((binding.expiresMs - nowMs) / 1000));
  const { displayName, uriText } = binding.contact;
  return formatNameAddr({
    ...(displayName === undefined ? {} : { displayName }),
    uri: uriText,
    parameters: [
      ...withoutParameter(binding.contact.parameters, "expires"),
      { name: "expires", value: String(leftS) },
    ],
  });
}
