import type { SocketError } from "../../base/ports.ts";
import { bestResponse } from "../../sip/message/best-response.ts";
import { responseTo } from "../../sip/message/build.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipRequest, SipResponse } from "../../sip/message/message.ts";
import type { ServerTransaction } from "../../sip/transaction/transaction.ts";
import { Branch, type BranchOwner, type BranchPlan, type Handover } from "./branch.ts";
import type { ContextPorts } from "./context-ports.ts";
import { timedResponse } from "./session-timers.ts";

/** What the losers of a fork are told (RFC 3326). */
const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';
const DECLINED = 'SIP;cause=603;text="Declined"';

/**
 * One request on its way through the core: its server transaction and a client transaction per branch, joined by the
 * response processing of RFC 3261 §16.7.
 */
export class ResponseContext implements BranchOwner {
  readonly ports: ContextPorts;
  readonly #server: ServerTransaction;
  readonly #branches: Branch[] = [];
  readonly #finals: SipResponse[] = [];
  readonly #onDone: () => void;
  #state: "collecting" | "cancelled" | "answered" = "collecting";
  /** Of a sequential search: whose turn has not come. */
  readonly #later: BranchPlan[] = [];
  #cancelsOthers = true;
  #isDone = false;
  #lastFinalStatus = 0;

  /** @param onDone called once, when nothing more is expected from any branch */
  constructor(server: ServerTransaction, ports: ContextPorts, onDone: () => void) {
    this.#server = server;
    this.ports = ports;
    this.#onDone = onDone;
  }

  get request(): SipRequest {
    return this.#server.request;
  }

  /** Adds branches and sends their requests; may be called again when a branch hands over. */
  start(way: Extract<Handover, { kind: "branches" }>): void {
    this.#later.push(...(way.later ?? []));
    if (way.cancelsOthers === false) this.#cancelsOthers = false;
    this.#add(way.plans);
  }

  #add(plans: readonly BranchPlan[]): void {
    const added = plans.map((plan) => new Branch(plan, this));
    this.#branches.push(...added);
    for (const branch of added) branch.start();
  }

  /** Answers the request ourselves, when no branch can. */
  answer(status: number, reason?: string, headers: readonly HeaderField[] = []): void {
    this.#finals.push(
      responseTo(this.request, status, reason, { toTag: this.ports.newTag(), headers }),
    );
    this.#conclude();
  }

  /** The caller gave up (RFC 3261 §16.10): every branch is told, with the caller's reasons. */
  cancel(reasons: readonly string[]): void {
    if (this.#state !== "collecting") return;
    this.#state = "cancelled";
    this.#cancelBranches(reasons);
  }

  /** A provisional response or a 2xx of a branch; everything else comes to {@link branchEnded}. */
  branchResponded(branch: Branch, response: SipResponse): void {
    if (response.status < 200) {
      // §16.7 step 5: no provisional response after a final one.
      if (response.status > 100 && !this.#server.hasFinal) this.#server.respond(response);
      return;
    }
    const isFirst = this.#state !== "answered";
    this.#state = "answered";
    this.#forwardSuccess(timedResponse(branch.plan.request, response));
    if (isFirst && this.#cancelsOthers)
      this.#cancelBranches([reasonWithWinner(branch.plan.deviceName)], branch);
  }

  /** A branch is over; `final` is its last response unless that was a 2xx. Responses come without our Via. */
  branchEnded(branch: Branch, final: SipResponse | undefined): void {
    if (final !== undefined) {
      this.#finals.push(final);
      // §16.7 step 5: a 6xx decides for all, but is sent on only when the others have ended.
      if (final.status >= 600 && this.#state === "collecting") {
        this.#cancelBranches([declineReason(final.status)], branch);
      }
    }
    this.#conclude();
  }

  /** A branch was replaced before it got any answer. */
  branchFailed(_branch: Branch, successor: () => Handover): void {
    const next = this.#state === "collecting" ? successor() : undefined;
    if (next === undefined) {
      this.answer(this.#state === "cancelled" ? 487 : 503);
    } else if (next.kind === "branches") {
      this.start(next);
    } else {
      this.answer(next.status, next.reason);
    }
  }

  #cancelBranches(reasons: readonly string[], except?: Branch): void {
    const headers = reasons.map((value) => ({ name: "Reason", value }));
    for (const branch of this.#branches) if (branch !== except) branch.cancel(headers);
  }

  #forwardSuccess(response: SipResponse): void {
    const { hasFinal } = this.#server;
    const isLate = hasFinal && this.#lastFinalStatus >= 300;
    if (!isLate) {
      this.#lastFinalStatus = response.status;
      this.#server.respond(response);
      return;
    }
    // RFC 3261 §16.7 step 5: a 2xx is forwarded even when another final response went before it.
    this.ports.transactions.transport.sendResponse(response, this.#server.flow, (error) => {
      this.#logLost(error);
    });
  }

  /** Sends the best response when all branches have ended without a 2xx (§16.7 step 6). */
  #conclude(): void {
    if (this.#branches.some((branch) => !branch.isOver)) return;
    if (this.#startsNext()) return;
    if (this.#state !== "answered" && !this.#server.hasFinal) this.#forwardBest();
    if (this.#isDone) return;
    this.#isDone = true;
    this.#onDone();
  }

  /** The next device of a sequential search, unless somebody has decided for all. */
  #startsNext(): boolean {
    const isOpen = this.#state === "collecting" && !this.#finals.some((one) => one.status >= 600);
    const next = isOpen ? this.#later.shift() : undefined;
    if (next === undefined) return false;
    this.#add([next]);
    return true;
  }

  #forwardBest(): void {
    const best = this.#best();
    if (best === undefined) return;
    // RFC 4320 §4.1: a 408 to anything but INVITE comes too late for everybody; silence says the same.
    if (best.status === 408 && !this.#server.isInvite) return;
    this.#lastFinalStatus = best.status;
    // A 503 of a far element speaks of that element: its Retry-After must not silence us (§16.7 step 6).
    this.#server.respond({ ...best, headers: best.headers.remove("Retry-After") });
  }

  #best(): SipResponse | undefined {
    const cancelled = this.#finals.find((one) => one.status === 487);
    if (this.#state !== "cancelled") return bestResponse(this.#finals);
    const hasDecision = this.#finals.some((one) => one.status >= 600);
    if (hasDecision) return bestResponse(this.#finals);
    return cancelled ?? responseTo(this.request, 487, undefined, { toTag: this.ports.newTag() });
  }

  #logLost(error: SocketError): void {
    this.ports.log.write("warn", "a late 2xx could not be sent on", { code: error.code });
  }
}

/** `device-name` tells the other devices which one took it; the rest of the value is what every stack knows. */
function reasonWithWinner(deviceName: string | undefined): string {
  return deviceName === undefined ? ELSEWHERE : `${ELSEWHERE};device-name=${deviceName}`;
}

function declineReason(status: number): string {
  return status === 603 ? DECLINED : `SIP;cause=${String(status)}`;
}
