import type { HostPort } from "../../base/host-port.ts";
import type { Clock } from "../../base/ports.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import type { Verdict } from "../../sip/transaction/transaction-layer.ts";
import type { Flow, SipTransport } from "../../sip/transport/flow.ts";
import type { TransportGuard, TransportLayer } from "../../sip/transport/transport-layer.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { LocalAnswer } from "./registrar.ts";
import { RequestRates } from "./request-rates.ts";
import type { Peer } from "./trusted-peers.ts";

/** What the rest of the core knows about who sends. */
export interface ArrivalParts {
  readonly clock: Clock;
  readonly transport: Pick<TransportLayer, "vouch" | "cut" | "local">;
  peerOf(request: SipRequest, flow: Flow): Peer;
  /** A configured peer sends from there. */
  isPeerPlace(place: HostPort, transport: SipTransport): boolean;
  /** Users that are known behind a flow. */
  usersOver(flow: Flow): readonly string[];
}

/**
 * The door of the core: counts requests for the user who is known behind their flow, else for their address, before
 * anything is kept of them. Peers of the configuration are not counted.
 */
export class Arrivals implements TransportGuard {
  readonly #parts: ArrivalParts;
  readonly #rates: RequestRates;
  /** Requests that were counted for their address. */
  readonly #strangers = new WeakSet<SipRequest>();

  constructor(limits: RateLimits, parts: ArrivalParts) {
    this.#parts = parts;
    this.#rates = new RequestRates(parts.clock, limits);
  }

  isSilenced(from: HostPort, transport: SipTransport): boolean {
    return this.#rates.isSilenced(from, () => this.#isKnown(from, transport));
  }

  judge(request: SipRequest, flow: Flow): Verdict {
    const { transport } = this.#parts;
    if (this.#parts.peerOf(request, flow).kind !== "unknown") {
      transport.vouch(flow);
      return { kind: "take" };
    }
    const [user] = this.#parts.usersOver(flow);
    if (user !== undefined) return this.#rates.ofUser(user);
    this.#strangers.add(request);
    const verdict = this.#rates.ofStranger(flow.remote);
    if (verdict.kind === "drop") transport.cut(flow);
    return verdict;
  }

  wasted(from: HostPort, transport: SipTransport): void {
    if (!this.#isKnown(from, transport)) this.#rates.ofStranger(from);
  }

  /** The request is this user's. @returns the refusal where the user asks for too much */
  admitted(request: SipRequest, flow: Flow, user: string): LocalAnswer | undefined {
    this.#parts.transport.vouch(flow);
    const isCounted = !this.#strangers.has(request);
    const verdict = isCounted ? undefined : this.#rates.proved(flow.remote, user);
    if (verdict !== undefined && verdict.kind !== "take") return refusalOf(verdict);
    return request.method === "INVITE" ? refusalOf(this.#rates.ofInvite(user)) : undefined;
  }

  /** The request belongs to a dialog whose first one was admitted; the address has the rate of a user for those. */
  admittedToDialog(request: SipRequest, flow: Flow): LocalAnswer | undefined {
    if (!this.#strangers.has(request)) return undefined;
    return refusalOf(this.#rates.proved(flow.remote, `in dialogs: ${flow.remote.host}`));
  }

  #isKnown(from: HostPort, transport: SipTransport): boolean {
    if (this.#parts.isPeerPlace(from, transport)) return true;
    if (transport !== "udp") return false;
    const { local } = this.#parts.transport;
    return this.#parts.usersOver({ transport, local, remote: from }).length > 0;
  }
}

function refusalOf(verdict: Verdict): LocalAnswer | undefined {
  if (verdict.kind !== "refuse") return undefined;
  const retry = { name: "Retry-After", value: String(verdict.retryAfterS) };
  return { status: 503, reason: "Too Many Requests", headers: [retry] };
}
