import type { Undo } from "../../base/events.ts";
import type { Clock, Log, Timer } from "../../base/ports.ts";
import { UNPROTECTED } from "../../cpm/file/session-end.ts";
import { sipReason } from "../../cpm/headers.ts";
import type {
  IncomingRequest,
  InviteUac,
  InviteUas,
  SipFailure,
  Srf,
  SrfDialog,
} from "../../drachtio/srf.ts";
import type { MsrpEndpoint } from "../../msrp/endpoint.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import {
  contactFor,
  reasonOf,
  relayedInDialogHeaders,
  relayedResponseHeaders,
} from "./leg-headers.ts";
import type { MediaDescriptions } from "./media-descriptions.ts";
import type { LegName } from "./media-line.ts";

export interface CallPorts {
  readonly srf: Pick<Srf, "contact">;
  readonly msrp: MsrpEndpoint;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a BYE's 200 waits for the far side, well under Timer F (note N2 in docs/flows). */
export const HELD_BYE_MS = 3_000;

/** How long a side whose file connection ended may take to say why: BYE goes its own way, through the cores. */
export const MEDIA_LOST_GRACE_MS = 1_500;

const REASON_CANCELLED = 'SIP;cause=487;text="Request Terminated"';
const REASON_NOT_ACCEPTABLE = 'SIP;cause=488;text="Not Acceptable Here"';
const UNPROTECTED_WARNING: readonly HeaderField[] = [
  { name: "Warning", value: `399 cpm-pf "${UNPROTECTED.text}"` },
];
const REASON_MEDIA_LOST = 'SIP;cause=503;text="File connection lost"';
const REASON_UNPROTECTED = sipReason(UNPROTECTED.cause, UNPROTECTED.text);
const REASON_FAR_SIDE_GONE = 'SIP;cause=408;text="Other side gone"';
/** Challenges are answered by the own core only; a far network's challenge means nothing to the sender. */
const UNANSWERABLE = new Set([401, 407]);

/**
 * One File Transfer request through a Participating Function: a B2BUA with a dialog on each leg and the media in its
 * path. `upstream` is the leg of the INVITE that came in, `downstream` the one of the INVITE that goes out.
 */
export class RelayedCall {
  readonly #ports: CallPorts;
  readonly #invite: InviteUas;
  readonly #media: MediaDescriptions;
  readonly #onEnd: (call: RelayedCall) => void;
  readonly #dialogs = new Map<LegName, SrfDialog>();
  readonly #undo: Undo[] = [];
  #downstreamInvite: InviteUac | undefined;
  /** Set as soon as one side ends the call; whatever comes later is only cleaned up. */
  #isEnding = false;
  #isRinging = false;
  #cancelReason = REASON_CANCELLED;
  /** Of the side that has left. */
  #byeReason = REASON_FAR_SIDE_GONE;
  #mediaLost: Timer | undefined;
  /** A re-INVITE of either side is under way: one at a time. */
  #isChanging = false;
  /** Until the sender has acknowledged its answer, there is nobody to ask about a change. */
  #settled: Promise<void> = Promise.resolve();

  constructor(
    ports: CallPorts,
    invite: InviteUas,
    media: MediaDescriptions,
    onEnd: (call: RelayedCall) => void,
  ) {
    this.#ports = ports;
    this.#invite = invite;
    this.#media = media;
    this.#onEnd = onEnd;
    media.onLost(({ isUntrusted, message }) => {
      this.#ports.log.write("warn", "file connection lost", { message, callId: this.#callId });
      if (isUntrusted) void this.#endUnprotected();
      else this.#endSoon(REASON_MEDIA_LOST);
    });
  }

  /** Sends the request on (CR originating step 3, terminating step 3). */
  start(send: () => InviteUac): void {
    const uac = send();
    this.#downstreamInvite = uac;
    this.#undo.push(
      uac.onProvisional((response) => {
        this.#relayProvisional(response);
      }),
      this.#invite.onCancel((cancel) => {
        this.#isEnding = true;
        this.#cancelReason = reasonOf(cancel) ?? REASON_CANCELLED;
        uac.cancel(this.#cancelReason);
      }),
    );
    void uac.outcome.then(async (outcome) => {
      switch (outcome.kind) {
        case "answered":
          this.#settled = this.#answered(outcome.dialog, outcome.response);
          await this.#settled;
          return;
        case "refused":
          this.#refuseUpstream(outcome.response);
          return;
        case "failed":
          this.#failUpstream(outcome.failure);
      }
    });
  }

  /** Ends the call from here, for example because the Participating Function stops. */
  async stop(reason: string): Promise<void> {
    if (this.#dialogs.size === 0 && !this.#isEnding) {
      this.#downstreamInvite?.cancel(reason);
      this.#refuse(503, "Service Unavailable", [{ name: "Retry-After", value: "5" }]);
      return;
    }
    await this.#endBoth(reason);
  }

  get #callId(): string {
    return this.#invite.request.headers.get("Call-ID") ?? "";
  }

  /** Several devices ring as several early dialogs downstream; upstream is told once (docs/decisions, early dialogs). */
  #relayProvisional(response: SipResponse): void {
    if (response.status === 100 || this.#isRinging || this.#isEnding) return;
    this.#isRinging = true;
    this.#invite.provisional(response.status);
  }

  async #answered(downstream: SrfDialog, response: SipResponse): Promise<void> {
    this.#watch("downstream", downstream);
    if (this.#isEnding) {
      // The sender cancelled while the 200 was on its way: the 200 won below, so that dialog is ended by BYE.
      await this.#endBoth(this.#cancelReason);
      return;
    }
    const answer = this.#media.openFromAnswer(await this.#lastAnswer(downstream, response));
    if (this.#hasEnded()) {
      await this.#endBoth(this.#cancelReason);
      return;
    }
    if (!answer.ok) {
      this.#ports.log.write("warn", "answer refused", {
        what: answer.error.what,
        callId: this.#callId,
      });
      const isUnprotected = answer.error.isAboutProtection === true;
      this.#refuse(488, "Not Acceptable Here", isUnprotected ? UNPROTECTED_WARNING : []);
      await this.#endBoth(isUnprotected ? REASON_UNPROTECTED : REASON_NOT_ACCEPTABLE);
      return;
    }
    const accepted = await this.#invite.accept({
      headers: [contactFor(this.#ports.srf.contact, response), ...relayedResponseHeaders(response)],
      body: { contentType: "application/sdp", content: answer.value },
    });
    if (!accepted.ok) {
      await this.#endBoth(REASON_FAR_SIDE_GONE);
      return;
    }
    this.#watch("upstream", accepted.value);
    // The downstream side may have ended while we waited for the ACK.
    if (this.#hasEnded()) await this.#endBoth(this.#byeReason);
  }

  /** That of the INVITE, or of a second offer without CEMA where the first answer asks for one. */
  async #lastAnswer(downstream: SrfDialog, response: SipResponse): Promise<Buffer> {
    const content = this.#media.plainOffer(response.body);
    if (content === undefined) return response.body;
    const again = await downstream.reinvite({ contentType: "application/sdp", content }, []);
    return again.ok && again.value.status < 300 ? again.value.body : response.body;
  }

  /** A call, because what was true before an await may not be after it. */
  #hasEnded(): boolean {
    return this.#isEnding;
  }

  #watch(leg: LegName, dialog: SrfDialog): void {
    this.#dialogs.set(leg, dialog);
    this.#undo.push(
      dialog.onBye((bye) => {
        void this.#relayBye(leg, bye);
      }),
      dialog.onReinvite((request) => {
        void this.#relayReinvite(leg, request);
      }),
      dialog.onLost((why) => {
        this.#ports.log.write("warn", "dialog lost", { leg, why, callId: this.#callId });
        this.#dialogs.delete(leg);
        void this.#endBoth(REASON_FAR_SIDE_GONE);
      }),
    );
  }

  /** CR originating steps 13-20, terminating steps 14-21: BYE goes on, its 200 comes back, then ours follows. */
  async #relayBye(leg: LegName, bye: IncomingRequest): Promise<void> {
    this.#dialogs.delete(leg);
    this.#byeReason = reasonOf(bye.request) ?? REASON_FAR_SIDE_GONE;
    let isAnswered = false;
    const answer = (): void => {
      if (isAnswered) return;
      isAnswered = true;
      bye.respond(200);
    };
    const guard = this.#ports.clock.startTimer(HELD_BYE_MS, answer);
    await this.#byeRemaining(relayedInDialogHeaders(bye.request));
    guard.cancel();
    // Whatever the far side said: a BYE that fails still ends its dialog (RFC 3261 §15.1.1).
    answer();
    await this.#end();
  }

  async #relayReinvite(leg: LegName, request: IncomingRequest): Promise<void> {
    await this.#settled;
    if (this.#isChanging) {
      // RFC 3261 §14.2: as if ours had gone out on that leg already; each would wait for the other.
      request.respond(491, { reason: "Request Pending" });
      return;
    }
    this.#isChanging = true;
    const hasChanged = await this.#change(leg, request);
    this.#isChanging = false;
    if (hasChanged) await this.#media.closeRefused();
  }

  /** @returns whether both sides have agreed on it */
  async #change(leg: LegName, request: IncomingRequest): Promise<boolean> {
    const other = this.#dialogs.get(leg === "upstream" ? "downstream" : "upstream");
    const offer = this.#media.relayReoffer(leg, request.request.body);
    if (other === undefined || this.#isEnding || !offer.ok) {
      request.respond(other === undefined || this.#isEnding ? 481 : 488);
      return false;
    }
    const result = await other.reinvite(
      { contentType: "application/sdp", content: offer.value },
      relayedInDialogHeaders(request.request),
    );
    if (!result.ok) {
      request.respond(500, { reason: "Server Internal Error" });
      return false;
    }
    const response = result.value;
    if (response.status >= 300) {
      request.respond(response.status, {
        reason: response.reason,
        headers: relayedResponseHeaders(response),
      });
      return false;
    }
    const answer = this.#media.relayReanswer(leg, response.body);
    if (!answer.ok) {
      request.respond(488);
      return false;
    }
    request.respond(200, { body: { contentType: "application/sdp", content: answer.value } });
    return true;
  }

  #refuseUpstream(response: SipResponse): void {
    const status = UNANSWERABLE.has(response.status) ? 403 : response.status;
    const reason = status === response.status ? response.reason : "Forbidden";
    this.#refuse(status, reason, relayedResponseHeaders(response));
    void this.#end();
  }

  #failUpstream(failure: SipFailure): void {
    const [status, reason] =
      failure.kind === "timeout"
        ? ([408, "Request Timeout"] as const)
        : ([503, "Service Unavailable"] as const);
    this.#ports.log.write("warn", "request could not be sent on", {
      why: failure.message,
      callId: this.#callId,
    });
    this.#refuse(status, reason, []);
    void this.#end();
  }

  /** After a CANCEL the stack has answered 487 already. */
  #refuse(status: number, reason: string, headers: readonly HeaderField[]): void {
    if (!this.#isEnding) this.#invite.refuse(status, reason, headers);
  }

  /** What the BYE of the side that left says, the other side is to hear: a user's decision is no interruption. */
  #endSoon(reason: string): void {
    if (this.#isEnding || this.#mediaLost !== undefined) return;
    this.#mediaLost = this.#ports.clock.startTimer(MEDIA_LOST_GRACE_MS, () => {
      void this.#endBoth(reason);
    });
  }

  /** Nobody knows better than we do: whoever met the stranger with us sees a lost connection, and would try again. */
  async #endUnprotected(): Promise<void> {
    await this.#settled;
    if (!this.#isEnding) await this.#endBoth(REASON_UNPROTECTED);
  }

  async #endBoth(reason: string): Promise<void> {
    await this.#byeRemaining([{ name: "Reason", value: reason }]);
    await this.#end();
  }

  async #byeRemaining(headers: readonly HeaderField[]): Promise<void> {
    this.#isEnding = true;
    this.#mediaLost?.cancel();
    const dialogs = [...this.#dialogs.values()];
    this.#dialogs.clear();
    await Promise.all(dialogs.map((dialog) => dialog.bye(headers)));
  }

  async #end(): Promise<void> {
    this.#isEnding = true;
    this.#mediaLost?.cancel();
    await this.#media.close();
    this.#onEnd(this);
  }
}
