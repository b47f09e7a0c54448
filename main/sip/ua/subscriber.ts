import { cseqNumberOf, type Dialog, uacDialog, uasDialog } from "../dialog/dialog.ts";
import { type DialogId, dialogKey, idOfReceivedResponse } from "../dialog/dialog-id.ts";
import { fromTagOf, toTagOf } from "../message/fields.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ExchangeHandlers } from "./client-exchange.ts";
import { type ServerRequest, type UasResponse, withContact } from "./server-request.ts";
import { Session } from "./session.ts";
import type { UaContext } from "./ua-context.ts";
import type { SessionRegistry } from "./uac-invite.ts";
import type { Accepted } from "./uas-invite.ts";

export interface SubscribeHandlers extends ExchangeHandlers {
  /** The dialog is there: before its first NOTIFY, and before the 2xx when that comes first. */
  onSession(session: Session): void;
}

/** A SUBSCRIBE that waits for its 2xx. */
interface Waiting {
  readonly request: SipRequest;
  readonly handlers: SubscribeHandlers;
}

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
    return sent && { session: this.#open(dialog.value), response: sent };
  }

  /** Handlers for the exchange of a SUBSCRIBE of ours. */
  watch(handlers: SubscribeHandlers): Required<ExchangeHandlers> {
    let key: string | undefined;
    const forget = (): void => {
      if (key !== undefined) this.#waiting.delete(key);
    };
    return {
      onSent: (request, target) => {
        key = waitingKey(request.headers.get("Call-ID") ?? "", fromTagOf(request) ?? "");
        this.#waiting.set(key, { request, handlers });
        handlers.onSent?.(request, target);
      },
      onResponse: (response) => {
        const waiting = key === undefined ? undefined : this.#waiting.get(key);
        if (response.status >= 200) forget();
        if (waiting !== undefined && isSuccess(response)) this.#answered(waiting, response);
        handlers.onResponse(response);
      },
      onFailure: (failure) => {
        forget();
        handlers.onFailure(failure);
      },
    };
  }

  /** RFC 6665 §4.4.1: the NOTIFY that overtakes the 2xx makes the dialog. */
  notified(notify: SipRequest, id: DialogId): Session | undefined {
    const key = waitingKey(id.callId, id.localTag);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined || notify.method !== "NOTIFY") return undefined;
    const seen = uasDialog(notify, id.localTag);
    const localSeq = cseqNumberOf(waiting.request);
    if (!seen.ok || localSeq === undefined) return undefined;
    this.#waiting.delete(key);
    const localParty = waiting.request.headers.get("From") ?? "";
    // The session is still to receive this NOTIFY.
    const remoteSeq = (seen.value.remoteSeq ?? 0) - 1;
    const session = this.#open({ ...seen.value, role: "uac", localParty, localSeq, remoteSeq });
    waiting.handlers.onSession(session);
    return session;
  }

  #answered(waiting: Waiting, response: SipResponse): void {
    const dialog = uacDialog(waiting.request, response);
    if (dialog.ok) waiting.handlers.onSession(this.#open(dialog.value));
    else this.#context.log.write("warn", `SUBSCRIBE: ${dialog.error.message}`);
  }

  #open(dialog: Dialog): Session {
    const session = new Session(
      this.#context,
      dialog,
      (ended) => {
        this.#registry.remove(ended);
      },
      "subscription",
    );
    this.#registry.add(session);
    return session;
  }
}

function waitingKey(callId: string, localTag: string): string {
  return dialogKey({ callId, localTag, remoteTag: "" });
}

function isSuccess(response: SipResponse): boolean {
  // Without a tag there is no dialog to speak of.
  const { remoteTag } = idOfReceivedResponse(response);
  return response.status >= 200 && response.status < 300 && remoteTag !== "";
}
