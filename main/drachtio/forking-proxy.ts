import { routeRequest } from "../sip/dialog/route-set.ts";
import { parseNameAddr } from "../sip/grammar/name-addr.ts";
import { bestResponse } from "../sip/message/best-response.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { SipRequest, SipResponse } from "../sip/message/message.ts";
import type { ServerTransaction } from "../sip/transaction/transaction.ts";
import type { Flow, Target } from "../sip/transport/flow.ts";
import { type BranchLimits, type BranchPorts, ProxyBranch } from "./proxy-branch.ts";

export interface Destination {
  readonly uri: string;
  /** It takes the place of the Request-URI (RFC 3261 §16.5), and is not only the next hop. */
  readonly isTarget: boolean;
}

export interface ProxyPlan {
  /** As it is forwarded but for Request-URI and Via: Route is its own, Max-Forwards is one less. */
  readonly request: SipRequest;
  /** Best first. */
  readonly destinations: readonly Destination[];
  readonly isParallel: boolean;
  readonly followsRedirects: boolean;
  readonly limits: BranchLimits;
}

export interface ProxyEvents {
  /** A branch was sent. */
  onAttempt(request: SipRequest): void;
  /** The final response of a branch; `place` is absent when the proxy made it itself. */
  onBranchFinal(response: SipResponse, place: Target | undefined): void;
  /** A final response went upstream. */
  onAnswered(response: SipResponse): void;
  /** Nothing more is awaited. Once. */
  onDone(): void;
}

export interface ProxyPorts extends BranchPorts {
  /** Sends a response around its transaction. */
  sendLate(response: SipResponse, flow: Flow): void;
}

/** A fork and the redirects of its branches together go to at most this many places. */
export const MAX_DESTINATIONS = 32;

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';

/** A stateful proxy for one request: RFC 3261 §16.6 to §16.10, one destination after the other or all at once. */
export class ForkingProxy {
  readonly #ports: ProxyPorts;
  readonly #server: ServerTransaction;
  readonly #plan: ProxyPlan;
  readonly #events: ProxyEvents;
  readonly #waiting: Destination[];
  readonly #seen: Set<string>;
  readonly #branches: ProxyBranch[] = [];
  readonly #finals: SipResponse[] = [];
  #isSearching = true;
  #hasSuccess = false;
  #isCancelled = false;
  #lastFinalStatus = 0;
  #isDone = false;

  constructor(ports: ProxyPorts, server: ServerTransaction, plan: ProxyPlan, events: ProxyEvents) {
    this.#ports = ports;
    this.#server = server;
    this.#plan = plan;
    this.#events = events;
    this.#waiting = plan.destinations.slice(0, MAX_DESTINATIONS);
    this.#seen = new Set(this.#waiting.map(({ uri }) => uri));
  }

  start(): void {
    this.#startBranches();
    this.#conclude();
  }

  /** The caller's CANCEL (RFC 3261 §16.10). @param headers for the branches, for example its Reason */
  cancel(headers: readonly HeaderField[]): void {
    if (this.#isCancelled || this.#hasSuccess) return;
    this.#isCancelled = true;
    this.#stopSearching(headers);
    this.#conclude();
  }

  abandon(): void {
    this.#isDone = true;
    for (const branch of this.#branches) branch.abandon();
  }

  #startBranches(): void {
    if (!this.#isSearching) return;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#startBranch(next);
      if (!this.#plan.isParallel) return;
    }
  }

  #startBranch({ uri, isTarget }: Destination): void {
    const { request, limits } = this.#plan;
    const routes = request.headers.list("Route");
    // What is left of a Route goes before the application's choice of next hop.
    const routed = isTarget ? routeRequest(uri, routes) : routeRequest(request.uri, routes, uri);
    const headers = request.headers.setAll("Route", routed.routes);
    const branch = new ProxyBranch(
      this.#ports,
      { ...request, uri: routed.uri, headers },
      {
        onSent: (sent) => {
          this.#events.onAttempt(sent);
        },
        onProvisional: (response) => {
          // RFC 3261 §16.7 step 5: none after a final response.
          if (!this.#server.hasFinal && !this.#isCancelled) this.#server.respond(response);
        },
        onSuccess: (response, place) => {
          this.#succeed(branch, response, place);
        },
        onEnd: (final, place) => {
          this.#branchEnded(final, place);
        },
      },
    );
    this.#branches.push(branch);
    branch.start(routed.nextHop, limits);
  }

  #succeed(branch: ProxyBranch, response: SipResponse, place: Target | undefined): void {
    const isFirst = !this.#hasSuccess;
    this.#hasSuccess = true;
    this.#forward(response);
    if (!isFirst) return;
    this.#events.onBranchFinal(response, place);
    this.#stopSearching([{ name: "Reason", value: ELSEWHERE }], branch);
    this.#finish();
  }

  #branchEnded(final: SipResponse, place: Target | undefined): void {
    if (this.#isDone) return;
    this.#finals.push(final);
    if (!this.#hasSuccess) this.#events.onBranchFinal(final, place);
    if (this.#isSearching) this.#weigh(final);
    this.#startAfter();
    this.#conclude();
  }

  #weigh(final: SipResponse): void {
    if (this.#plan.followsRedirects && final.status < 400) {
      this.#addContacts(final);
    } else if (final.status >= 600) {
      // RFC 3261 §16.7 step 5: a 6xx decides for all.
      this.#stopSearching([{ name: "Reason", value: `SIP;cause=${String(final.status)}` }]);
    } else if (final.status === 401 || final.status === 407) {
      // The caller has to answer the challenge; what is left is tried when it comes back.
      this.#stopSearching([]);
    }
  }

  /** RFC 3261 §16.7 step 4: the contacts of a redirect, but no URI twice. */
  #addContacts(redirect: SipResponse): void {
    const contacts = redirect.headers.list("Contact").flatMap((value) => {
      const parsed = parseNameAddr(value);
      return parsed.ok && parsed.value.uri.kind === "sip" ? [parsed.value.uriText] : [];
    });
    const fresh = contacts.filter((uri) => !this.#seen.has(uri));
    for (const uri of fresh.slice(0, Math.max(0, MAX_DESTINATIONS - this.#seen.size))) {
      this.#seen.add(uri);
      this.#waiting.push({ uri, isTarget: true });
    }
    // A redirect that is followed is no answer for the caller.
    if (fresh.length > 0) this.#finals.splice(this.#finals.indexOf(redirect), 1);
  }

  #startAfter(): void {
    if (this.#plan.isParallel || this.#branches.every((branch) => branch.isOver)) {
      this.#startBranches();
    }
  }

  #stopSearching(headers: readonly HeaderField[], except?: ProxyBranch): void {
    this.#isSearching = false;
    this.#waiting.length = 0;
    for (const branch of this.#branches) if (branch !== except) branch.cancel(headers);
  }

  #conclude(): void {
    const isBusy = this.#branches.some((branch) => !branch.isOver) || this.#waiting.length > 0;
    if (isBusy || this.#isDone) return;
    if (!this.#hasSuccess) this.#forwardBest();
    this.#finish();
  }

  #forwardBest(): void {
    const cancelled = this.#isCancelled
      ? this.#finals.find((final) => final.status === 487)
      : undefined;
    const best = cancelled ?? bestResponse(this.#finals);
    if (best === undefined) return;
    // RFC 4320 §4.1: a 408 to anything but INVITE comes too late for everybody; silence says the same.
    if (best.status === 408 && !this.#server.isInvite) return;
    this.#forward({ ...best, headers: best.headers.remove("Retry-After") });
  }

  #forward(response: SipResponse): void {
    const isLate = this.#server.hasFinal && this.#lastFinalStatus >= 300;
    this.#lastFinalStatus = response.status;
    // RFC 3261 §16.7 step 5: a 2xx is forwarded even after another final response.
    if (isLate) this.#ports.sendLate(response, this.#server.flow);
    else this.#server.respond(response);
    this.#events.onAnswered(response);
  }

  #finish(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#events.onDone();
  }
}
