import type { SipRequest } from "../../sip/message/message.ts";
import { validateRequest } from "../../sip/message/validate.ts";
import type { Flow, Target } from "../../sip/transport/flow.ts";
import { targetsOf } from "../../sip/transport/locate.ts";
import { withoutAssertions } from "./asserted-identity.ts";
import type { BranchPlan, Handover, NextHop } from "./branch.ts";
import type { ContextPorts } from "./context-ports.ts";
import { hopToDevice } from "./device-ways.ts";
import { nextHopOf, withHopTaken } from "./forwarding.ts";
import type { Gruus } from "./gruu.ts";
import { homeTarget } from "./home-target.ts";
import type { Binding, LocationService } from "./location-service.ts";
import type { LooseRouted, OwnAddresses } from "./own-addresses.ts";

export interface DialogForwarderParts {
  readonly ports: ContextPorts;
  readonly own: OwnAddresses;
  readonly locations: LocationService;
  readonly gruus: Gruus;
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

  /**
   * The ACK of a 2xx: forwarded without a transaction, and when that is not possible nobody is told (§16.11).
   * @returns whether it belongs to a dialog of ours
   */
  forwardAck(ack: SipRequest, flow: Flow): boolean {
    const { own, ports } = this.#parts;
    const routed = own.looseRoute(ack);
    const isOurs = own.hasDialogMark(routed.marks, ack.headers.get("Call-ID") ?? "");
    const next =
      isOurs && validateRequest(ack) === undefined && ack.headers.get("Max-Forwards") !== "0"
        ? this.#next(ack, routed, flow)
        : undefined;
    if (next === undefined) {
      ports.log.write("warn", "ACK dropped: it is in no dialog of ours, or malformed");
    } else this.#sendAck(next.request, next.nextHop);
    return isOurs;
  }

  stop(): void {
    this.#abort.abort();
  }

  #next(request: SipRequest, routed: LooseRouted, flow: Flow): BranchPlan | undefined {
    const { own, locations } = this.#parts;
    const isTrusted = this.#parts.isTrusted(request, flow);
    const headers = isTrusted ? routed.headers : withoutAssertions(routed.headers);
    const next = nextHopOf(withHopTaken({ ...request, uri: routed.uri, headers }));
    if (!next.ok) return undefined;
    const { uri } = next.value;
    const isLast = !next.value.request.headers.has("Route");
    const gruu = isLast ? homeTarget(routed.uri, this.#parts) : undefined;
    if (gruu?.isGruu === true) return this.#toGruu(next.value.request, gruu.bindings);
    if (own.isOwn(uri)) return undefined;
    const device = isLast ? locations.bindingAt(uri) : undefined;
    // A device that came by a connection may be reachable by no other.
    return device === undefined || device.path.length > 0
      ? { request: next.value.request, nextHop: { kind: "uri", uri } }
      : this.#toDevice(next.value.request, device, { ...device, uri });
  }

  /** RFC 5627 §5.4: the GRUU gives way to the contact of its device. */
  #toGruu(request: SipRequest, bindings: readonly Binding[]): BranchPlan | undefined {
    const [binding] = bindings.toSorted((a, b) => b.registeredMs - a.registeredMs);
    if (binding === undefined) return undefined;
    const headers = request.headers.setAll("Route", binding.path);
    return this.#toDevice({ ...request, uri: binding.contact.uriText, headers }, binding, binding);
  }

  #toDevice(request: SipRequest, binding: Binding, place: Binding): BranchPlan {
    const { locations } = this.#parts;
    return {
      request,
      nextHop: hopToDevice(place, locations),
      isToDevice: true,
      ...(binding.isOutbound
        ? {
            onFlowFailed: (): Handover => {
              locations.deactivate(binding);
              return { kind: "answer", status: 430, reason: "Flow Failed" };
            },
          }
        : {}),
    };
  }

  #sendAck(ack: SipRequest, nextHop: NextHop): void {
    const { ports } = this.#parts;
    const send = (where: Target | Flow | undefined): void => {
      if (where === undefined) ports.log.write("warn", "ACK dropped: its next hop has no address");
      else ports.transactions.sendAck(ack, where);
    };
    if (nextHop.kind !== "uri") {
      send(nextHop.kind === "place" ? nextHop.where : undefined);
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
