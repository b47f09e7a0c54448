import type { SipRequest } from "../../sip/message/message.ts";
import { validateRequest } from "../../sip/message/validate.ts";
import type { Flow, Target } from "../../sip/transport/flow.ts";
import { targetsOf } from "../../sip/transport/locate.ts";
import { withoutAssertions } from "./asserted-identity.ts";
import type { Handover, NextHop } from "./branch.ts";
import type { ContextPorts } from "./context-ports.ts";
import { nextHopOf, withHopTaken } from "./forwarding.ts";
import type { LocationService } from "./location-service.ts";
import type { LooseRouted, OwnAddresses } from "./own-addresses.ts";
import { hopToDevice } from "./request-router.ts";

export interface DialogForwarderParts {
  readonly ports: ContextPorts;
  readonly own: OwnAddresses;
  readonly locations: LocationService;
  isTrusted(request: SipRequest, flow: Flow): boolean;
}

/** Requests inside dialogs that the core recorded its route for (RFC 3261 §16.4, §16.12): they follow their Route. */
export class DialogForwarder {
  readonly #parts: DialogForwarderParts;
  readonly #abort = new AbortController();

  constructor(parts: DialogForwarderParts) {
    this.#parts = parts;
  }

  /** @param routed the request's Route without our entries, which have been found to be ours */
  plan(request: SipRequest, routed: LooseRouted, flow: Flow): Handover {
    const next = this.#next(request, routed, flow);
    return next === undefined
      ? { kind: "answer", status: 404, reason: "Not Found: no next hop" }
      : { kind: "branches", plans: [next] };
  }

  /** The ACK of a 2xx: forwarded without a transaction, and when that is not possible nobody is told (§16.11). */
  forwardAck(ack: SipRequest, flow: Flow): void {
    const { own, ports } = this.#parts;
    const routed = own.looseRoute(ack);
    const isOurs = own.hasDialogMark(routed.marks, ack.headers.get("Call-ID") ?? "");
    const next =
      isOurs && validateRequest(ack) === undefined && ack.headers.get("Max-Forwards") !== "0"
        ? this.#next(ack, routed, flow)
        : undefined;
    if (next === undefined) {
      ports.log.write("warn", "ACK dropped: it is in no dialog of ours, or malformed");
      return;
    }
    this.#sendAck(next.request, next.nextHop);
  }

  stop(): void {
    this.#abort.abort();
  }

  #next(
    request: SipRequest,
    routed: LooseRouted,
    flow: Flow,
  ): { readonly request: SipRequest; readonly nextHop: NextHop } | undefined {
    const { own, locations } = this.#parts;
    const isTrusted = this.#parts.isTrusted(request, flow);
    const headers = isTrusted ? routed.headers : withoutAssertions(routed.headers);
    const next = nextHopOf(withHopTaken({ ...request, uri: routed.uri, headers }));
    if (!next.ok || own.isOwn(next.value.uri)) return undefined;
    const { uri } = next.value;
    const device = next.value.request.headers.has("Route") ? undefined : locations.bindingAt(uri);
    // A device that came by a connection may be reachable by no other.
    const nextHop: NextHop =
      device === undefined || device.path.length > 0
        ? { kind: "uri", uri }
        : hopToDevice({ ...device, uri }, locations);
    return { request: next.value.request, nextHop };
  }

  #sendAck(ack: SipRequest, nextHop: NextHop): void {
    const { ports } = this.#parts;
    const send = (where: Target | Flow | undefined): void => {
      if (where === undefined) ports.log.write("warn", "ACK dropped: its next hop has no address");
      else ports.transactions.sendAck(ack, where);
    };
    if (nextHop.kind === "place") {
      send(nextHop.where);
      return;
    }
    targetsOf(nextHop.uri, ports.resolver, this.#abort.signal).then(
      ([first]) => {
        send(first);
      },
      (error: unknown) => {
        ports.log.write("warn", "ACK dropped: its next hop cannot be resolved", {
          error: String(error),
        });
      },
    );
  }
}
