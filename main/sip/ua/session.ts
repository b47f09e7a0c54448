import { randomToken } from "../../base/tokens.ts";
import {
  cseqNumberOf,
  type Dialog,
  type InDialogRequest,
  receiveRequest,
  receiveSuccess,
  requestInDialog,
} from "../dialog/dialog.ts";
import { formatReason } from "../grammar/reason.ts";
import { type HeaderField, SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/transaction.ts";
import { AckKeeper } from "./ack-keeper.ts";
import { ClientExchange, type ExchangeHandlers } from "./client-exchange.ts";
import { GlareTimer, isGlare } from "./glare-timer.ts";
import { PeerOffers } from "./peer-offers.ts";
import {
  buildResponse,
  type ServerRequest,
  TransactionRequest,
  type UasResponse,
} from "./server-request.ts";
import { isBareRefresh, SessionRefresh } from "./session-refresh.ts";
import { type AgreedTimer, timerRefusal } from "./session-timer.ts";
import type { SubscriptionRules } from "./subscription-term.ts";
import { SuccessRetransmitter } from "./success-retransmitter.ts";
import { type UaContext, withLocalContact, withUserAgent } from "./ua-context.ts";
import type { UaFailure } from "./ua-failure.ts";
import { UpdateSender } from "./update-sender.ts";

/** What a confirmed dialog tells its application. */
export interface SessionHandlers {
  /** BYE, re-INVITE and all others but ACK and CANCEL, in order. After a BYE the session has ended already. */
  onRequest(incoming: ServerRequest): void;
  /** The ACK of a 2xx, once. */
  onAck(ack: SipRequest): void;
  /** The stack ended the dialog; not after a BYE of the peer or of the application. */
  onLost(why: string): void;
}

/** What the dialog was made for: only that of an INVITE ends by BYE. */
export type DialogUsage = "invite" | "subscription";

type OnEnd = (session: Session) => void;

/** A dialog from its 2xx to its end: RFC 3261 §12.2, §14 and §15; RFC 6665 §4. */
export class Session {
  readonly #context: UaContext;
  readonly #subscription: SubscriptionRules | undefined;
  readonly #onEnd: OnEnd;
  #dialog: Dialog;
  #handlers: SessionHandlers | undefined;
  #isOver = false;
  #hasHungUp = false;
  readonly #acks: AckKeeper;
  readonly #refresh: SessionRefresh;
  readonly #accepted = new Map<number, SuccessRetransmitter>();
  readonly #glare: GlareTimer;
  readonly #updates: UpdateSender;
  /** Cancelling it does nothing once it has its final response. */
  #lastInvite: ClientExchange | undefined;
  #inviteOut = false;
  readonly #peerOffers: PeerOffers;

  constructor(context: UaContext, dialog: Dialog, onEnd: OnEnd, subscription?: SubscriptionRules) {
    this.#subscription = subscription;
    this.#context = context;
    this.#dialog = dialog;
    this.#onEnd = onEnd;
    this.#glare = new GlareTimer(context);
    this.#updates = new UpdateSender(context, {
      role: dialog.role,
      isOfferPending: () => this.#inviteOut || this.#updates.isOfferOut,
      exchange: (options, handlers) => {
        const headers = this.#refresh.withTimer(withLocalContact(options.headers, context));
        this.#exchange({ ...options, headers }, handlers);
      },
      succeeded: (options, response) => {
        this.#dialog = receiveSuccess(this.#dialog, "UPDATE", response);
        this.#refresh.answered(response);
        this.#refresh.described(SipHeaders.of(options.headers), options.body ?? NO_BODY);
      },
      endIfGone: (status) => {
        this.#endIfGone(status);
      },
    });
    this.#acks = new AckKeeper(context);
    this.#refresh = new SessionRefresh(context, {
      update: (headers, handlers) => {
        this.send({ method: "UPDATE", headers }, handlers);
      },
      reinvite: (options, handlers) => {
        this.reinvite(
          { ...options, headers: withLocalContact(options.headers, context) },
          handlers,
        );
      },
      acknowledge: () => {
        this.acknowledge();
      },
      expired: () => {
        this.#lose("the session expired", { cause: 408, text: "Session expired" });
      },
    });
    this.#peerOffers = new PeerOffers(context, this.#refresh, {
      localTag: () => this.#dialog.id.localTag,
      isOver: () => this.#isOver,
      accept: (tx, response) => {
        this.accept(tx, response);
      },
    });
  }

  /** What the initial INVITE agreed on (RFC 4028). */
  timeBy(agreed: AgreedTimer | undefined, invite: SipRequest): void {
    this.#refresh.learn(invite);
    this.#refresh.timeBy(agreed);
  }

  /** The INVITE that it came from was refused after all. */
  fail(why: string): void {
    this.#lose(why);
  }

  get dialog(): Dialog {
    return this.#dialog;
  }

  get usage(): DialogUsage {
    return this.#subscription === undefined ? "invite" : "subscription";
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  attach(handlers: SessionHandlers): void {
    this.#handlers = handlers;
  }

  // --- UAC side -----------------------------------------------------------------------------------------------------

  /** A 2xx to our initial INVITE came; `acknowledge` is due. */
  succeeded(invite: SipRequest, response: SipResponse): void {
    this.#acks.succeeded(invite);
    this.#refresh.described(invite.headers, invite.body);
    this.#refresh.answered(response);
  }

  /** Sends the ACK of the last 2xx. False when none is due. */
  acknowledge(options: Omit<InDialogRequest, "method"> = { headers: [] }): boolean {
    return this.#acks.acknowledge(this.#dialog, options);
  }

  reacknowledge(response: SipResponse): void {
    this.#acks.reacknowledge(response);
  }

  /** A request inside the dialog; not INVITE, not ACK. A BYE ends the session at once (RFC 3261 §15.1.1). */
  send(options: InDialogRequest, handlers: ExchangeHandlers): void {
    const isBye = options.method === "BYE";
    if (options.method === "UPDATE") {
      this.#updates.send(options, handlers);
      return;
    }
    this.#exchange(options, {
      ...handlers,
      onResponse: (response) => {
        if (options.method === "SUBSCRIBE" && !this.#isOver) this.#subscription?.answered(response);
        handlers.onResponse(response);
        if (!isBye) this.#endIfGone(response.status);
      },
      onFailure: (failure) => {
        handlers.onFailure(failure);
        if (!isBye && failure.kind === "timeout") this.#endIfGone(408);
      },
    });
    if (isBye) {
      this.#hasHungUp = true;
      this.#end();
    }
  }

  /**
   * Sends BYE without anybody listening to its answer.
   * @param reason value of its Reason header (RFC 3326)
   */
  hangUp(reason: string): void {
    if (this.#isOver) return;
    const headers: readonly HeaderField[] = [{ name: "Reason", value: reason }];
    const ignore = (): void => undefined;
    this.send({ method: "BYE", headers }, { onResponse: ignore, onFailure: ignore });
  }

  /**
   * A re-INVITE. Its 2xx must be acknowledged by `acknowledge`. 491 is tried again after the times of RFC 3261 §14.1,
   * as is a re-INVITE that would cross one of the peer.
   */
  reinvite(options: Omit<InDialogRequest, "method">, handlers: ExchangeHandlers): void {
    if (this.#isOver) {
      handlers.onFailure({ kind: "closed", message: "the dialog has ended" });
    } else if (this.#inviteOut || this.#glare.isWaiting) {
      handlers.onFailure({ kind: "protocol", message: "another re-INVITE is pending" });
    } else if (this.#peerOffers.isInvitePending) {
      const failure: UaFailure = { kind: "timeout", message: "the peer's re-INVITE is pending" };
      if (!this.#retryAfterGlare(options, handlers, failure)) handlers.onFailure(failure);
    } else {
      this.#sendReinvite(options, handlers);
    }
  }

  #sendReinvite(options: Omit<InDialogRequest, "method">, handlers: ExchangeHandlers): void {
    this.#inviteOut = true;
    let finalStatus = 0;
    const headers = this.#refresh.withTimer(options.headers);
    const exchange = this.#exchange(
      { ...options, headers, method: "INVITE" },
      {
        ...(handlers.onSent === undefined ? {} : { onSent: handlers.onSent }),
        onResponse: (response) => {
          if (finalStatus !== 0) {
            this.reacknowledge(response);
            return;
          }
          if (response.status >= 200) {
            finalStatus = response.status;
            this.#inviteOut = false;
          }
          if (isGlare(response)) {
            const failure: UaFailure = { kind: "timeout", message: "glare again and again" };
            if (this.#retryAfterGlare(options, { ...handlers, onSent: () => undefined }, failure)) {
              return;
            }
          }
          if (finalStatus !== 0) this.#glare.reset();
          this.#receiveInviteResponse(exchange.request, response);
          handlers.onResponse(response);
          this.#endIfGone(response.status);
        },
        onFailure: (failure) => {
          this.#inviteOut = false;
          handlers.onFailure(failure);
          if (failure.kind === "timeout") this.#endIfGone(408);
        },
      },
    );
    this.#lastInvite = exchange;
  }

  #receiveInviteResponse(invite: SipRequest, response: SipResponse): void {
    if (response.status < 200 || response.status >= 300) return;
    this.#dialog = receiveSuccess(this.#dialog, "INVITE", response);
    this.succeeded(invite, response);
  }

  #retryAfterGlare(
    options: Omit<InDialogRequest, "method">,
    handlers: ExchangeHandlers,
    failure: UaFailure,
  ): boolean {
    return this.#glare.wait(this.#dialog.role, {
      retry: () => {
        this.reinvite(options, handlers);
      },
      abandoned: () => {
        handlers.onFailure(
          this.#isOver ? { kind: "closed", message: "the dialog ended" } : failure,
        );
      },
    });
  }

  #exchange(options: InDialogRequest, handlers: ExchangeHandlers): ClientExchange {
    const headers = withUserAgent(this.#context, options.headers);
    const built = requestInDialog(this.#dialog, { ...options, headers });
    this.#dialog = built.dialog;
    const nextSeq = (): number => {
      this.#dialog = { ...this.#dialog, localSeq: this.#dialog.localSeq + 1 };
      return this.#dialog.localSeq;
    };
    return new ClientExchange(this.#context, { ...built, nextSeq }, handlers);
  }

  // --- UAS side -----------------------------------------------------------------------------------------------------

  /** Sends the 2xx to an INVITE of this dialog until it is acknowledged. */
  accept(tx: ServerTransaction, response: SipResponse): void {
    const seq = cseqNumberOf(tx.request) ?? 0;
    this.#refresh.described(response.headers, response.body);
    this.#peerOffers.settled(tx);
    this.#accepted.get(seq)?.stop();
    this.#accepted.set(
      seq,
      new SuccessRetransmitter(this.#context, tx, response, () => {
        this.#accepted.delete(seq);
        this.#lose("ACK timeout", { cause: 408, text: "ACK timeout" });
      }),
    );
  }

  receiveAck(ack: SipRequest): void {
    const seq = cseqNumberOf(ack) ?? -1;
    const accepted = this.#accepted.get(seq);
    if (accepted === undefined) return;
    accepted.stop();
    this.#accepted.delete(seq);
    this.#handlers?.onAck(ack);
  }

  /** A request of the peer inside this dialog. */
  receive(tx: ServerTransaction): void {
    const { request } = tx;
    const refused = this.#judge(request);
    if (refused !== undefined) {
      tx.respond(buildResponse(request, this.#dialog.id.localTag, refused));
      return;
    }
    const verdict = this.#subscription?.judge(request);
    if (typeof verdict === "object") {
      tx.respond(buildResponse(request, this.#dialog.id.localTag, verdict));
      return;
    }
    const incoming = this.#incoming(tx);
    if (request.method === "BYE" || verdict === "last") this.#end();
    if (request.method === "UPDATE" && isBareRefresh(request)) {
      incoming.respond({ status: 200 });
      return;
    }
    if (this.#handlers === undefined) {
      incoming.respond({ status: request.method === "BYE" ? 200 : 480 });
    } else {
      this.#handlers.onRequest(incoming);
    }
  }

  /** CANCEL of a re-INVITE. True when it was still pending. */
  receiveCancel(invite: ServerTransaction): boolean {
    return this.#peerOffers.cancel(invite);
  }

  #judge(request: SipRequest): UasResponse | undefined {
    if (this.#isOver) {
      // Two BYEs that cross each other are both answered with 200.
      return { status: request.method === "BYE" && this.#hasHungUp ? 200 : 481 };
    }
    const next = receiveRequest(this.#dialog, request);
    // RFC 3261 §12.2.2: out of order.
    if (next === undefined) return { status: 500 };
    const refused = isOffering(request)
      ? (this.#glareAnswer() ?? timerRefusal(request, this.#context.config))
      : undefined;
    if (refused === undefined) this.#dialog = next;
    return refused;
  }

  /** RFC 3261 §14.2, RFC 3311 §5.2: ours is pending: 491. */
  #glareAnswer(): UasResponse | undefined {
    const isOurs =
      this.#inviteOut ||
      this.#updates.isOfferOut ||
      [...this.#accepted.values()].some(({ isOffer }) => isOffer);
    return isOurs ? { status: 491 } : this.#peerOffers.refusal();
  }

  #incoming(tx: ServerTransaction): ServerRequest {
    const { method } = tx.request;
    if (method === "INVITE") return this.#peerOffers.invite(tx);
    if (method === "UPDATE") return this.#peerOffers.update(tx);
    return new TransactionRequest(tx, this.#dialog.id.localTag);
  }

  // --- end ----------------------------------------------------------------------------------------------------------

  /** RFC 3261 §12.2.1.2: 481 and 408 end the dialog, 408 with a BYE because the peer may still be there. */
  #endIfGone(status: number): void {
    if (status === 481) this.#lose("481 inside the dialog");
    if (status === 408)
      this.#lose("no answer inside the dialog", { cause: 408, text: "Request Timeout" });
  }

  #lose(why: string, bye?: { readonly cause: number; readonly text: string }): void {
    if (this.#isOver) return;
    if (bye === undefined || this.usage !== "invite") this.#end();
    else this.hangUp(formatReason({ protocol: "SIP", ...bye }));
    this.#handlers?.onLost(why);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#glare.stop();
    this.#updates.stop();
    this.#refresh.stop();
    this.#subscription?.stop();
    for (const accepted of this.#accepted.values()) accepted.stop();
    this.#accepted.clear();
    this.#peerOffers.stop();
    this.#onEnd(this);
  }

  /**
   * The dialog ended some time ago. A re-INVITE of ours that it left without a final response gets none any more
   * (RFC 5407 §3.2.3): a provisional one would keep its transaction for ever.
   */
  forget(): void {
    this.#lastInvite?.cancel([]);
  }

  /** The user agent is closed, or a subscription has ended (RFC 6665 §4.4.1): no message, no timer. */
  close(): void {
    this.#handlers = undefined;
    this.#end();
  }
}

/** A tag of RFC 3261 §19.3. */
export function newTag(context: Pick<UaContext, "random">): string {
  return randomToken(context.random, 12);
}

/** It may carry an offer, or change the session without one. */
function isOffering({ method, body }: SipRequest): boolean {
  return method === "INVITE" || (method === "UPDATE" && body.length > 0);
}
