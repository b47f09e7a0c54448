import type { PausedBy } from "../../../shared/model/client-events.ts";
import type { OfferId, OfferView } from "../../../shared/model/offer.ts";
import type { Timer } from "../../base/ports.ts";
import { assertNever } from "../../base/protocol-error.ts";
import type { IncomingRequest, InviteUas, SrfDialog } from "../../drachtio/srf.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import { readSdpBody } from "../body/sdp-body.ts";
import { answerHeaders, deviceHeaders } from "../headers.ts";
import { sipCauseOf } from "../sip-cause.ts";
import { isOurProduct } from "../user-agent.ts";
import type { AcceptTerms } from "./accept-terms.ts";
import { AnsweredDialog } from "./answered-dialog.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import {
  forgetFile,
  historyEntry,
  incomingView,
  interruptedFiles,
  isAboutSame,
  refusalHeaders,
} from "./incoming-entry.ts";
import { IncomingFiles } from "./incoming-files.ts";
import { IncomingRun } from "./incoming-run.ts";
import {
  type IncomingEffect,
  type IncomingEvent,
  type IncomingState,
  type LeaveReason,
  PAUSED_BY,
  RINGING,
  stepIncoming,
} from "./incoming-state.ts";
import {
  isTelling,
  tellAnswered,
  tellElsewhere,
  tellEnd,
  tellIncoming,
} from "./incoming-telling.ts";
import { offerWithout } from "./later-answer.ts";
import { sendNotification } from "./notification.ts";
import { isFromCore, type OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";
import { type FileOutcome, isUnprotected, transferStateOf } from "./outcome.ts";
import { BYE_GUARD_MS, LOST_BYE_MS } from "./receive-session.ts";
import { CANCELLED_HERE, LOST } from "./run-ends.ts";
import { GOING_AWAY, LEFT, PAUSED, UNPROTECTED } from "./session-end.ts";

/** Architecture: 180 s unless the user sets another time. */
export const RING_TIME_S = 180;

type LastWord = Extract<IncomingEffect, { readonly do: "end" }>["outcome"];

/** An offer that reached this device: performs what `stepIncoming` decides. */
export class IncomingOffer {
  readonly id: OfferId;
  readonly #context: OfferContext;
  readonly #invite: InviteUas;
  readonly #offer: CheckedOffer;
  readonly #record: OfferLog;
  readonly #files: IncomingFiles;
  #state: IncomingState = RINGING;
  #ringTimer: Timer | undefined;
  #byeGuard: Timer | undefined;
  readonly #dialog = new AnsweredDialog();
  #terms: AcceptTerms = {};
  #isSettled = false;
  #wasCancelled = false;
  #isShutDown = false;
  #pausedBy: PausedBy | undefined;
  /** The user wants it to go on after all. */
  #isResumed = false;
  /** Its first session is being left, or is over: files may go on after it. */
  #isBetween = false;
  /** Files that are not to go on after it. */
  readonly #unwanted = new Set<number>();
  /** Of files that were interrupted and are to go on. */
  #run: IncomingRun | undefined;

  constructor(context: OfferContext, invite: InviteUas, offer: CheckedOffer, id: OfferId) {
    this.id = id;
    this.#context = context;
    this.#invite = invite;
    this.#offer = offer;
    this.#record = context.openRecord(historyEntry(id, offer));
    this.#files = new IncomingFiles(context, {
      id,
      offer,
      record: this.#record,
      connectionGroup: id,
      onBegun: () => {
        this.#apply({ name: "octets" });
      },
      onFull: () => {
        this.#apply({ name: "full" });
      },
    });
  }

  /** Tells the user and the sender (OMA CPM Conv_Fnct §7.4). The history knows of it before either. */
  ring(): void {
    const { ports, config } = this.#context;
    this.#invite.onCancel((cancel) => {
      const cause = sipCauseOf(cancel.headers);
      this.#apply({ name: "cancelled", cause, isOnlyDevice: this.#isOnlyDevice() });
    });
    this.#record.update({ state: "ringing" });
    this.#invite.provisional(180, deviceHeaders(config, ports.srf.local));
    this.#ringTimer = ports.clock.startTimer((config.ringTimeS ?? RING_TIME_S) * 1000, () => {
      this.#apply({ name: "ring-timeout" });
    });
    this.#context.emit("offer", this.#view());
    // A rule may have answered while it was told of the offer.
    if (this.#state.name !== "ended") this.#context.emit("ringing", { id: this.id });
  }

  accept(files: readonly number[], terms: AcceptTerms = {}): void {
    if (this.#state.name === "ringing") this.#terms = terms;
    const known = new Set(this.#offer.files.map(({ view }) => view.index));
    const isGoingOn = terms.place !== undefined;
    this.#apply({ name: "accept", files: files.filter((index) => known.has(index)), isGoingOn });
  }

  /**
   * Takes files of this offer that its sender offers to go on with. Whoever does so while we still wait for the first
   * octet has lost the session in which they were to come: this device leaves it, too, and asks for them.
   */
  takesRest(invite: InviteUas, offer: CheckedOffer): boolean {
    if (this.#run !== undefined) return this.#run.takes(invite, offer);
    const state = this.#state;
    if (state.name === "receiving" && !state.hasOctets && isAboutSame(offer, this.#offer))
      this.#giveUpSession();
    return false;
  }

  #giveUpSession(): void {
    if (this.#dialog.isOver) return;
    void this.#dialog.bye({ cause: 408, text: "Nothing came" });
    this.#dialog.end();
    this.#files.haltAll(LOST);
    this.#settleIfOver();
  }

  get isPaused(): boolean {
    return this.#run?.isPaused === true;
  }

  pause(): void {
    if (this.#run !== undefined) this.#run.pause();
    else if (this.#isResumed) {
      this.#isResumed = false;
      this.#pausedBy = "us";
    } else if (this.#isBetween) this.#pausedBy = "us";
    else this.#apply({ name: "pause" });
  }

  resume(): void {
    if (this.#run !== undefined) this.#run.resume();
    else if (this.#pausedBy !== undefined) {
      // Its session is being left: it goes on when that is done.
      this.#isResumed = true;
      this.#pausedBy = undefined;
    } else this.#apply({ name: "resume" });
  }

  decline(where: "here" | "everywhere"): void {
    this.#apply({ name: "decline", where });
  }

  cancel(): void {
    if (this.#run === undefined && !this.#isBetween) this.#apply({ name: "cancel" });
    else if (!this.#wasCancelled) {
      this.#tellCancelled();
      this.#run?.cancel();
    }
  }

  /** The device goes away. */
  shutDown(): void {
    this.#isShutDown = true;
    this.#dialog.abandon();
    if (this.#run === undefined) this.#apply({ name: "shut-down" });
    else this.#run.shutDown();
  }

  /** RFC 5547 §8.4: 413 to the running chunk and a re-INVITE with port 0; BYE when it is the last file. */
  cancelFile(index: number): void {
    this.#run?.cancelFile(index);
    const { local } = this.#files;
    if (this.#state.name !== "receiving" || !this.#files.isLive(index) || local === undefined) {
      this.#unwanted.add(index);
      return;
    }
    if (this.#files.liveCount === 1) {
      this.#apply({ name: "cancel" });
      return;
    }
    this.#files.stopFile(index, { ...CANCELLED_HERE, reason: "You cancelled this file." });
    const description = offerWithout(local, index);
    this.#files.setLocal(description);
    void this.#reinvite(serializeSdp(description));
  }

  async #reinvite(content: Buffer): Promise<void> {
    const answer = await this.#dialog.reinvite(
      { contentType: "application/sdp", content },
      deviceHeaders(this.#context.config, this.#context.ports.srf.local),
    );
    if (answer?.ok === false)
      this.#context.ports.log.write("info", "the m= line of a stopped file stays open", {
        why: answer.error.message,
      });
  }

  #isOnlyDevice(): boolean {
    return this.#context.deviceCount() === 1;
  }

  #view(): OfferView {
    const { startedMs } = this.#record;
    const isVouched = isFromCore(this.#context.config, this.#invite.source);
    return { ...incomingView(this.#offer), id: this.id, startedMs, isVouched };
  }

  #apply(event: IncomingEvent): void {
    const { state, effects } = stepIncoming(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: IncomingEffect): void {
    if (isTelling(effect)) {
      tellIncoming(this.#context, { id: this.id, record: this.#record }, effect);
      return;
    }
    switch (effect.do) {
      case "stop-ringing":
        this.#ringTimer?.cancel();
        break;
      case "prepare":
        void this.#prepare(effect.files);
        break;
      case "answer":
        void this.#answer();
        break;
      case "refuse":
        this.#refuse(effect.status);
        break;
      case "receive":
        this.#receive();
        break;
      case "stop-files":
        this.#files.stopAll(
          { kind: "interrupted", code: effect.code, reason: effect.reason },
          effect,
        );
        break;
      case "bye":
        void this.#bye(effect.cause);
        break;
      case "leave":
        void this.#leave(effect.why);
        break;
      case "end":
        void this.#end(effect.outcome);
        break;
      default:
        assertNever(effect, "incoming offer effect");
    }
  }

  async #prepare(files: readonly number[]): Promise<void> {
    const { ready, firstError } = await this.#files.prepare(files, this.#terms);
    if (ready.length > 0) this.#apply({ name: "prepared" });
    else this.#apply({ name: "not-prepared", isSpace: firstError?.kind === "no-space" });
  }

  async #answer(): Promise<void> {
    const answer = this.#files.answer();
    if (!answer.ok) {
      this.#invite.refuse(answer.error.statusHint);
      this.#apply({ name: "not-acknowledged" });
      return;
    }
    this.#record.update({ state: "transferring", status: 200 });
    const accepted = await this.#invite.accept({
      headers: answerHeaders(this.#context.config, this.#context.ports.srf.local),
      body: { contentType: "application/sdp", content: serializeSdp(answer.value) },
    });
    if (accepted.ok) {
      this.#listen(accepted.value);
      this.#dialog.begin(accepted.value);
      this.#apply({ name: "acknowledged" });
      if (this.#files.isWithoutRoom) this.#apply({ name: "full" });
      return;
    }
    this.#dialog.begin(undefined);
    // A CANCEL that came first has told its own story already.
    if (accepted.error.kind !== "cancelled") this.#apply({ name: "not-acknowledged" });
  }

  #listen(dialog: SrfDialog): void {
    dialog.onBye((bye) => {
      bye.respond(200);
      const cause = sipCauseOf(bye.request.headers);
      this.#dialog.end();
      this.#apply({ name: "bye", cause, isOnlyDevice: this.#isOnlyDevice() });
      this.#settleIfOver();
    });
    dialog.onLost(() => {
      this.#dialog.end();
      this.#apply({ name: "lost" });
      this.#settleIfOver();
    });
    dialog.onReinvite((request) => {
      this.#onReinvite(request);
    });
  }

  #onReinvite(request: IncomingRequest): void {
    const offer = readSdpBody(request.request);
    const answer = offer.ok ? this.#files.answerLater(offer.value.description) : offer;
    if (!answer.ok) {
      request.respond(answer.error.statusHint);
      return;
    }
    request.respond(200, {
      headers: answerHeaders(this.#context.config, this.#context.ports.srf.local),
      body: { contentType: "application/sdp", content: serializeSdp(answer.value.description) },
    });
  }

  #receive(): void {
    tellAnswered(this.#context, { id: this.id, record: this.#record }, this.#offer, {
      wasTaken: (index) => this.#files.wasTaken(index),
      isEncrypted: this.#files.isEncrypted,
      agent: this.#invite.request.headers.get("User-Agent"),
    });
    void this.#files.outcomes().then((outcomes) => {
      this.#isSettled = true;
      this.#settleIfOver();
      if (this.#dialog.isOver) return;
      const isLost = outcomes.some(({ kind }) => kind === "interrupted");
      const guardMs = isLost ? LOST_BYE_MS : BYE_GUARD_MS;
      if (outcomes.some(isUnprotected)) void this.#bye(UNPROTECTED.cause, UNPROTECTED.text);
      else
        this.#byeGuard = this.#context.ports.clock.startTimer(guardMs, () => {
          void this.#bye(408);
        });
    });
  }

  /** The offer is over when every file has its outcome and the dialog has ended. */
  #settleIfOver(): void {
    if (this.#isSettled && this.#dialog.isOver) this.#apply({ name: "settled" });
  }

  #refuse(status: number): void {
    this.#invite.refuse(status, undefined, refusalHeaders(status));
  }

  #tellCancelled(): void {
    this.#wasCancelled = true;
    const reason = "You cancelled the transfer.";
    this.#context.emit("cancelled", { id: this.id, by: "us", reason });
  }

  /** The sender stops before we stop listening, so that it takes it for no refusal. */
  async #leave(why: LeaveReason): Promise<void> {
    this.#pausedBy = PAUSED_BY[why];
    this.#isBetween = true;
    await this.#dialog.bye(why === "stopped" ? GOING_AWAY : PAUSED);
    this.#files.haltAll(LEFT[why]);
    this.#settleIfOver();
  }

  async #bye(cause: number | undefined, why = "No BYE from the sender"): Promise<void> {
    if (cause === 487) this.#tellCancelled();
    if (this.#dialog.isOver) return;
    const text = cause === 487 ? "Transfer stopped by the receiver" : why;
    await this.#dialog.bye(cause === undefined ? undefined : { cause, text });
    this.#settleIfOver();
  }

  /** The offer's last event comes after those of its files. */
  async #end(known: LastWord): Promise<void> {
    this.#ringTimer?.cancel();
    this.#byeGuard?.cancel();
    this.#isBetween = known === "files";
    const first = await this.#files.outcomes();
    await this.#files.close();
    const outcomes = await (known === "files" ? this.#goOn(first) : this.#giveBack(first));
    const outcome = this.#lastWord(known);
    if (outcome !== "files" && outcome !== "failed")
      this.#record.files(
        this.#offer.files.map(({ view }) => view.index),
        { state: outcome === "declined" ? "declined" : "cancelled" },
      );
    const state = outcome === "files" ? transferStateOf(outcomes, this.#wasCancelled) : outcome;
    tellEnd(this.#context, { id: this.id, record: this.#record }, state);
    if (outcome === "files") {
      void sendNotification(this.#context, this.#offer, outcomes);
      if (outcomes.some(({ kind }) => kind === "complete"))
        this.#context.notices.received(this.id, this.#offer);
    }
    // A device that stops waits for this: its folder is left as it was.
    await this.#files.released();
    this.#context.ended(this.id);
  }

  /** This device may have learned late that another one has the offer. */
  #lastWord(known: LastWord): LastWord {
    if (this.#run?.isElsewhere !== true) return known;
    tellElsewhere(this.#context, this.id);
    return "elsewhere";
  }

  /** It was never settled that this device has the offer: nothing of it may go on from here. */
  async #giveBack(first: readonly FileOutcome[]): Promise<readonly FileOutcome[]> {
    const { from, ids, files } = this.#offer;
    const kept = interruptedFiles(files, first).map(({ file }) => file);
    const origin = { peer: from.uriText, conversationId: ids.conversationId };
    for (const file of kept) await forgetFile(this.#context, origin, file);
    this.#record.files(
      kept.map(({ index }) => index),
      { state: "failed" },
    );
    return first;
  }

  /** Interrupted files, in as many sessions as it takes. Resolves with the outcomes of all. */
  async #goOn(first: readonly FileOutcome[]): Promise<readonly FileOutcome[]> {
    const { from, ids, files } = this.#offer;
    const interrupted = interruptedFiles(files, first);
    this.#isBetween = false;
    if (interrupted.length === 0) return first;
    this.#run = new IncomingRun(this.#context, {
      ...{ id: this.id, peer: from.uriText, conversationId: ids.conversationId },
      ...{ record: this.#record, files: interrupted },
    });
    const isOurs = isOurProduct(this.#invite.request.headers.get("User-Agent"));
    const isPausedByPeer = interrupted.some(({ outcome }) => outcome.code === "peer-paused");
    for (const index of this.#unwanted) this.#run.cancelFile(index);
    // What has come of them goes, and their sender may not know.
    if (this.#wasCancelled) this.#run.cancel();
    else if (this.#isShutDown) this.#run.shutDown();
    else {
      const pausedBy = this.#pausedBy ?? (isPausedByPeer ? "peer" : undefined);
      this.#run.start(isOurs ? "automatic" : this.#isResumed ? "wait" : "end", pausedBy);
      if (this.#isResumed) this.#run.resume();
    }
    const later = await this.#run.done;
    return files.map(({ view }, at) => later.get(view.index) ?? first[at] ?? { kind: "declined" });
  }
}
