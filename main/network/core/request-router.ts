import { quote } from "../../sip/grammar/cursor.ts";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { parameter } from "../../sip/grammar/parameters.ts";
import { aorOf, parseUri, type SipUri } from "../../sip/grammar/uri.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { Flow } from "../../sip/transport/flow.ts";
import { forDevice } from "./asserted-identity.ts";
import type { BranchPlan, Handover, NextHop } from "./branch.ts";
import { preferredTargets } from "./caller-preferences.ts";
import type { CoreLimits } from "./core-config.ts";
import { type FilterCriterion, nextCriterion, type SessionCase } from "./filter-criteria.ts";
import { contactTransport, namedTransport } from "./forwarding.ts";
import type { Binding, LocationService } from "./location-service.ts";
import type { OriginalDialog, OriginalDialogs } from "./original-dialogs.ts";
import { configuredUri, type OwnAddresses } from "./own-addresses.ts";

export interface RouterParts {
  readonly own: OwnAddresses;
  readonly locations: LocationService;
  readonly originalDialogs: OriginalDialogs;
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
    const uri = parseUri(request.uri);
    const aor = uri.ok ? aorOf(uri.value) : "";
    if (!this.#parts.isUser(aor)) return refusal(404, "Not Found");
    if (this.#parts.locations.bindingsOf(aor).length === 0) {
      return refusal(480, "Temporarily Unavailable");
    }
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
      .set("P-Served-User", servedUser(dialog));
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

  /** One branch per device that can do what the caller asks for (RFC 3261 §16.5, RFC 3841). */
  #toDevices(request: SipRequest, aor: string): Handover {
    const bindings = this.#parts.locations.bindingsOf(aor);
    const capable = preferredTargets(
      bindings,
      request.headers,
      (binding) => binding.contact.parameters,
    );
    if (capable.length === 0) return refusal(480, "Temporarily Unavailable");
    return {
      kind: "branches",
      plans: capable
        .slice(0, this.#parts.limits.branches)
        .flatMap((binding) => this.#toDevice(request, binding, aor)),
    };
  }

  #toDevice(request: SipRequest, binding: Binding, aor: string): readonly BranchPlan[] {
    const headers = forDevice(request.headers)
      .setAll("Route", binding.path)
      .set("P-Called-Party-ID", `<${aor}>`);
    const copy = { ...request, uri: binding.contact.uriText, headers };
    const deviceName = parameter(binding.contact.parameters, "device-name");
    return this.#recorded(
      copy,
      namedTransport(binding.uri),
      hopToDevice(binding, this.#parts.locations),
    ).map((plan) =>
      deviceName === undefined || deviceName === ""
        ? plan
        : { ...plan, deviceName: quote(deviceName) },
    );
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
    const inner = contactTransport(request);
    let headers = request.headers.prepend("Record-Route", own.recordRoute(callId, inner));
    if (inner !== transport) {
      headers = headers.prepend("Record-Route", own.recordRoute(callId, transport));
    }
    return [{ request: { ...request, headers }, nextHop }];
  }
}

function servedUser({ servedUser: user, sessionCase }: OriginalDialog): string {
  const direction: Readonly<Record<SessionCase, string>> = {
    originating: "orig",
    terminating: "term",
  };
  return `<${user}>;sescase=${direction[sessionCase]};regstate=reg`;
}

/**
 * How a device is reached: along its Path; else over the connection it registered on, as long as that is open; else where
 * its datagrams came from, which is right behind address translation too; else at its contact.
 */
export function hopToDevice(binding: Binding, locations: LocationService): NextHop {
  const { flow, uri, path } = binding;
  const first = path[0] === undefined ? undefined : parseNameAddr(path[0]);
  if (first?.ok === true && first.value.uri.kind === "sip")
    return { kind: "uri", uri: first.value.uri };
  const wanted = namedTransport(uri) ?? flow.transport;
  if (wanted !== flow.transport) return { kind: "uri", uri };
  if (flow.transport === "udp") return { kind: "place", where: placeOf(flow, uri) };
  return locations.isFlowOpen(flow)
    ? { kind: "place", where: flow, otherwise: uri }
    : { kind: "uri", uri };
}

function placeOf(flow: Flow, uri: SipUri): Extract<NextHop, { kind: "place" }>["where"] {
  return {
    transport: "udp",
    isTransportFixed: namedTransport(uri) !== undefined,
    remote: flow.remote,
  };
}
