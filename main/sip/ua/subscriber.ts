import { cseqNumberOf, type Dialog, uacDialog, uasDialog } from "../dialog/dialog.ts";
import { type DialogId, dialogKey, idOfReceivedResponse } from "../dialog/dialog-id.ts";
import { fromTagOf, toTagOf } from "../message/fields.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ExchangeHandlers } from "./client-exchange.ts";
import { type ServerRequest, type UasResponse, withContact } from "./server-request.ts";
import { Session } from "./session.ts";
import { NOTIFIER_RULES, SubscriptionTerm } from "./subscription-term.ts";
import type { UaContext } from "./ua-context.ts";
import type { SessionRegistry } from "./uac-invite.ts";
import type { Accepted } from "./uas-invite.ts";

export interface SubscribeHandlers extends ExchangeHandlers {
  /** The dialog is there: before its first NOTIFY, and before the 2xx when that comes first. */
  onSession(session: Session): void;
}

/** A SUBSCRIBE that waits for its 2xx. */
interface Waiting {
  /** As it was sent last. */
  readonly request: () => SipRequest;
  readonly handlers: SubscribeHandlers;
  /** Made by a NOTIFY that came first. */
  opened?: Opened;
}

interface Opened {
  readonly session: Session;
  readonly term: SubscriptionTerm;
}

/** A dialog without a NOTIFY lives for this many T1 (RFC 6665 §4.1.2.4, timer N). */
const GRACE_T1 = 64;

/** The dialogs of SUBSCRIBE: RFC 6665 §4. They end without BYE, when the application says so. */
export class Subscriber {
  readonly #context: UaContext;
  readonly #registry: SessionRegistry;
  /** By Call-ID and our tag. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(context: UaContext, registry: SessionRegistry) {
    this.#context = context;
    this.#registry = registry;
  }

  /** Answers a SUBSCRIBE with 2xx. undefined: too late, or it cannot make a dialog. */
  accept(incoming: ServerRequest, response: UasResponse): Accepted | undefined {
    const complete = withContact(response, this.#context.contact);
    const localTag = toTagOf(incoming.build(complete)) ?? "";
    const dialog = uasDialog(incoming.request, localTag);
    if (!dialog.ok) return undefined;
    const sent = incoming.respond(complete);
    if (sent === undefined) return undefined;
    const session = new Session(this.#context, dialog.value, this.#onEnd, NOTIFIER_RULES);
    this.#registry.add(session);
    return { session, response: sent };
  }

  /**
   * Handlers for the exchange of a SUBSCRIBE of ours.
   * @param request the SUBSCRIBE as it was sent last; asked from `onSent` on
   */
  watch(handlers: SubscribeHandlers, request: () => SipRequest): Required<ExchangeHandlers> {
    const waiting: Waiting = { request, handlers };
    let key: string | undefined;
    const forget = (): void => {
      if (key !== undefined) this.#waiting.delete(key);
    };
    return {
      onSent: (sent, target) => {
        key = waitingKey(sent.headers.get("Call-ID") ?? "", fromTagOf(sent) ?? "");
        this.#waiting.set(key, waiting);
        handlers.onSent?.(sent, target);
      },
      onResponse: (response) => {
        if (response.status >= 200) forget();
        if (response.status >= 300) waiting.opened?.session.fail("SUBSCRIBE was refused");
        else if (isSuccess(response)) this.#answered(waiting, response);
        handlers.onResponse(response);
      },
      onFailure: (failure) => {
        forget();
        handlers.onFailure(failure);
      },
    };
  }

  /** RFC 6665 §4.4.1: the NOTIFY that overtakes the 2xx makes the dialog; a fork's others are refused. */
  notified(notify: SipRequest, id: DialogId): Session | undefined {
    const waiting = this.#waiting.get(waitingKey(id.callId, id.localTag));
    if (waiting === undefined || notify.method !== "NOTIFY") return undefined;
    const seen = uasDialog(notify, id.localTag);
    const localSeq = cseqNumberOf(waiting.request());
    if (waiting.opened !== undefined || !seen.ok || localSeq === undefined) return undefined;
    const localParty = waiting.request().headers.get("From") ?? "";
    // The session is still to receive this NOTIFY.
    const remoteSeq = (seen.value.remoteSeq ?? 0) - 1;
    waiting.opened = this.#open({ ...seen.value, role: "uac", localParty, localSeq, remoteSeq });
    waiting.handlers.onSession(waiting.opened.session);
    return waiting.opened.session;
  }

  #answered(waiting: Waiting, response: SipResponse): void {
    if (waiting.opened === undefined) {
      const dialog = uacDialog(waiting.request(), response);
      if (!dialog.ok) {
        this.#context.log.write("warn", `SUBSCRIBE: ${dialog.error.message}`);
        return;
      }
      waiting.opened = this.#open(dialog.value);
      waiting.handlers.onSession(waiting.opened.session);
    }
    const { session, term } = waiting.opened;
    if (!session.isOver) term.answered(response);
  }

  #open(dialog: Dialog): Opened {
    const { clock, config } = this.#context;
    const term = new SubscriptionTerm(clock, GRACE_T1 * config.t1Ms, () => {
      session.fail("the subscription expired");
    });
    const session: Session = new Session(this.#context, dialog, this.#onEnd, term);
    this.#registry.add(session);
    return { session, term };
  }

  readonly #onEnd = (session: Session): void => {
    this.#registry.remove(session);
  };
}

function waitingKey(callId: string, localTag: string): string {
  return dialogKey({ callId, localTag, remoteTag: "" });
}

function isSuccess(response: SipResponse): boolean {
  // Without a tag there is no dialog to speak of.
  const { remoteTag } = idOfReceivedResponse(response);
  return response.status >= 200 && response.status < 300 && remoteTag !== "";
}
