import type { OfferId } from "../../../shared/model/offer.ts";
import type { InviteUas, SrfDialog } from "../../drachtio/srf.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import { answerHeaders } from "../headers.ts";
import { isOurProduct } from "../user-agent.ts";
import { fileEvent, historyChange } from "./file-end.ts";
import { NOT_PROTECTED } from "./media-security.ts";
import type { OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";
import { type FileOutcome, mayGoOnAlone } from "./outcome.ts";
import {
  type Entry,
  isAllOrNothingThere,
  isAskedFor,
  isOpen,
  isOpenOrChanged,
  newEntry,
} from "./outgoing-entry.ts";
import type { PreparedFile } from "./outgoing-files.ts";
import { tellResumed } from "./outgoing-telling.ts";
import { leaveAtOnce, OutgoingTransfer, type SessionStart } from "./outgoing-transfer.ts";
import { isFromOther, isSameParty, type PullOffer } from "./pull-offer.ts";
import { ReceiverWait } from "./receiver-wait.ts";
import { type PushEnd, pushAgain } from "./resume-push.ts";
import { waitForReceiverMs } from "./resume-times.ts";
import { type NotGoingOn, refuseToGoOn } from "./resume-warning.ts";
import { CANCELLED_HERE } from "./run-ends.ts";
import { RunPause } from "./run-pause.ts";
import { CANCELLED_THERE, CHANGED, EARLIER, LOST } from "./send-ends.ts";
import { answerPull, type PullAnswer } from "./served-lines.ts";
import { GOING_AWAY, isPause, LEFT, PAUSED, PAUSER_GONE, USER_STOPPED } from "./session-end.ts";

export interface OutgoingRunOptions {
  readonly id: OfferId;
  /** URI of the receiver. */
  readonly peer: string;
  /** The device that has taken them, where it is known: no other one gets them. */
  readonly instanceId?: string | undefined;
  readonly conversationId: string;
  readonly files: readonly PreparedFile[];
  readonly record: OfferLog;
  /** The receiver ended a session. */
  readonly onPeerEnded?: () => void;
}

/**
 * The files of an offer on their way, over as many sessions as it takes: the first one, and those in which interrupted
 * files go on because the receiver asks for the rest (pull) or because our user says so (push).
 */
export class OutgoingRun {
  /** Every file has its outcome and every session has ended. */
  readonly done: Promise<readonly FileOutcome[]>;
  readonly #context: OfferContext;
  readonly #options: OutgoingRunOptions;
  readonly #entries: readonly Entry[];
  readonly #transfers = new Set<OutgoingTransfer>();
  /** INVITEs of ours or theirs under way. */
  #attempts = 0;
  #isPeerOurs = false;
  #keepsTrying = false;
  /** By a user who had paused it while something was under way: what comes of that is no answer to this. */
  #isAskedAnew = false;
  #isEnding = false;
  #isDone = false;
  readonly #wait: ReceiverWait;
  readonly #pause: RunPause;
  readonly #stopPush = new Set<() => void>();
  /** What every session is told, also one whose answer is on its way still. undefined: all go on. */
  #stopping: ((transfer: OutgoingTransfer) => void) | undefined;
  #cancelled: FileOutcome | undefined;
  #resolve: (outcomes: readonly FileOutcome[]) => void = () => undefined;

  constructor(context: OfferContext, options: OutgoingRunOptions) {
    this.#context = context;
    this.#options = options;
    const { clock } = context.ports;
    this.#wait = new ReceiverWait(clock, waitForReceiverMs(context.config), {
      onNext: () => {
        this.#pushAll();
        this.#check();
      },
      onOver: () => {
        this.#giveUp();
      },
    });
    this.#pause = new RunPause(context, {
      ...{ id: options.id, record: options.record, forMs: waitForReceiverMs(context.config) },
      onAsk: () => {
        this.#askPauser();
      },
    });
    this.#entries = options.files.map(newEntry);
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isPaused(): boolean {
    return this.#pause.by !== undefined;
  }

  /** The first session. Files that have no line were declined. */
  begin(dialog: SrfDialog, own: Omit<SessionStart, "dialog">): void {
    const taken = new Set(own.lines.map(({ file }) => file));
    for (const entry of this.#entries)
      if (!taken.has(entry.file)) this.#finish(entry, { kind: "declined" });
    this.#move({ ...own, dialog });
    this.#check();
  }

  /** Files of an earlier run of the program, which wait to go on from there. */
  wait(octets: ReadonlyMap<number, number>): void {
    for (const entry of this.#entries) {
      entry.octets = octets.get(entry.file.index) ?? 0;
      entry.pending = EARLIER;
    }
  }

  /** It is about files of this offer, and asked for by the person who was offered them. */
  knows(pull: PullOffer): boolean {
    const { peer, conversationId } = this.#options;
    return (
      pull.ids.conversationId === conversationId &&
      isSameParty(pull.from, peer) &&
      pull.wanted.some((media) => this.#entryFor(media, isOpenOrChanged) !== undefined)
    );
  }

  /** Gives the receiver what it asks for, as far as it is still what was offered. */
  async serve(invite: InviteUas, pull: PullOffer): Promise<void> {
    if (this.#isDone || this.#isStopping()) {
      refuseToGoOn(this.#context, invite, this.#whyNot());
      return;
    }
    // It has lost the race for the offer, and its BYE has not come yet.
    if (isFromOther(pull, this.#options.instanceId)) {
      refuseToGoOn(this.#context, invite, { kind: "other-device" });
      return;
    }
    this.#attempts += 1;
    this.#wait.hold();
    await this.#serve(invite, pull);
    this.#attempts -= 1;
    this.#check();
  }

  /**
   * Offers the receiver what it has not got yet.
   * @param keepsTrying also where nothing is known of the receiver's program
   */
  resume(keepsTrying = false): void {
    this.#keepsTrying ||= keepsTrying;
    if (this.#isDone || this.#isEnding) return;
    this.#isAskedAnew ||= this.#isStopping() && this.#attempts + this.#transfers.size > 0;
    this.#stopping = undefined;
    this.#pause.end();
    this.#wait.renew();
    this.#pushAll();
    this.#check();
  }

  pause(): void {
    if (this.#isDone || this.#isEnding || this.#pause.by === "us") return;
    // What has its end already cannot wait.
    if (!this.#entries.some(isOpen)) return;
    this.#wait.hold();
    this.#pause.begin("us");
    this.#stop((transfer) => {
      transfer.halt(LEFT.paused, PAUSED);
    });
    this.#check();
  }

  cancel(): void {
    this.#isEnding = true;
    this.#cancelled = { ...CANCELLED_HERE, reason: "You cancelled the transfer." };
    this.#stop((transfer) => {
      transfer.cancel();
    });
    this.#endPending();
    this.#check();
  }

  cancelFile(index: number): void {
    const entry = this.#entries.find(({ file }) => file.index === index);
    if (entry === undefined) return;
    if (entry.isMoving) for (const transfer of this.#transfers) transfer.cancelFile(entry.file);
    else if (entry.pending !== undefined)
      this.#finish(entry, { ...CANCELLED_HERE, reason: "You cancelled this file." });
    this.#check();
  }

  /** The device goes away: what is not complete can go on later. */
  shutDown(): void {
    this.#isEnding = true;
    this.#stop((transfer) => {
      transfer.halt(LEFT.stopped, GOING_AWAY);
    });
    this.#check();
  }

  #stop(how: (transfer: OutgoingTransfer) => void): void {
    this.#stopping = how;
    for (const stop of this.#stopPush) stop();
    for (const transfer of this.#transfers) how(transfer);
  }

  /** Asked anew after each wait. */
  #isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** A device that only goes away has decided nothing: it says as little as one that is gone. */
  #whyNot(): NotGoingOn | undefined {
    if (this.#cancelled !== undefined) return { kind: "stopped" };
    if (this.#isDone) return { kind: "changed" };
    return !this.#isEnding && this.#pause.by === "us" ? { kind: "paused" } : undefined;
  }

  #entryFor(
    media: PullOffer["wanted"][number],
    isMeant: (entry: Entry) => boolean,
  ): Entry | undefined {
    return this.#entries.find((entry) => isMeant(entry) && isAskedFor(entry, media));
  }

  async #serve(invite: InviteUas, pull: PullOffer): Promise<void> {
    const wanted = pull.wanted.flatMap((media) => {
      const entry = this.#entryFor(media, isOpen);
      return entry === undefined ? [] : [{ media, entry }];
    });
    const unchanged = new Map<number, PreparedFile>();
    for (const { media, entry } of wanted) {
      if (await entry.file.source.isUnchanged()) unchanged.set(media.index, entry.file);
      else this.#finish(entry, CHANGED);
    }
    if (unchanged.size === 0) {
      refuseToGoOn(this.#context, invite, { kind: "changed" });
      return;
    }
    const answered = await answerPull(this.#context, pull, unchanged);
    if (answered === undefined || this.#isStopping()) {
      await answered?.relay.close();
      refuseToGoOn(this.#context, invite, this.#whyNot());
    } else await this.#answer(invite, pull, answered);
  }

  async #answer(invite: InviteUas, pull: PullOffer, answered: PullAnswer): Promise<void> {
    // The receiver has lost them where they still move for us; a push of ours for them is of no use any more.
    for (const stop of this.#stopPush) stop();
    for (const { file } of answered.lines)
      for (const transfer of this.#transfers) transfer.release(file);
    const start = {
      ...answered,
      isPeerOurs: isOurProduct(pull.userAgent),
      connectionGroup: pull.callId,
    };
    const transfer = this.#open(start);
    const { config, ports } = this.#context;
    const accepted = await invite.accept({
      headers: answerHeaders(config, ports.srf.local),
      body: { contentType: "application/sdp", content: serializeSdp(answered.local) },
    });
    if (accepted.ok) this.#run(transfer, accepted.value, start);
    else {
      await transfer.abandon(LOST);
      this.#transfers.delete(transfer);
      await answered.relay.close();
    }
  }

  async #push(entry: Entry): Promise<void> {
    const { peer, instanceId, conversationId } = this.#options;
    this.#attempts += 1;
    entry.isOffered = true;
    const pushed = await pushAgain(this.#context, {
      ...{ to: peer, instanceId, conversationId, file: entry.file, octets: entry.octets },
      onStop: (stop) => {
        this.#stopPush.add(stop);
        if (this.#isStopping()) stop();
        return () => this.#stopPush.delete(stop);
      },
    });
    this.#attempts -= 1;
    entry.isOffered = false;
    this.#isPeerOurs ||= pushed.isPeerOurs;
    this.#pushed(entry, pushed.end);
    this.#check();
  }

  #pushed(entry: Entry, end: PushEnd): void {
    // The receiver was faster and has asked for it, or it is over.
    if (entry.isMoving || entry.outcome !== undefined) {
      if (end.kind === "answered") void leaveAtOnce(end.start, this.#cancelled && USER_STOPPED);
      return;
    }
    switch (end.kind) {
      case "answered":
        this.#answered(end.start);
        return;
      case "received":
        this.#finish(entry, { kind: "complete", isProven: end.isProven });
        return;
      case "stopped":
        this.#finish(entry, CANCELLED_THERE);
        return;
      case "paused":
        this.#pausedByPeer();
        return;
      case "unprotected":
        this.#finish(entry, { ...entry.pending, ...NOT_PROTECTED });
        return;
      case "failed":
        entry.pending = { ...(entry.pending ?? LOST), reason: end.reason };
    }
  }

  #answered(start: SessionStart): void {
    // Only one of them was asked for.
    const isUnpaused = this.#pause.by === "peer";
    this.#move(start);
    if (isUnpaused) this.#pushAll();
  }

  #move(start: SessionStart): void {
    this.#run(this.#open(start), start.dialog, start);
  }

  /** Lines of a pull may belong to files that another session had a moment ago. */
  #open(start: Omit<SessionStart, "dialog">): OutgoingTransfer {
    const { id, peer: to, onPeerEnded } = this.#options;
    for (const { file } of start.lines) {
      const entry = this.#entries.find((one) => one.file === file);
      if (entry === undefined) continue;
      entry.isMoving = true;
      delete entry.pending;
      // It had come to its end while the receiver asked for it again, which knows better.
      delete entry.outcome;
    }
    const transfer = new OutgoingTransfer(this.#context, {
      ...{ id, to, ...start },
      onSettled: ({ file }, outcome, octets) => {
        this.#settled(file, outcome, octets);
      },
      onPeerEnded: (cause) => {
        if (isPause(cause)) this.#pausedByPeer();
        onPeerEnded?.();
      },
    });
    this.#transfers.add(transfer);
    this.#stopping?.(transfer);
    return transfer;
  }

  #run(transfer: OutgoingTransfer, dialog: SrfDialog, start: Omit<SessionStart, "dialog">): void {
    this.#isPeerOurs = start.isPeerOurs;
    if (!this.#isStopping()) {
      this.#pause.end();
      if (start.isResumed !== false) tellResumed(this.#context, this.#options, start.lines);
    }
    void transfer.run(dialog).then(async () => {
      await start.relay?.close();
      this.#transfers.delete(transfer);
      this.#check();
    });
  }

  #pausedByPeer(): void {
    if (this.#isDone || this.#isEnding || this.#pause.by === "us") return;
    this.#wait.hold();
    this.#pause.begin("peer");
  }

  /** With one of the files: it is a question, and no offer of all. */
  #askPauser(): void {
    const entry = this.#entries.find(({ pending }) => pending !== undefined);
    if (entry !== undefined && this.#pause.by === "peer") void this.#push(entry);
  }

  #settled(file: PreparedFile, outcome: FileOutcome, octets: number): void {
    const entry = this.#entries.find((one) => one.file === file);
    if (entry === undefined) return;
    entry.isMoving = false;
    // It was seen to be changed while it moved.
    if (entry.outcome === undefined) {
      if (octets > entry.octets) this.#wait.renew();
      entry.octets = octets;
      if (mayGoOnAlone(outcome) && !this.#isEnding) this.#interrupt(entry, outcome);
      else this.#finish(entry, (mayGoOnAlone(outcome) && this.#cancelled) || outcome);
    }
    this.#check();
  }

  #interrupt(entry: Entry, outcome: NonNullable<Entry["pending"]>): void {
    const { file } = entry;
    entry.pending = { ...outcome, resumable: { octets: entry.octets } };
    this.#options.record.files([file.index], { octets: entry.octets });
  }

  #finish(entry: Entry, outcome: FileOutcome): void {
    if (entry.outcome !== undefined) return;
    const { index, source } = entry.file;
    delete entry.pending;
    entry.outcome = outcome;
    const octets = outcome.kind === "complete" ? source.sizeOctets : entry.octets;
    this.#options.record.files([index], { ...historyChange(outcome), octets });
    this.#context.emit("file", fileEvent(this.#options.id, index, outcome));
  }

  #endPending(): void {
    this.#wait.hold();
    for (const entry of this.#entries)
      if (entry.pending !== undefined && !entry.isMoving)
        this.#finish(entry, this.#cancelled ?? entry.pending);
  }

  /** Nothing moves: waits for the receiver, or is over. */
  #check(): void {
    if (this.#isDone || this.#attempts > 0 || this.#entries.some(({ isMoving }) => isMoving))
      return;
    if (this.#entries.some(({ pending }) => pending !== undefined)) {
      if (this.#isEnding) this.#endPending();
      else if (this.#isWaiting()) return;
    }
    if (this.#transfers.size > 0) return;
    this.#isDone = true;
    this.#wait.stop();
    this.#pause.stop();
    this.#resolve(this.#entries.map(({ outcome }) => outcome ?? { kind: "declined" }));
  }

  #isWaiting(): boolean {
    if (this.#pause.by === undefined) return this.#waits();
    if (this.#pause.waits()) return true;
    for (const entry of this.#entries)
      if (entry.pending !== undefined)
        this.#finish(entry, { ...entry.pending, ...PAUSER_GONE.receiver });
    return false;
  }

  /**
   * The receiver's program asks for the rest by itself, if it is one of ours. It does not where it has everything and only
   * its last word was lost, or where it still waits for its next attempt: so it is asked, too.
   */
  #waits(): boolean {
    const isTrying = this.#isPeerOurs || this.#keepsTrying || this.#isAskedAnew;
    this.#isAskedAnew = false;
    const leftMs = isTrying ? this.#wait.start(isAllOrNothingThere(this.#entries)) : 0;
    if (leftMs === 0) this.#endPending();
    else this.#context.emit("reconnecting", { id: this.#options.id, forMs: Math.round(leftMs) });
    return leftMs > 0;
  }

  #pushAll(): void {
    if (this.#isStopping()) return;
    for (const entry of this.#entries)
      if (entry.pending !== undefined && !entry.isMoving && !entry.isOffered)
        void this.#push(entry);
  }

  /** Nobody came. An offer of the rest that nobody has answered yet is taken back. */
  #giveUp(): void {
    // What moves, or what somebody paused, has its own end.
    const isMoving = this.#entries.some((entry) => entry.isMoving);
    if (this.#isDone || isMoving || this.#pause.by !== undefined) return;
    for (const stop of this.#stopPush) stop();
    this.#endPending();
    this.#check();
  }
}
