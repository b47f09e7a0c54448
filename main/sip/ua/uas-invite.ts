import type { Timer } from "../../base/ports.ts";
import { uasDialog } from "../dialog/dialog.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { buildResponse, type UasResponse, withContact } from "./server-request.ts";
import { newTag, Session } from "./session.ts";
import type { UaContext } from "./ua-context.ts";
import type { SessionRegistry } from "./uac-invite.ts";

export interface UasInviteHandlers {
  /** 200 to the CANCEL and 487 to the INVITE were sent. */
  onCancel(cancel: SipRequest): void;
  /** The stack refused the INVITE: nobody answered it in time, or its way back is gone. */
  onExpired(): void;
}

/** What an accepted INVITE became. */
export interface Accepted {
  readonly session: Session;
  /** The 2xx as sent. */
  readonly response: SipResponse;
}

/** RFC 3261 §13.3.1: an INVITE that waits long repeats its provisional response every minute against proxies' timer C. */
const REPEAT_PROVISIONAL_MS = 60_000;

/** An initial INVITE at its UAS: RFC 3261 §13.3. */
export class UasInvite {
  readonly request: SipRequest;
  readonly flow: Flow;
  /** Our tag in all responses. */
  readonly localTag: string;
  readonly #context: UaContext;
  readonly #registry: SessionRegistry;
  readonly #tx: ServerTransaction;
  readonly #limit: Timer;
  #repeat: Timer | undefined;
  #handlers: UasInviteHandlers | undefined;
  #isSettled = false;

  constructor(context: UaContext, registry: SessionRegistry, tx: ServerTransaction) {
    this.#context = context;
    this.#registry = registry;
    this.#tx = tx;
    this.request = tx.request;
    this.flow = tx.flow;
    this.localTag = newTag(context);
    this.#limit = context.clock.startTimer(context.config.inviteLimitMs, () => {
      this.refuse({ status: 480 });
      this.#handlers?.onExpired();
    });
    tx.onEnd(() => {
      if (this.#isSettled) return;
      this.#settle();
      this.#handlers?.onExpired();
    });
  }

  attach(handlers: UasInviteHandlers): void {
    this.#handlers = handlers;
  }

  /** 100 to 199. undefined: the INVITE has its final response already. */
  provisional(response: UasResponse): SipResponse | undefined {
    if (this.#isSettled) return undefined;
    const built = this.#build(response);
    const send = (): void => {
      this.#tx.respond(built);
    };
    send();
    this.#repeat?.cancel();
    const repeatLater = (): Timer =>
      this.#context.clock.startTimer(REPEAT_PROVISIONAL_MS, () => {
        send();
        this.#repeat = repeatLater();
      });
    this.#repeat = repeatLater();
    return built;
  }

  /** 2xx, retransmitted until its ACK comes. undefined: too late, or the INVITE cannot make a dialog. */
  accept(response: UasResponse): Accepted | undefined {
    if (this.#isSettled) return undefined;
    const dialog = uasDialog(this.request, this.localTag);
    if (!dialog.ok) {
      this.refuse({ status: 400 });
      return undefined;
    }
    const built = this.#build(response);
    this.#settle();
    const session = new Session(this.#context, dialog.value, (ended) => {
      this.#registry.remove(ended);
    });
    this.#registry.add(session);
    session.accept(this.#tx, built);
    return { session, response: built };
  }

  /** 300 to 699. */
  refuse(response: UasResponse): SipResponse | undefined {
    if (this.#isSettled) return undefined;
    this.#settle();
    const built = this.#build(response);
    this.#tx.respond(built);
    return built;
  }

  /** RFC 3261 §9.2: the INVITE is answered with 487 unless it has a final response. */
  cancelled(cancel: SipRequest): void {
    if (this.refuse({ status: 487 }) !== undefined) this.#handlers?.onCancel(cancel);
  }

  close(): void {
    this.refuse({ status: 480 });
  }

  #settle(): void {
    this.#isSettled = true;
    this.#limit.cancel();
    this.#repeat?.cancel();
  }

  #build(response: UasResponse): SipResponse {
    const complete = withContact(response, this.#context.contact);
    return buildResponse(this.request, this.localTag, complete);
  }
}
