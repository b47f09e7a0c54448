import type { HostPort } from "../base/host-port.ts";
import type { Clock, Timer } from "../base/ports.ts";
import { responseTo } from "../sip/message/build.ts";
import { fromTagOf } from "../sip/message/fields.ts";
import { SipHeaders } from "../sip/message/headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "../sip/message/message.ts";
import type { ServerTransaction } from "../sip/transaction/transaction.ts";
import { takesReliable } from "../sip/ua/early-dialogs.ts";
import type { ServerRequest, UasResponse } from "../sip/ua/server-request.ts";
import type { Session } from "../sip/ua/session.ts";
import type { UasInvite } from "../sip/ua/uas-invite.ts";
import type { UserAgent } from "../sip/ua/user-agent.ts";
import type { CallNames } from "./call-names.ts";
import { type CallEnd, type CallRecord, endOf } from "./call-record.ts";
import type { ControlWire } from "./control-wire.ts";
import type { DialogEntry, EngineDialogs } from "./engine-dialogs.ts";
import { chosenTag, readResponseParts } from "./outgoing-command.ts";
import { LOCAL_TAG_HEADER } from "./private-headers.ts";
import type { SipText } from "./sip-text.ts";

export interface EngineUasOptions {
  readonly local: HostPort;
  /** How long the application may leave a request without any response. A provisional response ends the wait. */
  readonly silenceMs: number;
  /** How long an answer to BYE waits for `releaseBye`; 0 sends it as drachtio-srf gives it. */
  readonly byeHoldMs: number;
  /** 100 to an INVITE before the application has it, as drachtio-server sends it. */
  readonly triesAtOnce: boolean;
  /** Told of each INVITE that a CANCEL or a time-out ended before its final response; `localTag` names it. */
  readonly onWithdrawn?: (localTag: string, cancel: SipRequest) => void;
}

/** A request that waits for the application's response, by transaction id. */
interface Pending {
  readonly place: UasInvite["flow"];
  readonly names: CallNames | undefined;
  readonly guard: Timer;
  /** @returns the response as sent; undefined when it is too late */
  answer(response: UasResponse, toTag: string | undefined): SipResponse | undefined;
  /** Why a response cannot be sent, as the text of the NOK. */
  refusal?(response: UasResponse): string | undefined;
  /** Gives the transaction to a proxy; undefined when it has been answered. */
  release(): ServerTransaction | undefined;
  /** The application never answered, or is gone. */
  expire(): void;
}

interface HeldBye {
  readonly bye: ServerRequest;
  readonly timer: Timer;
}

/** What the parts of one control connection share. */
export interface EngineShared {
  readonly wire: ControlWire;
  readonly dialogs: EngineDialogs;
  readonly ua: UserAgent;
  readonly record: (record: CallRecord) => void;
}

const TOO_LATE = "Response not sent due to unknown transaction";

const NO_PRACK = "Remote endpoint does not support 100rel";

/** Passes what the network asks to drachtio-srf, and its answers back. */
export class EngineUas {
  readonly #shared: EngineShared;
  readonly #wire: ControlWire;
  readonly #dialogs: EngineDialogs;
  readonly #clock: Clock;
  readonly #options: EngineUasOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #heldByes = new Map<string, HeldBye>();

  constructor(shared: EngineShared, clock: Clock, options: EngineUasOptions) {
    this.#shared = shared;
    this.#wire = shared.wire;
    this.#dialogs = shared.dialogs;
    this.#clock = clock;
    this.#options = options;
  }

  invite(invite: UasInvite): void {
    const { request, flow } = invite;
    if (this.#options.triesAtOnce) invite.trying();
    const txnId = this.#wire.newId();
    const names = this.#dialogs.names.take(
      request.headers.get("Call-ID") ?? "",
      fromTagOf(request) ?? "",
    );
    const withdraw = (cancel: SipRequest): void => {
      if (!this.#forget(txnId)) return;
      this.#wire.request({ request: cancel, place: flow, txnId, names });
      this.#dialogs.names.release(names);
      this.#record({ kind: "stop", source: "network", end: "call-canceled", message: cancel });
      this.#options.onWithdrawn?.(invite.localTag, cancel);
    };
    const expire = (): void => {
      invite.refuse({ status: 480 });
      withdraw(cancelFor(request));
    };
    invite.attach({
      onCancel: withdraw,
      onExpired: () => {
        withdraw(cancelFor(request));
      },
      onPrack: (prack) => {
        this.#prack(prack, flow, names);
      },
    });
    this.#pending.set(txnId, {
      place: flow,
      names,
      guard: this.#clock.startTimer(this.#options.silenceMs, expire),
      answer: (response, toTag) => {
        if (toTag !== undefined && response.status > 100) invite.chooseTag(toTag);
        return this.#answerInvite(invite, { txnId, names }, response);
      },
      refusal: (response) =>
        wantsPrack(response) && !takesReliable(request) ? NO_PRACK : undefined,
      release: () => {
        this.#forget(txnId);
        this.#dialogs.names.release(names);
        return invite.release();
      },
      expire,
    });
    const extra = [{ name: LOCAL_TAG_HEADER, value: invite.localTag }];
    this.#wire.request({ request, place: flow, txnId, names, extra });
  }

  /** The stack has answered it: the client's own answer goes nowhere. */
  #prack(prack: SipRequest, flow: UasInvite["flow"], names: CallNames): void {
    const txnId = this.#wire.newId();
    this.#pending.set(txnId, {
      place: flow,
      names,
      guard: this.#clock.startTimer(this.#options.silenceMs / 2, () => {
        this.#forget(txnId);
      }),
      answer: (response) => {
        if (response.status >= 200) this.#forget(txnId);
        return responseTo(prack, response.status, response.reason);
      },
      release: () => undefined,
      expire: () => {
        this.#forget(txnId);
      },
    });
    const { dialogId } = names;
    this.#wire.request({ request: prack, place: flow, txnId, dialogId, names });
  }

  #answerInvite(
    invite: UasInvite,
    { txnId, names }: { readonly txnId: string; readonly names: CallNames },
    response: UasResponse,
  ): SipResponse | undefined {
    if (response.status < 200) return invite.provisional(response);
    if (response.status < 300) {
      const accepted = invite.accept(response);
      if (accepted === undefined) return undefined;
      this.#forget(txnId);
      this.adopt(accepted.session, names, txnId);
      const message = accepted.response;
      this.#record({ kind: "start", source: "application", role: "uas", message });
      return message;
    }
    const refused = invite.refuse(response);
    if (this.#forget(txnId)) this.#dialogs.names.release(names);
    if (refused !== undefined) {
      const end = endOf(refused.status);
      this.#record({ kind: "stop", source: "application", end, message: refused });
    }
    return refused;
  }

  /** Gives a request that the application has not answered to a proxy. */
  release(txnId: string): ServerTransaction | undefined {
    return this.#pending.get(txnId)?.release();
  }

  #record(record: CallRecord): void {
    this.#shared.record(record);
  }

  /** A request outside a dialog. */
  request(incoming: ServerRequest): void {
    const txnId = this.#wire.newId();
    const { request, flow } = incoming;
    if (request.method === "SUBSCRIBE") {
      const names = this.#awaitSubscribe(txnId, incoming);
      this.#wire.request({ request, place: flow, txnId, names });
    } else {
      this.#await(txnId, incoming, undefined);
      this.#wire.request({ request, place: flow, txnId });
    }
  }

  /** RFC 6665 §4.2.1: a 2xx to SUBSCRIBE makes a dialog. */
  #awaitSubscribe(txnId: string, incoming: ServerRequest): CallNames {
    const { request } = incoming;
    const names = this.#dialogs.names.take(
      request.headers.get("Call-ID") ?? "",
      fromTagOf(request) ?? "",
    );
    this.#await(txnId, incoming, names, (response) => {
      const isSuccess = response.status >= 200 && response.status < 300;
      const accepted = isSuccess
        ? this.#shared.ua.acceptSubscription(incoming, response)
        : undefined;
      if (accepted !== undefined) this.adopt(accepted.session, names, txnId);
      const sent = accepted?.response ?? incoming.respond(response);
      if (accepted === undefined && response.status >= 200) this.#dialogs.names.release(names);
      return sent;
    });
    return names;
  }

  /** Makes a confirmed dialog known to drachtio-srf's side. @param inviteTxnId goes with the ACK of its first 2xx */
  adopt(session: Session, names: CallNames, inviteTxnId: string): void {
    let ackTxnId: string | undefined = inviteTxnId;
    this.#dialogs.add({ names, session });
    session.attach({
      onRequest: (incoming) => {
        this.#inDialog(incoming, { session, names });
      },
      onAck: (ack) => {
        const txnId = ackTxnId ?? this.#wire.newId();
        ackTxnId = undefined;
        const place = { transport: "udp", remote: this.#options.local } as const;
        this.#wire.request({ request: ack, place, txnId, dialogId: names.dialogId, names });
      },
      onLost: (why) => {
        this.#dialogs.remove(names);
        const bye = byeFor(session, why);
        this.#wire.unsolicitedBye(bye, names);
        this.#record({ kind: "stop", source: "application", end: lossEnd(why), message: bye });
      },
    });
  }

  #inDialog(incoming: ServerRequest, { session, names }: DialogEntry): void {
    const { request } = incoming;
    const txnId = this.#wire.newId();
    if (request.method === "BYE") {
      this.#dialogs.remove(names);
      const end = "normal-release";
      this.#record({ kind: "stop", source: "network", end, message: request });
    }
    // drachtio-srf gives an UPDATE to any pending request of the same Call-ID; one that nobody else has avoids that.
    const shown =
      request.method === "UPDATE"
        ? { ...names, shownCallId: `${names.shownCallId}/${txnId}` }
        : names;
    const isLast = session.usage === "subscription" && endsSubscription(request);
    this.#await(txnId, incoming, shown, (response) => {
      const sent = this.#answer(txnId, incoming, response);
      if (isLast && response.status >= 200) this.#endSubscription({ session, names });
      return sent;
    });
    const { dialogId } = names;
    this.#wire.request({ request, place: incoming.flow, txnId, dialogId, names: shown });
  }

  #endSubscription({ session, names }: DialogEntry): void {
    this.#dialogs.remove(names);
    session.close();
  }

  #await(
    txnId: string,
    incoming: ServerRequest,
    names: CallNames | undefined,
    answer = (response: UasResponse): SipResponse | undefined =>
      this.#answer(txnId, incoming, response),
  ): void {
    const expire = (): void => {
      this.#forget(txnId);
      answer({ status: 480 });
    };
    this.#pending.set(txnId, {
      place: incoming.flow,
      names,
      guard: this.#clock.startTimer(this.#options.silenceMs / 2, expire),
      answer: (response) => {
        if (response.status >= 200) this.#forget(txnId);
        return answer(response);
      },
      release: () => {
        this.#forget(txnId);
        return incoming.transaction?.hasFinal === false ? incoming.transaction : undefined;
      },
      expire,
    });
  }

  #answer(txnId: string, incoming: ServerRequest, response: UasResponse): SipResponse | undefined {
    const isHeld = incoming.request.method === "BYE" && this.#options.byeHoldMs > 0;
    return isHeld ? this.#hold(txnId, incoming, response) : incoming.respond(response);
  }

  /** drachtio-srf answers BYE before its application knows of it; the answer waits for `releaseBye`. */
  #hold(txnId: string, bye: ServerRequest, response: UasResponse): SipResponse {
    const timer = this.#clock.startTimer(this.#options.byeHoldMs, () => {
      this.releaseBye(txnId, { status: 200 });
    });
    this.#heldByes.set(txnId, { bye, timer });
    return bye.build(response);
  }

  /** Sends the answer to a BYE. Harmless when it was sent already. */
  releaseBye(txnId: string, response: UasResponse): void {
    const held = this.#heldByes.get(txnId);
    if (held === undefined) return;
    this.#heldByes.delete(txnId);
    held.timer.cancel();
    held.bye.respond(response);
  }

  /** A response command. */
  respond(rid: string, txnId: string, text: SipText): void {
    const pending = this.#pending.get(txnId);
    const parts = readResponseParts(text, this.#options.local);
    if (!parts.ok) {
      this.#wire.nok(rid, parts.error);
      return;
    }
    const refusal = pending?.refusal?.(parts.value);
    if (refusal !== undefined) {
      this.#wire.nok(rid, refusal);
      return;
    }
    // The application has spoken: from here on it may take its time (ringing lasts minutes).
    pending?.guard.cancel();
    const sent = pending?.answer(parts.value, chosenTag(text));
    if (pending === undefined || sent === undefined) {
      this.#wire.nok(rid, TOO_LATE);
      return;
    }
    const { names, place } = pending;
    this.#wire.sentResponse(rid, {
      response: sent,
      txnId,
      place,
      ...(names === undefined ? {} : { names }),
    });
  }

  /** The application is gone: what waits is answered by the stack, dialogs answer 481 from here on. */
  close(): void {
    for (const pending of [...this.#pending.values()]) pending.expire();
    this.#pending.clear();
    for (const txnId of [...this.#heldByes.keys()]) this.releaseBye(txnId, { status: 200 });
    for (const { session } of this.#dialogs.all()) {
      session.attach({
        onRequest: (incoming) => {
          incoming.respond({ status: 481 });
        },
        onAck: () => undefined,
        onLost: () => undefined,
      });
    }
  }

  #forget(txnId: string): boolean {
    this.#pending.get(txnId)?.guard.cancel();
    return this.#pending.delete(txnId);
  }
}

/** A CANCEL that the network never sent, so that drachtio-srf lets go of the INVITE. */
function cancelFor(invite: SipRequest): SipRequest {
  const cseq = (invite.headers.get("CSeq") ?? "").replace("INVITE", "CANCEL");
  const headers = invite.headers.remove("Content-Type").set("CSeq", cseq);
  return { ...invite, method: "CANCEL", headers, body: NO_BODY };
}

function wantsPrack({ status, headers = [] }: UasResponse): boolean {
  const requires = headers.filter((field) => field.name.toLowerCase() === "require");
  return (
    status < 200 && requires.some((field) => /(?:^|[,\s])100rel(?:[,\s]|$)/i.test(field.value))
  );
}

function endsSubscription(notify: SipRequest): boolean {
  const state = notify.headers.get("Subscription-State") ?? "";
  return notify.method === "NOTIFY" && /^\s*terminated\b/i.test(state);
}

/** By the words that a session gives. */
function lossEnd(why: string): CallEnd {
  if (why === "ACK timeout") return "ack-timeout";
  return /expired/i.test(why) ? "session-expired" : "system-initiated-termination";
}

function byeFor(session: Session, why: string): SipRequest {
  const { dialog } = session;
  return {
    kind: "request",
    method: "BYE",
    uri: dialog.remoteTarget,
    headers: SipHeaders.of([
      { name: "From", value: dialog.localParty },
      { name: "To", value: dialog.remoteParty },
      { name: "Call-ID", value: dialog.id.callId },
      { name: "CSeq", value: `${String(dialog.localSeq)} BYE` },
      { name: "Reason", value: `SIP;cause=408;text="${why.replaceAll('"', "'")}"` },
    ]),
    body: NO_BODY,
  };
}
