import { parseDecimalIn } from "../../base/decimal.ts";
import { cseqNumberOf, type Dialog, requestInDialog, uacDialog } from "../dialog/dialog.ts";
import { dialogKey, idOfReceivedResponse } from "../dialog/dialog-id.ts";
import { cseqOf, toTagOf } from "../message/fields.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { ClientExchange } from "./client-exchange.ts";
import type { UasResponse } from "./server-request.ts";
import { supportsOption } from "./session-timer.ts";
import { type UaContext, withUserAgent } from "./ua-context.ts";

interface Early {
  dialog: Dialog;
  /** Number of the last reliable response. */
  rseq: number | undefined;
}

/** A fork has at most so many ends that we keep apart. */
const MAX_DIALOGS = 32;

/**
 * The early dialogs of one INVITE of ours, and the acknowledgement of reliable provisional responses in them
 * (RFC 3262 §4).
 */
export class EarlyDialogs {
  readonly #context: UaContext;
  readonly #byKey = new Map<string, Early>();

  constructor(context: UaContext) {
    this.#context = context;
  }

  /** @returns false for a response that came before, or out of order: nobody is to hear of it */
  receive(invite: SipRequest, response: SipResponse): boolean {
    const early = this.#find(invite, response);
    const isReliable = response.headers
      .list("Require")
      .some((tag) => tag.toLowerCase() === "100rel");
    if (!isReliable) return true;
    const rseq = parseDecimalIn(response.headers.get("RSeq") ?? "", 1, 2 ** 32 - 1);
    if (rseq === undefined || early === undefined) return false;
    // §4: each is one above the last; a repetition and one that ran ahead are dropped.
    if (early.rseq !== undefined && rseq !== early.rseq + 1) return false;
    early.rseq = rseq;
    this.#acknowledge(early, invite, rseq);
    return true;
  }

  /** The CSeq that the dialog has used; later requests go above it. */
  localSeqOf(key: string): number | undefined {
    return this.#byKey.get(key)?.dialog.localSeq;
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** A request of the peer inside an early dialog: only UPDATE may come (RFC 3311 §5.2). */
  judge(request: SipRequest): UasResponse {
    if (request.method !== "UPDATE") return { status: 405, headers: ALLOW };
    // Our own offer is still open.
    if (request.body.length > 0) return { status: 491 };
    return { status: 200, headers: [{ name: "Contact", value: this.#context.contact }] };
  }

  #find(invite: SipRequest, response: SipResponse): Early | undefined {
    const key = dialogKey(idOfReceivedResponse(response));
    const known = this.#byKey.get(key);
    const hasTag = toTagOf(response) !== undefined;
    if (known !== undefined || !hasTag || this.#byKey.size >= MAX_DIALOGS) return known;
    const dialog = uacDialog(invite, response);
    const early: Early = {
      dialog: dialog.ok ? dialog.value : dialogWithoutContact(invite, response),
      rseq: undefined,
    };
    this.#byKey.set(key, early);
    return early;
  }

  #acknowledge(early: Early, invite: SipRequest, rseq: number): void {
    const cseq = cseqOf(invite);
    if (!cseq.ok) return;
    const rack = `${String(rseq)} ${String(cseq.value.number)} INVITE`;
    const built = requestInDialog(early.dialog, {
      method: "PRACK",
      headers: withUserAgent(this.#context, [{ name: "RAck", value: rack }]),
    });
    early.dialog = built.dialog;
    const nextSeq = (): number => {
      early.dialog = { ...early.dialog, localSeq: early.dialog.localSeq + 1 };
      return early.dialog.localSeq;
    };
    const log = (why: string): void => {
      this.#context.log.write("warn", "a provisional response could not be acknowledged", { why });
    };
    new ClientExchange(
      this.#context,
      { ...built, nextSeq },
      {
        onResponse: (answer) => {
          if (answer.status >= 300) log(String(answer.status));
        },
        onFailure: (failure) => {
          log(failure.kind);
        },
      },
    );
  }
}

const ALLOW = [{ name: "Allow", value: "UPDATE, PRACK, ACK, CANCEL, BYE" }];

/** Enough of a dialog to go on with where a peer left its Contact out: the Request-URI stands in for it. */
export function dialogWithoutContact(invite: SipRequest, response: SipResponse): Dialog {
  return {
    id: idOfReceivedResponse(response),
    role: "uac",
    phase: response.status < 200 ? "early" : "confirmed",
    localParty: invite.headers.get("From") ?? "",
    remoteParty: response.headers.get("To") ?? "",
    localSeq: cseqNumberOf(invite) ?? 1,
    remoteTarget: invite.uri,
    routeSet: response.headers.list("Record-Route").toReversed(),
  };
}

/** The UAC takes reliable provisional responses. */
export function takesReliable(invite: SipRequest): boolean {
  return supportsOption(invite.headers, "100rel");
}
