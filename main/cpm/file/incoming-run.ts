import type { PausedBy } from "../../../shared/model/client-events.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import type { FoundPart } from "../../base/files.ts";
import type { Timer } from "../../base/ports.ts";
import type { InviteUas, SrfDialog } from "../../drachtio/srf.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import { answerHeaders } from "../headers.ts";
import { isOurProduct } from "../user-agent.ts";
import { fileEvent, historyChange } from "./file-end.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import {
  type Entry,
  finishWhole,
  forgetFile,
  isAbout,
  isIdle,
  leaveToOther,
  newEntry,
  outcomesOf,
} from "./incoming-entry.ts";
import { tellResumed } from "./incoming-telling.ts";
import { NOT_PROTECTED } from "./media-security.ts";
import type { OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";
import { type FileOutcome, type Interrupted, isResumable, mayGoOnAlone } from "./outcome.ts";
import {
  type AgreedSession,
  type AwaitedFile,
  type AwaitedLine,
  ReceiveSession,
} from "./receive-session.ts";
import { isWhole, type PullEnd, type PulledFile, pullAgain, tellStopped } from "./resume-pull.ts";
import { resumeDelayMs, resumeForMs } from "./resume-times.ts";
import { refuseToGoOn } from "./resume-warning.ts";
import { takePush } from "./resumed-lines.ts";
import { hasRoom, RoomWatch } from "./room-watch.ts";
import { CANCELLED_HERE, FILE_CANCELLED_HERE, GONE, LOST, NOT_GIVEN } from "./run-ends.ts";
import { RunPause } from "./run-pause.ts";
import { GOING_AWAY, LEFT, PAUSED, PAUSER_GONE } from "./session-end.ts";

export interface IncomingRunOptions {
  readonly id: OfferId;
  /** URI of the sender, as the network vouches for it. */
  readonly peer: string;
  readonly conversationId: string;
  readonly record: OfferLog;
  readonly files: readonly { readonly file: AwaitedFile; readonly outcome: Interrupted }[];
}

/**
 * Files of an offer that were interrupted and are to go on, over as many sessions as it takes: those in which this
 * device asks for the rest (pull), by itself or because its user says so, and those that the sender offers (push).
 */
export class IncomingRun {
  /** Every file has its outcome and every session has ended. By index. */
  readonly done: Promise<ReadonlyMap<number, FileOutcome>>;
  readonly #context: OfferContext;
  readonly #options: IncomingRunOptions;
  readonly #entries: readonly Entry[];
  readonly #sessions = new Set<ReceiveSession>();
  /** Lines of sessions that the user has heard of. */
  readonly #told = new WeakSet<readonly AwaitedLine[]>();
  #attempts = 0;
  /** Attempts in a row in which nothing moved. */
  #vainAttempts = 0;
  #isAutomatic = false;
  /** By a user who had paused it while something was under way: what comes of that is no answer to this. */
  #isAskedAnew = false;
  #giveUpAtMs = 0;
  #isEnding = false;
  #isCancelled = false;
  #isDone = false;
  #isElsewhere = false;
  #next: Timer | undefined;
  readonly #room: RoomWatch;
  readonly #paused: RunPause;
  #stopPull: (() => void) | undefined;
  /** What every session is told, also one whose answer is on its way still. undefined: all go on. */
  #stopping: ((session: ReceiveSession) => void) | undefined;
  #resolve: (outcomes: ReadonlyMap<number, FileOutcome>) => void = () => undefined;

  constructor(context: OfferContext, options: IncomingRunOptions) {
    this.#context = context;
    this.#options = options;
    this.#entries = options.files.map(newEntry);
    this.#room = new RoomWatch(
      context,
      async () => (this.#attempts > 0 ? [] : (await this.#findParts()).map(({ part }) => part)),
      () => {
        this.resume();
      },
    );
    this.#paused = new RunPause(context, {
      ...{ id: options.id, record: options.record, forMs: resumeForMs(context.config) },
      onAsk: () => {
        if (this.#paused.by === "peer" && !this.#isEnding) void this.#pull();
      },
    });
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Another device of the user has the offer, and this one learned it late: nothing of it stays here. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }

  get isPaused(): boolean {
    return this.#paused.by !== undefined;
  }

  /** @param manner `automatic`: tries again by itself; `wait`: until somebody says so; `end`: not at all */
  start(manner: "automatic" | "wait" | "end", pausedBy?: PausedBy): void {
    this.#isAutomatic = manner === "automatic";
    this.#renewTime();
    for (const entry of this.#entries)
      if (manner !== "wait" && !mayGoOnAlone(entry.pending)) this.#finish(entry, entry.pending);
    if (pausedBy !== undefined) this.#pause(pausedBy);
    if (pausedBy !== undefined || manner !== "wait") this.#check();
  }

  /** @param keepsTrying also where nothing is known of the sender's program */
  resume(keepsTrying = false): void {
    this.#isAutomatic ||= keepsTrying;
    if (this.#isDone || this.#isEnding) return;
    this.#isAskedAnew ||= this.#stopping !== undefined && this.#attempts + this.#sessions.size > 0;
    this.#stopping = undefined;
    this.#paused.end();
    // Its answer is an answer to this, too.
    if (this.#attempts > 0) return;
    this.#stopWaiting();
    this.#vainAttempts = 0;
    this.#renewTime();
    void this.#pull();
  }

  pause(): void {
    if (this.#isDone || this.#isEnding || this.#paused.by === "us") return;
    this.#paused.end();
    this.#pause("us");
    this.#stop((session) => void session.leave(LEFT.paused, PAUSED));
  }

  cancel(): void {
    this.#isEnding = true;
    this.#isCancelled = true;
    this.#stopWaiting();
    this.#stop((session) => {
      session.cancel();
    });
    if (this.#sessions.size === 0) void tellStopped(this.#context, this.#options, this.#open());
    this.#check();
  }

  cancelFile(index: number): void {
    const entry = this.#entries.find(({ file }) => file.index === index);
    if (entry === undefined || entry.outcome !== undefined) return;
    entry.isUnwanted = true;
    if (entry.isMoving) for (const session of this.#sessions) session.cancelFile(entry.file);
    else void this.#drop(entry, FILE_CANCELLED_HERE);
  }

  /** The device goes away: what is here can go on later. */
  shutDown(): void {
    this.#isEnding = true;
    this.#stopWaiting();
    this.#stop((session) => void session.leave(LEFT.stopped, GOING_AWAY));
    this.#check();
  }

  #stop(how: (session: ReceiveSession) => void): void {
    this.#stopping = how;
    this.#stopPull?.();
    for (const session of this.#sessions) how(session);
  }

  /** The sender offers the rest of files of ours. False: they are no files of this offer. */
  takes(invite: InviteUas, offer: CheckedOffer): boolean {
    const wanted = this.#open().map(({ file }) => file);
    if (!isAbout(offer, this.#options, wanted)) return false;
    void this.#take(invite, offer);
    return true;
  }

  #open(): readonly Entry[] {
    return this.#entries.filter(({ outcome }) => outcome === undefined);
  }

  async #take(invite: InviteUas, offer: CheckedOffer): Promise<void> {
    if (this.#isStopping()) {
      refuseToGoOn(this.#context, invite, { kind: this.#isCancelled ? "stopped" : "paused" });
      return;
    }
    // We have asked for it a moment ago: that request wins.
    if (this.#stopPull !== undefined) {
      refuseToGoOn(this.#context, invite);
      return;
    }
    this.#attempts += 1;
    this.#stopWaiting();
    await this.#answer(invite, offer);
    this.#attempts -= 1;
    this.#check();
  }

  async #answer(invite: InviteUas, offer: CheckedOffer): Promise<void> {
    for (const { entry, part } of await this.#findParts())
      if (isWhole({ file: entry.file, found: part })) await this.#checkWhole(entry, part);
    const isFree = ({ isMoving, outcome }: Entry): boolean =>
      !isMoving && (outcome === undefined || outcome.kind === "complete");
    const idle = this.#entries.filter(isFree);
    const taken = await takePush(this.#context, offer, {
      ...{ peer: this.#options.peer, callId: invite.request.headers.get("Call-ID") ?? "" },
      files: idle.map(({ file, outcome }) => ({ file, isHere: outcome?.kind === "complete" })),
    });
    if (!taken.ok) {
      refuseToGoOn(this.#context, invite, taken.error.why);
      return;
    }
    const { local, lines, relay } = taken.value;
    this.#isAutomatic ||= isOurProduct(invite.request.headers.get("User-Agent"));
    const connectionGroup = invite.request.headers.get("Call-ID") ?? "";
    const session = this.#session({ local, lines, relay, connectionGroup });
    const { config, ports } = this.#context;
    const accepted = await invite.accept({
      headers: answerHeaders(config, ports.srf.local),
      body: { contentType: "application/sdp", content: serializeSdp(local) },
    });
    if (accepted.ok) this.#run(session, accepted.value, lines);
    else await session.abandon(LOST);
  }

  /** Asks the sender for all that is missing. */
  async #pull(): Promise<void> {
    this.#attempts += 1;
    const files: PulledFile[] = [];
    const found = await this.#findParts();
    const parts = found.map(({ part }) => part);
    if (!(await hasRoom(this.#context, parts))) this.#pause("space");
    for (const { entry, part } of found) {
      if (isWhole({ file: entry.file, found: part })) await this.#checkWhole(entry, part);
      else files.push({ file: entry.file, found: part });
    }
    if (files.length > 0 && !this.#isStopping()) {
      const { peer: to, conversationId } = this.#options;
      const end = await pullAgain(this.#context, {
        ...{ to, conversationId, files },
        onStop: (stop) => {
          this.#stopPull = stop;
          if (this.#isStopping()) stop();
          return () => {
            this.#stopPull = undefined;
          };
        },
      });
      await this.#pulled(end);
    }
    this.#attempts -= 1;
    this.#check();
  }

  /** Asked anew after each wait. */
  #isStopping(): boolean {
    return this.#isEnding || ["us", "space"].includes(this.#paused.by ?? "");
  }

  async #pulled(end: PullEnd): Promise<void> {
    switch (end.kind) {
      case "answered":
        this.#isAutomatic ||= end.isPeerOurs;
        this.#run(this.#session(end), end.dialog, end.lines);
        return;
      case "paused":
        this.#pause("peer");
        return;
      case "other-device":
        this.#isElsewhere = true;
        await leaveToOther(this.#context, this.#options, this.#open());
        return;
      case "stopped":
      case "changed":
        for (const entry of this.#open()) await this.#drop(entry, NOT_GIVEN[end.kind]);
        return;
      case "unprotected":
        for (const entry of this.#open())
          this.#finish(entry, { ...entry.pending, ...NOT_PROTECTED });
        return;
      case "failed":
        this.#vainAttempts += 1;
        for (const entry of this.#open())
          entry.pending = { ...entry.pending, reason: "The sender's device does not answer." };
    }
  }

  async #findParts(): Promise<readonly { readonly entry: Entry; readonly part: FoundPart }[]> {
    const { peer, conversationId } = this.#options;
    const found: { readonly entry: Entry; readonly part: FoundPart }[] = [];
    for (const entry of this.#open()) {
      if (!isIdle(entry)) continue;
      const { offeredName: name, sizeOctets, hashes } = entry.file;
      const part = await this.#context.ports.files.findPart({
        ...{ peer, conversationId, name, sizeOctets, hashes },
      });
      // A part that has just got its name, or goes on since a moment, is not gone.
      await entry.checking;
      if (!isIdle(entry)) continue;
      if (part === undefined) this.#finish(entry, GONE);
      else found.push({ entry, part });
    }
    return found;
  }

  /** Every octet came before the interruption: nobody needs to be asked. */
  async #checkWhole(entry: Entry, { key }: FoundPart): Promise<void> {
    if (entry.outcome !== undefined) return;
    entry.checking ??= finishWhole(this.#context, entry.file, key).then((outcome) => {
      this.#finish(entry, outcome);
    });
    await entry.checking;
  }

  #session(agreed: AgreedSession): ReceiveSession {
    const files = new Set(agreed.lines.map(({ file }) => file));
    for (const entry of this.#entries) if (files.has(entry.file)) entry.isMoving = true;
    const session = new ReceiveSession(this.#context, {
      ...{ id: this.#options.id, ...agreed },
      onBegun: () => {
        this.#vainAttempts = 0;
        this.#renewTime();
        this.#tellResumed(agreed.lines);
      },
      onFull: () => {
        this.#pause("space");
        if (this.#sessions.has(session)) void session.leave(LEFT.full, PAUSED);
      },
      onSettled: (file, outcome) => {
        this.#settled(file, outcome);
      },
    });
    return session;
  }

  #run(session: ReceiveSession, dialog: SrfDialog, lines: readonly AwaitedLine[]): void {
    this.#sessions.add(session);
    this.#tellResumed(lines);
    // Octets overtook the answer.
    if (this.#paused.by === "space") void session.leave(LEFT.full, PAUSED);
    void session.run(dialog).then(() => {
      this.#sessions.delete(session);
      this.#check();
    });
    this.#stopping?.(session);
    for (const { file, isUnwanted } of this.#entries) if (isUnwanted) session.cancelFile(file);
  }

  /** Once for each session, and before anything else is said of its files: octets may be faster than an ACK. */
  #tellResumed(lines: readonly AwaitedLine[]): void {
    if (this.#isStopping() || this.#told.has(lines)) return;
    this.#told.add(lines);
    this.#paused.end();
    tellResumed(this.#context, this.#options, lines);
  }

  #settled(file: AwaitedFile, outcome: FileOutcome): void {
    const entry = this.#entries.find((one) => one.file === file);
    if (entry === undefined || entry.outcome !== undefined) return;
    entry.isMoving = false;
    if (entry.isUnwanted && isResumable(outcome)) {
      void this.#drop(entry, FILE_CANCELLED_HERE);
      return;
    }
    if (!isResumable(outcome) || !mayGoOnAlone(outcome) || this.#isEnding)
      this.#finish(entry, outcome);
    else {
      const { octets } = outcome.resumable;
      if (octets > (entry.pending.resumable?.octets ?? 0)) this.#renewTime();
      entry.pending = outcome;
      this.#options.record.files([file.index], { octets });
      if (outcome.code === "peer-paused") this.#pause("peer");
    }
    this.#check();
  }

  /** Somebody has ended it: nothing of it stays. */
  async #drop(entry: Entry, outcome: FileOutcome): Promise<void> {
    if (entry.isDropping) return;
    entry.isDropping = true;
    // Whoever ends the rest meanwhile says so, too.
    if (outcome.kind === "interrupted") entry.pending = outcome;
    await forgetFile(this.#context, this.#options, entry.file);
    this.#finish(entry, outcome);
    this.#check();
  }

  #pause(by: PausedBy): void {
    const { by: known } = this.#paused;
    if (this.#isDone || this.#isEnding || (known !== undefined && known !== by)) return;
    if (known === undefined) this.#stopWaiting();
    this.#paused.begin(by);
    if (by === "space" && known === undefined) this.#room.start();
  }

  #finish(entry: Entry, outcome: FileOutcome): void {
    if (entry.outcome !== undefined) return;
    const { index, sizeOctets } = entry.file;
    entry.outcome = outcome;
    entry.isMoving = false;
    const octets = outcome.kind === "complete" ? { octets: sizeOctets } : {};
    this.#options.record.files([index], { ...historyChange(outcome), ...octets });
    this.#context.emit("file", fileEvent(this.#options.id, index, outcome));
  }

  #stopWaiting(): void {
    this.#next?.cancel();
    this.#room.stop();
    this.#paused.stop();
  }

  #renewTime(): void {
    this.#giveUpAtMs = this.#context.ports.clock.nowMs() + resumeForMs(this.#context.config);
  }

  /** Nothing moves: tries again, waits, or is over. */
  #check(): void {
    if (this.#isDone || this.#attempts > 0 || this.#sessions.size > 0) return;
    if (this.#open().length > 0) {
      if (this.#isCancelled) {
        for (const entry of this.#open())
          void this.#drop(entry, { ...CANCELLED_HERE, reason: "You cancelled the transfer." });
        return;
      }
      if (!this.#isEnding && this.#isWaiting()) return;
      for (const entry of this.#open()) this.#finish(entry, entry.pending);
    }
    this.#isDone = true;
    this.#stopWaiting();
    this.#resolve(outcomesOf(this.#entries));
  }

  #isWaiting(): boolean {
    if (this.#paused.by !== "peer") return this.#paused.by !== undefined || this.#waits();
    if (this.#paused.waits()) return true;
    for (const entry of this.#open()) entry.pending = { ...entry.pending, ...PAUSER_GONE.sender };
    return false;
  }

  #waits(): boolean {
    const { clock } = this.#context.ports;
    const inMs = resumeDelayMs(this.#vainAttempts);
    const isInTime = this.#isAutomatic && clock.nowMs() + inMs <= this.#giveUpAtMs;
    if (!isInTime && !this.#isAskedAnew) return false;
    this.#isAskedAnew = false;
    this.#stopWaiting();
    this.#next = clock.startTimer(inMs, () => void this.#pull());
    this.#context.emit("reconnecting", { id: this.#options.id, inMs });
    return true;
  }
}
