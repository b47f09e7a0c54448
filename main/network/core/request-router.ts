import { contactUriOf } from "../../sip/dialog/dialog.ts";
import { quote } from "../../sip/grammar/cursor.ts";
import { parameter } from "../../sip/grammar/parameters.ts";
import { parseUri, type SipUri } from "../../sip/grammar/uri.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import { forDevice } from "./asserted-identity.ts";
import type { BranchPlan, Handover, NextHop } from "./branch.ts";
import { bestTargets, dispositionOf, rankTargets } from "./caller-preferences.ts";
import type { CoreLimits } from "./core-config.ts";
import { type DeviceWays, hopToDevice, waysToDevices, wayTransport } from "./device-ways.ts";
import { type FilterCriterion, nextCriterion, type SessionCase } from "./filter-criteria.ts";
import { breadthShares, contactTransport, namedTransport } from "./forwarding.ts";
import type { Gruus } from "./gruu.ts";
import { type HomeTarget, homeTarget } from "./home-target.ts";
import type { Binding, LocationService } from "./location-service.ts";
import type { OriginalDialog, OriginalDialogs } from "./original-dialogs.ts";
import { configuredUri, type OwnAddresses } from "./own-addresses.ts";

export interface RouterParts {
  readonly own: OwnAddresses;
  readonly locations: LocationService;
  readonly originalDialogs: OriginalDialogs;
  readonly gruus: Gruus;
  readonly criteria: readonly FilterCriterion[];
  readonly neighbours: ReadonlyMap<string, SipUri>;
  readonly limits: CoreLimits;
  isUser(aor: string): boolean;
}

/** Requests that begin a dialog: those record the route (RFC 3261 §16.6 step 4). */
const DIALOG_METHODS = new Set(["INVITE", "SUBSCRIBE", "REFER"]);

function refusal(status: number, reason: string): Handover {
  return { kind: "answer", status, reason };
}

/**
 * Decides where a request outside a dialog goes: through the servers that its criteria name, in order, then to the other
 * network or to the devices of the user. What it decides is plans; it sends nothing.
 */
export class RequestRouter {
  readonly #parts: RouterParts;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  /** A request of a user of ours. */
  fromUser(request: SipRequest, user: string): Handover {
    return this.#chain(request, { sessionCase: "originating", servedUser: user, nextCriterion: 0 });
  }

  /** A request for a user of ours, from another network or from a server that speaks for itself. */
  toUser(request: SipRequest): Handover {
    const { aor, bindings } = homeTarget(request.uri, this.#parts);
    if (!this.#parts.isUser(aor)) return refusal(404, "Not Found");
    if (bindings.length === 0) return refusal(480, "Temporarily Unavailable");
    return this.#chain(request, { sessionCase: "terminating", servedUser: aor, nextCriterion: 0 });
  }

  /** A request that a server sends back with its original dialog identifier: the chain goes on where it was. */
  fromServer(request: SipRequest, dialog: OriginalDialog): Handover {
    const headers = request.headers.remove("P-Served-User");
    return this.#chain({ ...request, headers }, dialog);
  }

  /** Towards the domain of the Request-URI. */
  toDomain(request: SipRequest): Handover {
    const uri = parseUri(request.uri);
    if (!uri.ok || uri.value.kind !== "sip" || this.#parts.own.isHomeUser(uri.value)) {
      return this.toUser(request);
    }
    const neighbour = this.#parts.neighbours.get(uri.value.host.toLowerCase());
    if (neighbour === undefined) return refusal(404, "Unknown domain");
    return this.#one(request, { kind: "uri", uri: neighbour }, namedTransport(neighbour));
  }

  #chain(request: SipRequest, dialog: OriginalDialog): Handover {
    const { criteria } = this.#parts;
    const index = nextCriterion(criteria, request, dialog.sessionCase, dialog.nextCriterion);
    const criterion = criteria[index];
    if (criterion !== undefined) return this.#throughServer(request, dialog, index, criterion);
    return dialog.sessionCase === "originating"
      ? this.toDomain(request)
      : this.#toDevices(request, dialog.servedUser);
  }

  #throughServer(
    request: SipRequest,
    dialog: OriginalDialog,
    index: number,
    criterion: FilterCriterion,
  ): Handover {
    const { originalDialogs, own, limits } = this.#parts;
    const rest: OriginalDialog = { ...dialog, nextCriterion: index + 1 };
    const token = originalDialogs.open(rest);
    if (token === undefined) return refusal(503, "Too many sessions");
    const server = configuredUri(criterion.server);
    const headers = request.headers
      .prepend("Route", own.routeWithMark(token))
      .prepend("Route", `<${criterion.server}>`)
      .set("P-Served-User", servedUser(dialog, this.#isReachedOverTls(request, dialog)));
    const [plan] = this.#recorded({ ...request, headers }, namedTransport(server), {
      kind: "uri",
      uri: server,
    });
    return {
      kind: "branches",
      plans: [
        {
          ...plan,
          answerWithinMs: limits.serverAnswerMs,
          onUnanswered: () =>
            criterion.onFailure === "continue"
              ? this.#chain(request, rest)
              : refusal(503, "Participating Function does not answer"),
        },
      ],
    };
  }

  /** Every device of the called user signals over TLS: a Participating Function protects its files too. */
  #isReachedOverTls(
    request: SipRequest,
    { sessionCase, servedUser: user }: OriginalDialog,
  ): boolean {
    if (sessionCase !== "terminating") return false;
    const bindings = this.#bindingsOf(request, user);
    return bindings.length > 0 && bindings.every(isOverTls);
  }

  /** A server may have changed the Request-URI; whom it serves stays the one that it was called for. */
  #bindingsOf(request: SipRequest, aor: string): readonly Binding[] {
    const target = homeTarget(request.uri, this.#parts);
    return target.aor === aor ? target.bindings : this.#parts.locations.bindingsOf(aor);
  }

  /** One branch per device that can do what the caller asks for (RFC 3261 §16.5, RFC 3841). */
  #toDevices(request: SipRequest, aor: string): Handover {
    const devices = waysToDevices(this.#bindingsOf(request, aor));
    const ranked = rankTargets(devices, request, ([best]) => best.contact.parameters);
    if (ranked.length === 0) return refusal(480, "Temporarily Unavailable");
    const { isSequential, isSingle, cancelsOthers } = dispositionOf(request.headers);
    const isOneByOne = isSequential || isSingle;
    const chosen = isOneByOne ? ranked.map((one) => one.target) : bestTargets(ranked, devices);
    const called = chosen.slice(0, isSingle ? 1 : this.#parts.limits.branches);
    if (isOneByOne) return this.#oneByOne(request, called, aor);
    const shares = breadthShares(request, called.length);
    if (shares === undefined) return refusal(440, "Max-Breadth Exceeded");
    return {
      kind: "branches",
      cancelsOthers,
      plans: called.flatMap((ways, at) =>
        this.#toDevice(withShare(request, shares[at] ?? 1), ways, aor),
      ),
    };
  }

  /** A sequential search (RFC 3261 §16.6, RFC 3841 §9.1): each device has its turn, the last one as long as it likes. */
  #oneByOne(request: SipRequest, called: readonly DeviceWays[], aor: string): Handover {
    const turns = called.flatMap((ways) => this.#toDevice(request, ways, aor));
    const ringMs = this.#parts.limits.sequentialRingMs;
    const limited = turns.map((plan, at) => (at < turns.length - 1 ? { ...plan, ringMs } : plan));
    return { kind: "branches", plans: limited.slice(0, 1), later: limited.slice(1) };
  }

  #toDevice(request: SipRequest, ways: DeviceWays, aor: string): readonly BranchPlan[] {
    const { locations } = this.#parts;
    const [binding, next, ...others] = ways;
    const headers = forDevice(request.headers)
      .setAll("Route", binding.path)
      .set("P-Called-Party-ID", `<${aor}>`);
    const copy = { ...request, uri: binding.contact.uriText, headers };
    const deviceName = parameter(binding.contact.parameters, "device-name");
    const plans = this.#recorded(copy, wayTransport(binding), hopToDevice(binding, locations));
    return plans.map((plan) => ({
      ...plan,
      isToDevice: true,
      ...(deviceName === undefined || deviceName === "" ? {} : { deviceName: quote(deviceName) }),
      ...(binding.isOutbound
        ? {
            onFlowFailed: (): Handover => {
              locations.deactivate(binding);
              return next === undefined
                ? refusal(480, "Temporarily Unavailable")
                : { kind: "branches", plans: this.#toDevice(request, [next, ...others], aor) };
            },
          }
        : {}),
    }));
  }

  #one(request: SipRequest, nextHop: NextHop, transport: string | undefined): Handover {
    return { kind: "branches", plans: this.#recorded(request, transport, nextHop) };
  }

  /**
   * Adds Record-Route where a dialog may begin. Where the two sides name different transports there are two entries, each
   * with the one that its side has to use (RFC 5658 §3.1); where neither names one, the choice stays free.
   */
  #recorded(
    request: SipRequest,
    transport: string | undefined,
    nextHop: NextHop,
  ): readonly [BranchPlan] {
    if (!DIALOG_METHODS.has(request.method)) return [{ request, nextHop }];
    const { own } = this.#parts;
    const callId = request.headers.get("Call-ID") ?? "";
    const inner = this.#contactTransport(request);
    let headers = request.headers.prepend("Record-Route", own.recordRoute(callId, inner));
    if (inner !== transport) {
      headers = headers.prepend("Record-Route", own.recordRoute(callId, transport));
    }
    return [{ request: { ...request, headers }, nextHop }];
  }

  /** The transport on which the sender is reached; a GRUU names none, the binding behind it does. */
  #contactTransport(request: SipRequest): string | undefined {
    const contact = contactUriOf(request.headers);
    const target: HomeTarget | undefined =
      contact === undefined ? undefined : homeTarget(contact, this.#parts);
    const [binding] = target?.isGruu === true ? target.bindings : this.#boundAt(contact);
    return binding === undefined ? contactTransport(request) : wayTransport(binding);
  }

  #boundAt(contact: string | undefined): readonly Binding[] {
    const uri = parseUri(contact ?? "");
    const isSip = uri.ok && uri.value.kind === "sip";
    const binding = isSip ? this.#parts.locations.bindingAt(uri.value) : undefined;
    return binding === undefined ? [] : [binding];
  }
}

function withShare(request: SipRequest, share: number): SipRequest {
  return { ...request, headers: request.headers.set("Max-Breadth", String(share)) };
}

/** Behind an edge proxy only the contact tells; a device that names TLS there is called over nothing else. */
function isOverTls({ flow, path, uri }: Binding): boolean {
  return path.length === 0 ? flow.transport === "tls" : namedTransport(uri) === "tls";
}

function servedUser({ servedUser: user, sessionCase }: OriginalDialog, isTls: boolean): string {
  const direction: Readonly<Record<SessionCase, string>> = {
    originating: "orig",
    terminating: "term",
  };
  const signalling = isTls ? ";signalling=tls" : "";
  return `<${user}>;sescase=${direction[sessionCase]};regstate=reg${signalling}`;
}
