import { randomToken } from "../../base/tokens.ts";
import {
  ackInDialog,
  cseqNumberOf,
  type Dialog,
  type InDialogRequest,
  receiveRequest,
  receiveSuccess,
  requestInDialog,
} from "../dialog/dialog.ts";
import { formatReason } from "../grammar/reason.ts";
import type { HeaderField } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/transaction.ts";
import { ClientExchange, type ExchangeHandlers } from "./client-exchange.ts";
import { GlareTimer } from "./glare-timer.ts";
import {
  buildResponse,
  type ServerRequest,
  TransactionRequest,
  type UasResponse,
  withContact,
} from "./server-request.ts";
import { SuccessRetransmitter } from "./success-retransmitter.ts";
import { type UaContext, withUserAgent } from "./ua-context.ts";
import type { UaFailure } from "./ua-failure.ts";

/** What a confirmed dialog tells its application. */
export interface SessionHandlers {
  /** BYE, re-INVITE and all others but ACK and CANCEL, in order. After a BYE the session has ended already. */
  onRequest(incoming: ServerRequest): void;
  /** The ACK of a 2xx, once. */
  onAck(ack: SipRequest): void;
  /** The stack ended the dialog; not after a BYE of the peer or of the application. */
  onLost(why: string): void;
}

/** Retransmitted 2xx are acknowledged as long as their ACK is kept; a dialog has one INVITE at a time. */
const MAX_KEPT_ACKS = 4;

/** An INVITE dialog from its 2xx to its end: RFC 3261 §12.2, §14 and §15. */
export class Session {
  readonly #context: UaContext;
  readonly #onEnd: (session: Session) => void;
  #dialog: Dialog;
  #handlers: SessionHandlers | undefined;
  #isOver = false;
  #hasHungUp = false;
  /** The INVITE whose 2xx waits for its ACK. */
  #unacknowledged: SipRequest | undefined;
  readonly #acks = new Map<number, { readonly request: SipRequest; readonly nextHop: string }>();
  readonly #accepted = new Map<number, SuccessRetransmitter>();
  readonly #glare: GlareTimer;
  #inviteOut = false;
  #inviteIn: ServerTransaction | undefined;

  constructor(context: UaContext, dialog: Dialog, onEnd: (session: Session) => void) {
    this.#context = context;
    this.#dialog = dialog;
    this.#onEnd = onEnd;
    this.#glare = new GlareTimer(context);
  }

  get dialog(): Dialog {
    return this.#dialog;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  attach(handlers: SessionHandlers): void {
    this.#handlers = handlers;
  }

  // --- UAC side -----------------------------------------------------------------------------------------------------

  /** A 2xx to `invite` came; `acknowledge` is due. */
  succeeded(invite: SipRequest): void {
    this.#unacknowledged = invite;
  }

  /** Sends the ACK of the last 2xx. False when none is due. */
  acknowledge(options: Omit<InDialogRequest, "method"> = { headers: [] }): boolean {
    const invite = this.#unacknowledged;
    const seq = invite === undefined ? undefined : cseqNumberOf(invite);
    if (invite === undefined || seq === undefined) return false;
    this.#unacknowledged = undefined;
    // RFC 3261 §22.1: an ACK cannot be challenged, so it carries the credentials that the INVITE carried.
    const credentials = (["Authorization", "Proxy-Authorization"] as const).flatMap((name) =>
      invite.headers.getAll(name).map((value) => ({ name, value })),
    );
    const headers = [...credentials, ...options.headers];
    const ack = ackInDialog(this.#dialog, seq, { ...options, headers });
    const [oldest] = this.#acks.keys();
    if (this.#acks.size >= MAX_KEPT_ACKS && oldest !== undefined) this.#acks.delete(oldest);
    this.#acks.set(seq, ack);
    void this.#sendAck(ack);
    return true;
  }

  /** RFC 3261 §13.2.2.4: every retransmission of a 2xx gets the same ACK again. */
  reacknowledge(response: SipResponse): void {
    const ack = this.#acks.get(cseqNumberOf(response) ?? -1);
    if (ack !== undefined) void this.#sendAck(ack);
  }

  async #sendAck(ack: { readonly request: SipRequest; readonly nextHop: string }): Promise<void> {
    const located = await this.#context.locator.locate(ack.nextHop);
    const target = located.ok ? located.value[0] : undefined;
    if (target !== undefined) this.#context.transactions.sendAck(ack.request, target);
    else this.#context.log.write("warn", "ACK has no way to its peer", { nextHop: ack.nextHop });
  }

  /** A request inside the dialog; not INVITE, not ACK. A BYE ends the session at once (RFC 3261 §15.1.1). */
  send(options: InDialogRequest, handlers: ExchangeHandlers): void {
    const isBye = options.method === "BYE";
    this.#exchange(options, {
      ...handlers,
      onResponse: (response) => {
        if (response.status >= 200 && response.status < 300) {
          this.#dialog = receiveSuccess(this.#dialog, options.method, response);
        }
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
    } else if (this.#inviteIn !== undefined) {
      const failure: UaFailure = { kind: "timeout", message: "the peer's re-INVITE is pending" };
      if (!this.#retryAfterGlare(options, handlers, failure)) handlers.onFailure(failure);
    } else {
      this.#sendReinvite(options, handlers);
    }
  }

  #sendReinvite(options: Omit<InDialogRequest, "method">, handlers: ExchangeHandlers): void {
    this.#inviteOut = true;
    let finalStatus = 0;
    const exchange = this.#exchange(
      { ...options, method: "INVITE" },
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
          if (response.status === 491) {
            const failure: UaFailure = { kind: "timeout", message: "491 again and again" };
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
  }

  #receiveInviteResponse(invite: SipRequest, response: SipResponse): void {
    if (response.status < 200 || response.status >= 300) return;
    this.#dialog = receiveSuccess(this.#dialog, "INVITE", response);
    this.succeeded(invite);
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
    if (this.#inviteIn === tx) this.#inviteIn = undefined;
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
    const incoming =
      request.method === "INVITE"
        ? this.#incomingInvite(tx)
        : new TransactionRequest(tx, this.#dialog.id.localTag);
    if (request.method === "BYE") this.#end();
    if (this.#handlers === undefined) {
      incoming.respond({ status: request.method === "BYE" ? 200 : 480 });
    } else {
      this.#handlers.onRequest(incoming);
    }
  }

  /** CANCEL of a re-INVITE. True when it was still pending. */
  receiveCancel(invite: ServerTransaction): boolean {
    if (this.#inviteIn !== invite || invite.hasFinal) return false;
    this.#inviteIn = undefined;
    invite.respond(buildResponse(invite.request, this.#dialog.id.localTag, { status: 487 }));
    return true;
  }

  #judge(request: SipRequest): UasResponse | undefined {
    if (this.#isOver) {
      // Two BYEs that cross each other are both answered with 200.
      return { status: request.method === "BYE" && this.#hasHungUp ? 200 : 481 };
    }
    const next = receiveRequest(this.#dialog, request);
    // RFC 3261 §12.2.2: out of order.
    if (next === undefined) return { status: 500 };
    if (request.method === "INVITE") {
      // RFC 3261 §14.2: ours is pending: 491. Theirs is pending: 500 with a random Retry-After up to 10 s.
      if (this.#inviteOut) return { status: 491 };
      if (this.#inviteIn !== undefined) {
        const seconds = (this.#context.random.bytes(1)[0] ?? 0) % 11;
        return { status: 500, headers: [{ name: "Retry-After", value: String(seconds) }] };
      }
    }
    this.#dialog = next;
    return undefined;
  }

  #incomingInvite(tx: ServerTransaction): ServerRequest {
    this.#inviteIn = tx;
    const { localTag } = this.#dialog.id;
    const build = (answer: UasResponse): SipResponse =>
      buildResponse(tx.request, localTag, withContact(answer, this.#context.contact));
    return {
      request: tx.request,
      flow: tx.flow,
      build,
      respond: (answer) => {
        if (tx.hasFinal || this.#isOver) return undefined;
        const response = build(answer);
        if (answer.status >= 200 && answer.status < 300) {
          this.accept(tx, response);
          return response;
        }
        if (answer.status >= 300 && this.#inviteIn === tx) this.#inviteIn = undefined;
        tx.respond(response);
        return response;
      },
    };
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
    if (bye === undefined) this.#end();
    else this.hangUp(formatReason({ protocol: "SIP", ...bye }));
    this.#handlers?.onLost(why);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#glare.stop();
    for (const accepted of this.#accepted.values()) accepted.stop();
    this.#accepted.clear();
    const pending = this.#inviteIn;
    this.#inviteIn = undefined;
    if (pending !== undefined && !pending.hasFinal) {
      // RFC 3261 §15.1.2: requests that are pending when a BYE comes are answered with 487.
      pending.respond(buildResponse(pending.request, this.#dialog.id.localTag, { status: 487 }));
    }
    this.#onEnd(this);
  }

  /** The user agent is closed: no message, no timer. */
  close(): void {
    this.#handlers = undefined;
    this.#end();
  }
}

/** A tag of RFC 3261 §19.3. */
export function newTag(context: Pick<UaContext, "random">): string {
  return randomToken(context.random, 12);
}
