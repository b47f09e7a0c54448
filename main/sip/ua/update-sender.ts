import type { InDialogRequest } from "../dialog/dialog.ts";
import type { SipResponse } from "../message/message.ts";
import type { ExchangeHandlers } from "./client-exchange.ts";
import { GlareTimer } from "./glare-timer.ts";
import type { UaContext } from "./ua-context.ts";

/** What an UPDATE needs of its session. */
export interface UpdateActions {
  readonly role: "uac" | "uas";
  /** Another offer, of either side, waits for its answer. */
  readonly isOfferPending: () => boolean;
  /** Sends it in the dialog, with Contact and timer. */
  exchange(options: InDialogRequest, handlers: ExchangeHandlers): void;
  succeeded(options: InDialogRequest, response: SipResponse): void;
  /** 481 and 408 end the dialog (RFC 3261 §12.2.1.2). */
  endIfGone(status: number): void;
}

/**
 * UPDATEs of one session (RFC 3311 §5.1): as a re-INVITE, but without a user who is asked. Two offers that meet are both
 * tried again after the times of RFC 3261 §14.1.
 */
export class UpdateSender {
  readonly #actions: UpdateActions;
  readonly #glare: GlareTimer;
  #isOfferOut = false;

  constructor(context: UaContext, actions: UpdateActions) {
    this.#actions = actions;
    this.#glare = new GlareTimer(context);
  }

  /** One with an offer is under way. */
  get isOfferOut(): boolean {
    return this.#isOfferOut;
  }

  send(options: InDialogRequest, handlers: ExchangeHandlers): void {
    const isOffer = (options.body?.length ?? 0) > 0;
    if (isOffer && (this.#actions.isOfferPending() || this.#glare.isWaiting)) {
      handlers.onFailure({ kind: "protocol", message: "another offer is pending" });
      return;
    }
    this.#isOfferOut ||= isOffer;
    this.#actions.exchange(options, {
      ...handlers,
      onResponse: (response) => {
        const isFinal = response.status >= 200;
        if (isFinal && isOffer) this.#isOfferOut = false;
        if (response.status === 491 && this.#retry(options, handlers)) return;
        if (isFinal) this.#glare.reset();
        if (isFinal && response.status < 300) this.#actions.succeeded(options, response);
        handlers.onResponse(response);
        this.#actions.endIfGone(response.status);
      },
      onFailure: (failure) => {
        if (isOffer) this.#isOfferOut = false;
        handlers.onFailure(failure);
        if (failure.kind === "timeout") this.#actions.endIfGone(408);
      },
    });
  }

  stop(): void {
    this.#glare.stop();
  }

  #retry(options: InDialogRequest, handlers: ExchangeHandlers): boolean {
    return this.#glare.wait(this.#actions.role, {
      retry: () => {
        this.send(options, { ...handlers, onSent: () => undefined });
      },
      abandoned: () => {
        handlers.onFailure({ kind: "closed", message: "the dialog ended" });
      },
    });
  }
}
