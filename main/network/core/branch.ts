import type { Timer } from "../../base/ports.ts";
import type { SipUri } from "../../sip/grammar/uri.ts";
import { responseTo } from "../../sip/message/build.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipRequest, SipResponse } from "../../sip/message/message.ts";
import { retryAfterMsOf } from "../../sip/message/retry-after.ts";
import { isUsableResponse } from "../../sip/message/validate.ts";
import type { ClientTransaction } from "../../sip/transaction/transaction.ts";
import type { Flow, Target } from "../../sip/transport/flow.ts";
import { targetsOf } from "../../sip/transport/locate.ts";
import { withoutAssertions } from "./asserted-identity.ts";
import type { ContextPorts } from "./context-ports.ts";
import { withoutOwnChallenges } from "./forwarding.ts";

/** Where a branch's request is sent: a URI to resolve, or a known place. */
export type NextHop =
  | { readonly kind: "uri"; readonly uri: SipUri }
  | { readonly kind: "place"; readonly where: Target | Flow; readonly otherwise?: SipUri }
  /** A flow whose connection is closed. */
  | { readonly kind: "gone" };

const UNANSWERED: HeaderField = { name: "Reason", value: 'SIP;cause=408;text="No answer in time"' };

/** What a request becomes, or what takes the place of a branch that got no answer at all. */
export type Handover =
  | {
      readonly kind: "branches";
      readonly plans: readonly BranchPlan[];
      /** To be started one after the other, each when all before it have ended without success. */
      readonly later?: readonly BranchPlan[];
      /** False: whoever is rung stays so when another one has answered (RFC 3841 §9.1, no-cancel). */
      readonly cancelsOthers?: boolean;
    }
  | { readonly kind: "answer"; readonly status: number; readonly reason: string };

export interface BranchPlan {
  /** Complete but for our Via. */
  readonly request: SipRequest;
  readonly nextHop: NextHop;
  /** It goes to a device, which stands outside the trust domain: nobody believes what it asserts in its answer. */
  readonly isToDevice?: boolean;
  /** Quoted text, when the device named itself at registration. */
  readonly deviceName?: string;
  /** Given for an application server: it must send something within this time. */
  readonly answerWithinMs?: number;
  /** Given in a sequential search: after this time without an answer the next device has its turn. */
  readonly ringMs?: number;
  /** Asked when the branch failed before its first response, or with a 408 or 5xx as its first. */
  readonly onUnanswered?: () => Handover;
  /** Asked when the flow to a device turned out to be gone, here or at an edge proxy (430, RFC 5626 §5.3, §7). */
  readonly onFlowFailed?: () => Handover;
}

export interface BranchOwner {
  readonly ports: ContextPorts;
  branchResponded(branch: Branch, response: SipResponse): void;
  branchEnded(branch: Branch, final: SipResponse | undefined): void;
  /** It got no answer of its own: `next` says what takes its place. */
  branchFailed(branch: Branch, next: () => Handover): void;
}

/** One forwarded copy of a request: finds its next hop, tries the places in turn, guards it with timer C. */
export class Branch {
  readonly plan: BranchPlan;
  readonly #owner: BranchOwner;
  readonly #abort = new AbortController();
  #transaction: ClientTransaction | undefined;
  #place: Target | Flow | undefined;
  #places: readonly (Target | Flow)[] = [];
  #timer: Timer | undefined;
  #answerTimer: Timer | undefined;
  #hasProvisional = false;
  /** More than the next hop's own 100. */
  #hasProgress = false;
  #usedOther = false;
  #ringEndMs: number | undefined;
  #cancelHeaders: readonly HeaderField[] | undefined;
  #isOver = false;

  constructor(plan: BranchPlan, owner: BranchOwner) {
    this.plan = plan;
    this.#owner = owner;
  }

  /** No final response of this branch is awaited any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  start(): void {
    const { nextHop, answerWithinMs } = this.plan;
    if (answerWithinMs !== undefined) {
      this.#answerTimer = this.#owner.ports.clock.startTimer(answerWithinMs, () => {
        this.#abandon();
      });
    }
    if (nextHop.kind === "gone") {
      this.#unreachable();
    } else if (nextHop.kind === "place") {
      this.#send([nextHop.where]);
    } else {
      this.#resolve(nextHop.uri);
    }
  }

  /**
   * Ends the branch as soon as the rules of CANCEL allow it (RFC 3261 §9.1); harmless when it has ended. One that has
   * sent nothing yet is not waited for: its CANCEL follows its first provisional response, and a 2xx is still taken.
   */
  cancel(headers: readonly HeaderField[]): void {
    if (this.#isOver || this.#cancelHeaders !== undefined) return;
    this.#cancelHeaders = headers;
    this.#stopTimers();
    this.#abort.abort();
    this.#transaction?.cancel(headers);
    if (!this.#hasProvisional) this.#end(this.#local(487));
  }

  #resolve(uri: SipUri): void {
    const { resolver, health, log } = this.#owner.ports;
    targetsOf(uri, resolver, this.#abort.signal).then(
      (targets) => {
        if (!this.#isOver) this.#send(health.order(targets));
      },
      (error: unknown) => {
        log.write("warn", "next hop cannot be resolved", { host: uri.host, error: String(error) });
        if (!this.#isOver) this.#send([]);
      },
    );
  }

  #send(places: readonly (Target | Flow)[]): void {
    const [place, ...others] = places;
    if (place === undefined) {
      this.#unreachable();
      return;
    }
    this.#place = place;
    this.#places = others;
    this.#transaction = this.#owner.ports.transactions.request(this.plan.request, place, {
      onResponse: (response) => {
        this.#receive(response);
      },
      onTimeout: () => {
        if (this.#canGoOn) this.#tryNext();
        else this.#fail(408);
      },
      onTransportError: () => {
        this.#tryNext();
      },
    });
    this.#startTimerC();
  }

  /** Nothing has come back from behind the next hop, and there is another place to try. */
  get #canGoOn(): boolean {
    return this.#places.length > 0 && !this.#hasProgress && this.#cancelHeaders === undefined;
  }

  /** RFC 3263 §4.3: another address of the same next hop may work where one does not. */
  #tryNext(retryMs?: number): void {
    if (this.#isOver) return;
    if (this.#place !== undefined) this.#owner.ports.health.failed(this.#place, retryMs);
    const { nextHop } = this.plan;
    const isCancelled = this.#cancelHeaders !== undefined;
    if (isCancelled || this.#hasProvisional) {
      this.#fail(isCancelled ? 487 : 503);
    } else if (this.#places.length > 0) {
      this.#send(this.#places);
    } else if (nextHop.kind === "place" && nextHop.otherwise !== undefined && !this.#usedOther) {
      this.#usedOther = true;
      this.#resolve(nextHop.otherwise);
    } else {
      this.#unreachable();
    }
  }

  #unreachable(): void {
    const { onFlowFailed } = this.plan;
    if (onFlowFailed === undefined || this.#cancelHeaders !== undefined) this.#fail(503);
    else this.#handOver(onFlowFailed);
  }

  #receive(received: SipResponse): void {
    if (!isUsableResponse(received)) {
      this.#owner.ports.log.write("warn", "unusable response dropped", { status: received.status });
      return;
    }
    // RFC 3261 §16.7 step 3: what is left is for the element before us.
    const headers = received.headers.removeFirstValue("Via");
    const believed = this.plan.isToDevice === true ? withoutAssertions(headers) : headers;
    const { realm } = this.#owner.ports;
    const response = withoutOwnChallenges({ ...received, headers: believed }, realm);
    const isFirst = !this.#hasProvisional;
    this.#answerTimer?.cancel();
    if (response.status < 200) {
      this.#receiveProvisional(response);
    } else if (response.status < 300) {
      this.#owner.branchResponded(this, response);
      this.#end(undefined);
    } else {
      this.#receiveRefusal(response, isFirst);
    }
  }

  #receiveProvisional(response: SipResponse): void {
    this.#hasProvisional = true;
    // RFC 3261 §16.7 step 2: only 101 to 199 show that somebody is still at it.
    const isProgress = response.status > 100;
    if (isProgress) this.#hasProgress = true;
    // A branch that was given up may still hear from its server: nothing is awaited of it any more.
    if (this.#isOver) return;
    if (isProgress && this.#cancelHeaders === undefined) this.#startTimerC();
    this.#owner.branchResponded(this, response);
  }

  #receiveRefusal(response: SipResponse, isFirst: boolean): void {
    if (response.status === 503 && this.#canGoOn) {
      this.#hasProvisional = false;
      this.#tryNext(retryAfterMsOf(response));
      return;
    }
    const next = isFirst ? this.#successorFor(response.status) : undefined;
    if (next === undefined) this.#end(response);
    else this.#handOver(next);
  }

  #successorFor(status: number): (() => Handover) | undefined {
    if (status === 430) return this.plan.onFlowFailed;
    return isServerFailure(status) ? this.plan.onUnanswered : undefined;
  }

  #startTimerC(): void {
    this.#timer?.cancel();
    if (this.plan.request.method !== "INVITE") return;
    const { clock, timerCMs } = this.#owner.ports;
    const { ringMs } = this.plan;
    // A turn is not made longer by ringing.
    if (ringMs !== undefined && this.#ringEndMs === undefined) {
      this.#ringEndMs = clock.nowMs() + ringMs;
    }
    const leftMs = (this.#ringEndMs ?? Number.POSITIVE_INFINITY) - clock.nowMs();
    this.#timer = clock.startTimer(Math.min(timerCMs, Math.max(leftMs, 0)), () => {
      // RFC 3261 §16.8: with a provisional response the branch is cancelled, else it counts as a 408.
      if (this.#hasProvisional) this.cancel([]);
      else this.#fail(408);
    });
  }

  /** The server said nothing in time: whatever it says later is not waited for. */
  #abandon(): void {
    if (this.#isOver || this.#hasProvisional) return;
    this.#abort.abort();
    // Should the server wake up and pass it on, nobody is to take it for the caller's decision.
    this.#transaction?.cancel([UNANSWERED]);
    if (this.plan.onUnanswered !== undefined) this.#handOver(this.plan.onUnanswered);
  }

  #fail(status: number): void {
    if (this.#isOver) return;
    const isUnanswered = !this.#hasProvisional && this.#cancelHeaders === undefined;
    if (isUnanswered && this.plan.onUnanswered !== undefined) {
      this.#handOver(this.plan.onUnanswered);
      return;
    }
    this.#end(this.#local(status));
  }

  /** A response that stands for one which did not come. */
  #local(status: number): SipResponse {
    return responseTo(this.plan.request, status, undefined, { toTag: this.#owner.ports.newTag() });
  }

  #handOver(next: () => Handover): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimers();
    this.#owner.branchFailed(this, next);
  }

  /** @param final as it would go upstream; undefined after a 2xx */
  #end(final: SipResponse | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimers();
    this.#owner.branchEnded(this, final);
  }

  #stopTimers(): void {
    this.#timer?.cancel();
    this.#answerTimer?.cancel();
  }
}

function isServerFailure(status: number): boolean {
  return status === 408 || (status >= 500 && status < 600);
}
