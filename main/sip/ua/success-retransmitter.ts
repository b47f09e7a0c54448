import type { Timer } from "../../base/ports.ts";
import type { SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/transaction.ts";
import type { UaContext } from "./ua-context.ts";

/**
 * Sends a 2xx to an INVITE until its ACK comes (RFC 3261 §13.3.1.4): after T1, doubling up to T2, over TCP as well,
 * because the ACK comes end to end and any hop may be UDP. After 64*T1 without an ACK `onTimeout` is called once.
 */
export class SuccessRetransmitter {
  readonly #context: UaContext;
  readonly #tx: ServerTransaction;
  readonly #response: SipResponse;
  #resend: Timer;
  readonly #limit: Timer;

  constructor(
    context: UaContext,
    tx: ServerTransaction,
    response: SipResponse,
    onTimeout: () => void,
  ) {
    this.#context = context;
    this.#tx = tx;
    this.#response = response;
    const { t1Ms } = context.config;
    tx.respond(response);
    this.#resend = this.#schedule(t1Ms);
    this.#limit = context.clock.startTimer(64 * t1Ms, () => {
      this.stop();
      onTimeout();
    });
  }

  /** The INVITE had no offer, so this is one, and the ACK brings its answer (RFC 3261 §13.2.1). */
  get isOffer(): boolean {
    return this.#tx.request.body.length === 0 && this.#response.body.length > 0;
  }

  stop(): void {
    this.#resend.cancel();
    this.#limit.cancel();
  }

  #schedule(delayMs: number): Timer {
    return this.#context.clock.startTimer(delayMs, () => {
      this.#tx.respond(this.#response);
      this.#resend = this.#schedule(Math.min(delayMs * 2, this.#context.config.t2Ms));
    });
  }
}
