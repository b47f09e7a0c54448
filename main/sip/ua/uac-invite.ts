import type { Timer } from "../../base/ports.ts";
import { ok } from "../../base/result.ts";
import { type Dialog, uacDialog } from "../dialog/dialog.ts";
import { dialogKey, idOfReceivedRequest, idOfReceivedResponse } from "../dialog/dialog-id.ts";
import { formatReason } from "../grammar/reason.ts";
import type { HeaderField } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { Target } from "../transport/flow.ts";
import { ClientExchange, type ExchangeOptions } from "./client-exchange.ts";
import { dialogWithoutContact, EarlyDialogs } from "./early-dialogs.ts";
import type { UasResponse } from "./server-request.ts";
import { Session } from "./session.ts";
import type { UaContext } from "./ua-context.ts";
import type { UaFailure } from "./ua-failure.ts";

export interface UacInviteHandlers {
  /** On its way, with our Via. */
  onSent(request: SipRequest, target: Target): void;
  /** 101 to 199, of any early dialog. */
  onProvisional(response: SipResponse): void;
  /** The first 2xx. The application sends the ACK by `session.acknowledge`. */
  onAnswered(session: Session, response: SipResponse): void;
  /** 3xx to 6xx; the ACK was sent. */
  onRefused(response: SipResponse): void;
  onFailure(failure: UaFailure): void;
}

const COMPLETED_ELSEWHERE = formatReason({
  protocol: "SIP",
  cause: 200,
  text: "Call completed elsewhere",
});

/** Adds a session to the user agent and takes its end. */
export interface SessionRegistry {
  add(session: Session): void;
  remove(session: Session): void;
}

/**
 * An INVITE at its UAC: RFC 3261 §13.2. A proxy may fork it, so there may be several early dialogs and several 2xx: the
 * first 2xx wins, every other one is acknowledged and ended with BYE (§13.2.2.4), as is one that comes after `cancel`.
 */
export class UacInvite {
  readonly #context: UaContext;
  readonly #registry: SessionRegistry;
  readonly #handlers: UacInviteHandlers;
  readonly #exchange: ClientExchange;
  readonly #limit: Timer;
  readonly #early: EarlyDialogs;
  /** By dialog key: the winner and those that were hung up. */
  readonly #sessions = new Map<string, Session>();
  #isSettled = false;
  #isAnswered = false;
  /** Of the CANCEL, or what a BYE in its place says. */
  #cancelReason = formatReason({ protocol: "SIP", cause: 487, text: "Request Terminated" });

  constructor(
    context: UaContext,
    registry: SessionRegistry,
    options: ExchangeOptions,
    handlers: UacInviteHandlers,
  ) {
    this.#context = context;
    this.#registry = registry;
    this.#handlers = handlers;
    this.#early = new EarlyDialogs(context);
    this.#exchange = new ClientExchange(context, options, {
      onSent: (request, target) => {
        handlers.onSent(request, target);
      },
      onResponse: (response) => {
        this.#receive(response);
      },
      onFailure: (failure) => {
        this.#settle(() => {
          handlers.onFailure(failure);
        });
      },
    });
    this.#limit = context.clock.startTimer(context.config.inviteLimitMs, () => {
      this.cancel([]);
    });
  }

  /** @param headers added to the CANCEL, for example Reason */
  cancel(headers: readonly HeaderField[]): void {
    if (this.#isSettled) return;
    const reason = headers.find(({ name }) => name.toLowerCase() === "reason");
    if (reason !== undefined) this.#cancelReason = reason.value;
    this.#exchange.cancel(headers);
  }

  /** The user agent is closed. */
  close(): void {
    this.#settle(() => {
      this.#handlers.onFailure({ kind: "closed", message: "the user agent was closed" });
    });
    this.#exchange.abandon();
  }

  #settle(tell: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#limit.cancel();
    tell();
  }

  #receive(response: SipResponse): void {
    if (response.status >= 200 && response.status < 300) {
      this.#receiveSuccess(response);
    } else if (response.status >= 300) {
      this.#settle(() => {
        this.#handlers.onRefused(response);
      });
    } else if (response.status > 100 && !this.#isSettled) {
      const isNew = this.#early.receive(this.#exchange.request, response);
      if (isNew) this.#handlers.onProvisional(response);
    }
  }

  #receiveSuccess(response: SipResponse): void {
    const key = dialogKey(idOfReceivedResponse(response));
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      known.reacknowledge(response);
      return;
    }
    const dialog = this.#dialogOf(response, key);
    const session = this.#open(
      dialog.ok ? dialog.value : dialogWithoutContact(this.#exchange.request, response),
    );
    this.#sessions.set(key, session);
    session.succeeded(this.#exchange.request, response);
    if (!this.#isSettled && dialog.ok && this.#exchange.cancelHeaders === undefined) {
      this.#isAnswered = true;
      this.#settle(() => {
        this.#handlers.onAnswered(session, response);
      });
      return;
    }
    session.acknowledge();
    // Who was cancelled and who was too late must learn the same reason by BYE as by CANCEL (RFC 3326 §2).
    session.hangUp(this.#byeReason());
    const failure: UaFailure = dialog.ok
      ? { kind: "cancelled", message: "answered after it was cancelled" }
      : { kind: "protocol", message: dialog.error.message };
    this.#settle(() => {
      this.#handlers.onFailure(failure);
    });
  }

  /**
   * Why a 2xx is not wanted: the Reason of the CANCEL that it crossed, or that another 2xx was first. A receiver takes
   * "completed elsewhere" for an acceptance on another device, so nothing else may say so.
   */
  #byeReason(): string {
    return this.#isAnswered && this.#exchange.cancelHeaders === undefined
      ? COMPLETED_ELSEWHERE
      : this.#cancelReason;
  }

  /** A request of the peer inside an early dialog of this INVITE; undefined when it is in none. */
  judgeEarly(request: SipRequest): UasResponse | undefined {
    const isOurs = this.#early.has(dialogKey(idOfReceivedRequest(request)));
    return isOurs ? this.#early.judge(request) : undefined;
  }

  /** PRACKs have used CSeq numbers of this dialog already. */
  #dialogOf(response: SipResponse, key: string): ReturnType<typeof uacDialog> {
    const dialog = uacDialog(this.#exchange.request, response);
    const localSeq = this.#early.localSeqOf(key);
    return dialog.ok && localSeq !== undefined
      ? ok({ ...dialog.value, localSeq: Math.max(localSeq, dialog.value.localSeq) })
      : dialog;
  }

  #open(dialog: Dialog): Session {
    const session = new Session(this.#context, dialog, (ended) => {
      this.#registry.remove(ended);
    });
    this.#registry.add(session);
    return session;
  }
}
