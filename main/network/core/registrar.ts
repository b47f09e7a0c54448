import { parseDecimalIn } from "../../base/decimal.ts";
import type { Clock } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { formatNameAddr, type NameAddr } from "../../sip/grammar/name-addr.ts";
import { hasParameter, parameter } from "../../sip/grammar/parameters.ts";
import { aorOf, formatUri, type SipUri } from "../../sip/grammar/uri.ts";
import { contactsOf, cseqOf, expiresOf, toOf } from "../../sip/message/fields.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { Flow } from "../../sip/transport/flow.ts";
import type { CoreLimits } from "./core-config.ts";
import type { Gruus } from "./gruu.ts";
import type { Binding, LocationService } from "./location-service.ts";
import { FLOW_TIMER_S, regIdOf, supports } from "./outbound.ts";

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
  readonly gruus: Gruus;
  /** True for an address of the core itself: a device there would make a loop. */
  isOwnAddress(uri: SipUri): boolean;
}

interface Change {
  readonly key: string;
  readonly instance?: string;
  readonly isOutbound: boolean;
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
    const change = readChange(request, contact, { ports, flow });
    if (!change.ok) return change.error;
    changes.push(change.value);
  }
  const flows = changes.filter((change) => change.isOutbound && change.expiresS > 0);
  // RFC 5626 §6: one REGISTER comes over one flow.
  if (flows.length > 1) return { status: 400, reason: "Bad Request: several reg-id" };
  const existing = new Map(locations.bindingsOf(user).map((one) => [one.key, one]));
  for (const { key } of changes) {
    const old = existing.get(key);
    if (old !== undefined && isOutOfOrder(request, old)) return OUT_OF_ORDER;
  }
  const kept = changes.filter((change) => change.expiresS > 0);
  const removed = [
    ...changes.filter((change) => change.expiresS === 0).map((change) => change.key),
    ...replacedKeys(kept, existing),
  ];
  const keys = new Set([...existing.keys(), ...kept.map((change) => change.key)]);
  for (const key of removed) keys.delete(key);
  if (keys.size > limits.contactsPerAor) return { status: 403, reason: "Too Many Contacts" };

  locations.update(
    user,
    kept.map((change) => toBinding(request, flow, change, { ...ports, existing })),
    removed,
  );
  return undefined;
}

/** A device that begins or ceases to register flows leaves nothing of the other kind behind. */
function replacedKeys(
  kept: readonly Change[],
  existing: ReadonlyMap<string, Binding>,
): readonly string[] {
  return [...existing.values()]
    .filter((old) =>
      kept.some(
        (one) =>
          one.instance !== undefined &&
          one.instance === old.instance &&
          one.isOutbound !== old.isOutbound,
      ),
    )
    .map((old) => old.key);
}

function readChange(
  request: SipRequest,
  contact: NameAddr,
  { ports, flow }: { readonly ports: RegistrarPorts; readonly flow: Flow },
): Result<Change, LocalAnswer> {
  const { uri } = contact;
  if (uri.kind !== "sip") return err({ status: 400, reason: "Bad Request: Contact is no SIP URI" });
  // RFC 5627 §5.1: a device must not register a name that leads back to its registration.
  if (ports.isOwnAddress(uri) && hasParameter(uri.parameters, "gr")) return err({ status: 403 });
  if (ports.isOwnAddress(uri)) return err({ status: 400, reason: "Bad Request: Contact is us" });
  const expiresS = grantedS(request, contact, ports.limits);
  if (expiresS === undefined) return err({ status: 400, reason: "Bad Request: malformed Expires" });
  if (expiresS > 0 && expiresS < ports.limits.minExpiresS) {
    const minimum = String(ports.limits.minExpiresS);
    return err({ status: 423, headers: [{ name: "Min-Expires", value: minimum }] });
  }
  const instance = parameter(contact.parameters, "+sip.instance");
  const regId = regIdOf(request, contact, flow);
  if (!regId.ok) return regId;
  const isOutbound = regId.value !== undefined;
  if (instance === undefined || instance === "") {
    return ok({ key: formatUri(plainContact(uri)), contact, uri, expiresS, isOutbound });
  }
  const key = regId.value === undefined ? instance : `${instance};reg-id=${String(regId.value)}`;
  return ok({ key, instance, contact, uri, expiresS, isOutbound });
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
  ports: RegistrarPorts & {
    readonly user: string;
    readonly existing: ReadonlyMap<string, Binding>;
  },
): Binding {
  const { user, clock, gruus, existing } = ports;
  const cseq = cseqOf(request);
  const { key, instance, isOutbound } = change;
  const old = existing.get(key);
  const isSame = old?.callId === request.headers.get("Call-ID");
  return {
    aor: user,
    key,
    isOutbound,
    ...(instance === undefined ? {} : { instance, pubGruu: gruus.publicOf(user, instance) }),
    // RFC 5627 §5.1: another Call-ID ends the temporary GRUUs that were handed out before.
    bindingId: old !== undefined && isSame ? old.bindingId : gruus.newBindingId(),
    contact: change.contact,
    uri: change.uri,
    path: request.headers.list("Path"),
    flow,
    callId: request.headers.get("Call-ID") ?? "",
    cseq: cseq.ok ? cseq.value.number : 0,
    registeredMs: clock.nowMs(),
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
    value: contactValue(request, one, ports),
  }));
  for (const value of request.headers.list("Path")) headers.push({ name: "Path", value });
  const own = bindings.find((one) => one.callId === request.headers.get("Call-ID"));
  if (own !== undefined) {
    headers.push({ name: "Service-Route", value: ports.serviceRoute(own.uri, flow) });
  }
  if (own?.isOutbound === true) {
    // RFC 5626 §6, §4.4: outbound took effect, and the device has to keep its flow alive.
    headers.push({ name: "Require", value: "outbound" });
    headers.push({ name: "Flow-Timer", value: String(FLOW_TIMER_S) });
  }
  headers.push({ name: "P-Associated-URI", value: `<${user}>` });
  return { status: 200, headers };
}

/** The contact as sent, with the time it has left, and GRUUs for whoever knows them (RFC 5627 §5.3). */
function contactValue(
  request: SipRequest,
  binding: Binding,
  { clock, gruus }: RegistrarPorts,
): string {
  const leftS = Math.max(0, Math.ceil((binding.expiresMs - clock.nowMs()) / 1000));
  const { displayName, uriText } = binding.contact;
  const kept = binding.contact.parameters.filter(({ name }) => !OURS.has(name.toLowerCase()));
  const { pubGruu, bindingId } = binding;
  const names =
    pubGruu === undefined || !supports(request, "gruu")
      ? []
      : [
          { name: "pub-gruu", value: pubGruu },
          { name: "temp-gruu", value: gruus.temporaryOf(bindingId) },
        ];
  return formatNameAddr({
    ...(displayName === undefined ? {} : { displayName }),
    uri: uriText,
    parameters: [...kept, ...names, { name: "expires", value: String(leftS) }],
  });
}

/** Parameters that the registrar sets; what a device says of them is ignored. */
const OURS = new Set(["expires", "pub-gruu", "temp-gruu"]);
