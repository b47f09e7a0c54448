import type { HostPort } from "../base/host-port.ts";
import type { Clock, Timer } from "../base/ports.ts";
import { fromTagOf } from "../sip/message/fields.ts";
import { SipHeaders } from "../sip/message/headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "../sip/message/message.ts";
import type { ServerRequest, UasResponse } from "../sip/ua/server-request.ts";
import type { Session } from "../sip/ua/session.ts";
import type { UasInvite } from "../sip/ua/uas-invite.ts";
import type { CallNames } from "./call-names.ts";
import type { ControlWire } from "./control-wire.ts";
import type { EngineDialogs } from "./engine-dialogs.ts";
import { readResponseParts } from "./outgoing-command.ts";
import { LOCAL_TAG_HEADER } from "./private-headers.ts";
import type { SipText } from "./sip-text.ts";

export interface EngineUasOptions {
  readonly local: HostPort;
  /** How long the application may leave a request without any response. A provisional response ends the wait. */
  readonly silenceMs: number;
  /** How long an answer to BYE waits for `releaseBye`; 0 sends it as drachtio-srf gives it. */
  readonly byeHoldMs: number;
  /** Told of each INVITE that a CANCEL or a time-out ended before its final response; `localTag` names it. */
  readonly onWithdrawn?: (localTag: string, cancel: SipRequest) => void;
}

/** A request that waits for the application's response, by transaction id. */
interface Pending {
  readonly place: UasInvite["flow"];
  readonly names: CallNames | undefined;
  readonly guard: Timer;
  /** @returns the response as sent; undefined when it is too late */
  answer(response: UasResponse): SipResponse | undefined;
  /** The application never answered, or is gone. */
  expire(): void;
}

interface HeldBye {
  readonly bye: ServerRequest;
  readonly timer: Timer;
}

const TOO_LATE = "Response not sent due to unknown transaction";

/** Passes what the network asks to drachtio-srf, and its answers back. */
export class EngineUas {
  readonly #wire: ControlWire;
  readonly #dialogs: EngineDialogs;
  readonly #clock: Clock;
  readonly #options: EngineUasOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #heldByes = new Map<string, HeldBye>();

  constructor(wire: ControlWire, dialogs: EngineDialogs, clock: Clock, options: EngineUasOptions) {
    this.#wire = wire;
    this.#dialogs = dialogs;
    this.#clock = clock;
    this.#options = options;
  }

  invite(invite: UasInvite): void {
    const { request, flow } = invite;
    const txnId = this.#wire.newId();
    const names = this.#dialogs.names.take(
      request.headers.get("Call-ID") ?? "",
      fromTagOf(request) ?? "",
    );
    const withdraw = (cancel: SipRequest): void => {
      if (!this.#forget(txnId)) return;
      this.#wire.request({ request: cancel, place: flow, txnId, names });
      this.#dialogs.names.release(names);
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
    });
    this.#pending.set(txnId, {
      place: flow,
      names,
      guard: this.#clock.startTimer(this.#options.silenceMs, expire),
      answer: (response) => this.#answerInvite(invite, txnId, names, response),
      expire,
    });
    const extra = [{ name: LOCAL_TAG_HEADER, value: invite.localTag }];
    this.#wire.request({ request, place: flow, txnId, names, extra });
  }

  #answerInvite(
    invite: UasInvite,
    txnId: string,
    names: CallNames,
    response: UasResponse,
  ): SipResponse | undefined {
    if (response.status < 200) return invite.provisional(response);
    if (response.status < 300) {
      const accepted = invite.accept(response);
      if (accepted === undefined) return undefined;
      this.#forget(txnId);
      this.adopt(accepted.session, names, txnId);
      return accepted.response;
    }
    const refused = invite.refuse(response);
    if (this.#forget(txnId)) this.#dialogs.names.release(names);
    return refused;
  }

  /** A request outside a dialog. */
  request(incoming: ServerRequest): void {
    const txnId = this.#wire.newId();
    this.#await(txnId, incoming, undefined);
    this.#wire.request({ request: incoming.request, place: incoming.flow, txnId });
  }

  /** Makes a confirmed dialog known to drachtio-srf's side. @param inviteTxnId goes with the ACK of its first 2xx */
  adopt(session: Session, names: CallNames, inviteTxnId: string): void {
    let ackTxnId: string | undefined = inviteTxnId;
    this.#dialogs.add({ names, session });
    session.attach({
      onRequest: (incoming) => {
        this.#inDialog(incoming, names);
      },
      onAck: (ack) => {
        const txnId = ackTxnId ?? this.#wire.newId();
        ackTxnId = undefined;
        const place = { transport: "udp", remote: this.#options.local } as const;
        this.#wire.request({ request: ack, place, txnId, dialogId: names.dialogId, names });
      },
      onLost: (why) => {
        this.#dialogs.remove(names);
        this.#wire.unsolicitedBye(byeFor(session, why), names);
      },
    });
  }

  #inDialog(incoming: ServerRequest, names: CallNames): void {
    const { request } = incoming;
    const txnId = this.#wire.newId();
    if (request.method === "BYE") this.#dialogs.remove(names);
    // drachtio-srf gives an UPDATE to any pending request of the same Call-ID; one that nobody else has avoids that.
    const shown =
      request.method === "UPDATE"
        ? { ...names, shownCallId: `${names.shownCallId}/${txnId}` }
        : names;
    this.#await(txnId, incoming, shown);
    const { dialogId } = names;
    this.#wire.request({ request, place: incoming.flow, txnId, dialogId, names: shown });
  }

  #await(txnId: string, incoming: ServerRequest, names: CallNames | undefined): void {
    const expire = (): void => {
      this.#forget(txnId);
      incoming.respond({ status: 480 });
    };
    this.#pending.set(txnId, {
      place: incoming.flow,
      names,
      guard: this.#clock.startTimer(this.#options.silenceMs / 2, expire),
      answer: (response) => {
        if (response.status >= 200) this.#forget(txnId);
        const isHeld = incoming.request.method === "BYE" && this.#options.byeHoldMs > 0;
        if (isHeld) return this.#hold(txnId, incoming, response);
        return incoming.respond(response);
      },
      expire,
    });
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
    // The application has spoken: from here on it may take its time (ringing lasts minutes).
    pending?.guard.cancel();
    const sent = pending?.answer(parts.value);
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
