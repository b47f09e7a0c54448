import type { Clock, Random, Timer } from "../base/ports.ts";
import { randomToken } from "../base/tokens.ts";
import { responseTo } from "../sip/message/build.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { SipRequest, SipResponse } from "../sip/message/message.ts";
import { isUsableResponse } from "../sip/message/validate.ts";
import type { ClientTransaction } from "../sip/transaction/transaction.ts";
import type { Target } from "../sip/transport/flow.ts";
import type { Locator } from "../sip/ua/locator.ts";
import type { UaTransactions } from "../sip/ua/ua-context.ts";

export interface BranchPorts {
  readonly transactions: UaTransactions;
  readonly clock: Clock;
  readonly random: Random;
  readonly locator: Locator;
}

export interface BranchLimits {
  /** Without any response in this time the next destination is tried. */
  readonly provisionalMs?: number;
  /** Without a final response in this time the branch is cancelled. */
  readonly finalMs?: number;
}

export interface BranchEvents {
  /** The request is on its way. */
  onSent(request: SipRequest): void;
  /** 101 to 199, without our Via. */
  onProvisional(response: SipResponse): void;
  /** Each 2xx, without our Via. */
  onSuccess(response: SipResponse, place: Target | undefined): void;
  /**
   * Nothing but a 2xx is awaited of the branch any more. Not called after a 2xx.
   * @param final what the branch is worth upstream; `place` is absent when we made it ourselves
   */
  onEnd(final: SipResponse, place: Target | undefined): void;
}

/** RFC 3261 §16.6 step 11: more than three minutes. */
const TIMER_C_MS = 200_000;

/** One copy of a proxied request: RFC 3261 §16.6 to §16.9. */
export class ProxyBranch {
  readonly #ports: BranchPorts;
  readonly #request: SipRequest;
  readonly #events: BranchEvents;
  readonly #timers = new Set<Timer>();
  #answerTimer: Timer | undefined;
  #timerC: Timer | undefined;
  #targets: readonly Target[] = [];
  #place: Target | undefined;
  #transaction: ClientTransaction | undefined;
  #hasProvisional = false;
  #isOver = false;

  /** @param request complete but for our Via */
  constructor(ports: BranchPorts, request: SipRequest, events: BranchEvents) {
    this.#ports = ports;
    this.#request = request;
    this.#events = events;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** @param nextHop URI whose host it is sent to */
  start(nextHop: string, limits: BranchLimits): void {
    const { clock } = this.#ports;
    if (limits.provisionalMs !== undefined) {
      this.#answerTimer = clock.startTimer(limits.provisionalMs, () => {
        if (!this.#hasProvisional) this.#giveUp();
      });
    }
    if (limits.finalMs !== undefined) {
      this.#timers.add(
        clock.startTimer(limits.finalMs, () => {
          this.#giveUp();
        }),
      );
    }
    void this.#locate(nextHop);
  }

  /** RFC 3261 §16.10. A branch that has heard nothing ends at once; its CANCEL follows its first response. */
  cancel(headers: readonly HeaderField[]): void {
    if (this.#isOver) return;
    this.#transaction?.cancel(headers);
    if (this.#transaction === undefined || !this.#hasProvisional) this.#endBy(487);
  }

  /** The element is closed: nothing is told from here on. */
  abandon(): void {
    this.#isOver = true;
    this.#stopTimers();
  }

  async #locate(nextHop: string): Promise<void> {
    const located = await this.#ports.locator.locate(nextHop);
    if (this.#isOver) return;
    this.#targets = located.ok ? located.value : [];
    this.#send();
  }

  #send(): void {
    const [target, ...others] = this.#targets;
    if (target === undefined) {
      // RFC 3261 §16.9: a destination that cannot be reached counts as 503.
      this.#endBy(503);
      return;
    }
    this.#targets = others;
    this.#place = target;
    const isFirst = this.#transaction === undefined;
    this.#transaction = this.#ports.transactions.request(this.#request, target, {
      onResponse: (response) => {
        this.#receive(response);
      },
      onTimeout: () => {
        this.#endBy(408);
      },
      onTransportError: () => {
        if (this.#isOver) return;
        if (this.#hasProvisional) this.#endBy(503);
        else this.#send();
      },
    });
    if (isFirst) this.#events.onSent(this.#transaction.request);
    this.#restartTimerC();
  }

  #receive(received: SipResponse): void {
    if (!isUsableResponse(received)) return;
    const response = { ...received, headers: received.headers.removeFirstValue("Via") };
    this.#answerTimer?.cancel();
    if (response.status < 200) this.#receiveProvisional(response);
    else if (response.status < 300) {
      this.#isOver = true;
      this.#stopTimers();
      this.#events.onSuccess(response, this.#place);
    } else this.#end(response, this.#place);
  }

  #receiveProvisional(response: SipResponse): void {
    this.#hasProvisional = true;
    if (this.#isOver || response.status === 100) return;
    this.#restartTimerC();
    this.#events.onProvisional(response);
  }

  #restartTimerC(): void {
    this.#timerC?.cancel();
    if (this.#request.method !== "INVITE") return;
    this.#timerC = this.#ports.clock.startTimer(TIMER_C_MS, () => {
      this.#giveUp();
    });
  }

  /** Whatever it says later is not waited for; a 2xx is still taken. */
  #giveUp(): void {
    if (this.#isOver) return;
    this.#transaction?.cancel();
    this.#endBy(408);
  }

  #endBy(status: number): void {
    const toTag = randomToken(this.#ports.random, 12);
    this.#end(responseTo(this.#request, status, undefined, { toTag }), undefined);
  }

  #end(final: SipResponse, place: Target | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimers();
    this.#events.onEnd(final, place);
  }

  #stopTimers(): void {
    this.#answerTimer?.cancel();
    this.#timerC?.cancel();
    for (const timer of this.#timers) timer.cancel();
  }
}
