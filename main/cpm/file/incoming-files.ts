import type { OfferId } from "../../../shared/model/offer.ts";
import type { FileError, FilePart, PartOrigin } from "../../base/files.ts";
import { ok, type Result } from "../../base/result.ts";
import type { MsrpRelay } from "../../msrp/relay/relays.ts";
import { buildFileAnswer, type FileDecision } from "../../sdp/file-answer.ts";
import type { SdpError, SessionDescription } from "../../sdp/session-description.ts";
import { OfferRelay } from "../relay/offer-relay.ts";
import type { AcceptTerms } from "./accept-terms.ts";
import { fileEvent, historyChange } from "./file-end.ts";
import { checkedAlgorithms } from "./file-receiver.ts";
import type { CheckedOffer, ReceivableFile } from "./incoming-checks.ts";
import { answerLaterOffer, type LaterAnswer, type LiveMedia } from "./later-answer.ts";
import { answeredScheme, answererWay, relayPathOf } from "./media-way.ts";
import { complain, type OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";
import { type FileOutcome, isResumable } from "./outcome.ts";
import { ownSide } from "./own-side.ts";
import { openReceiving, type Receiving } from "./receiving-line.ts";
import { SilenceWatch } from "./silence-watch.ts";

export interface IncomingFilesOptions {
  readonly id: OfferId;
  readonly offer: CheckedOffer;
  readonly record: OfferLog;
  /** Sessions of one offer share a connection, those of different offers never do. */
  readonly connectionGroup: string;
  /** The first octets of any file are here. */
  readonly onBegun: () => void;
  /** The disk is full. Told for each file that finds out. */
  readonly onFull: () => void;
}

/** How files are ended. */
export interface StopManner {
  /** Octets that are under way may still arrive. */
  readonly isGraceful: boolean;
  /** Another device has the offer: nobody is told of each file. */
  readonly isQuiet: boolean;
}

/** What room making came to. */
export interface Preparation {
  /** Files that can be received, by m= line. */
  readonly ready: readonly number[];
  readonly firstError?: FileError;
}

/** The files of an incoming offer once the user has taken some: parts on disk, MSRP sessions, outcomes. */
export class IncomingFiles {
  readonly #context: OfferContext;
  readonly #options: IncomingFilesOptions;
  readonly #parts = new Map<number, FilePart>();
  /** At our relay, by m= line. */
  readonly #places = new Map<number, MsrpRelay>();
  #relay: OfferRelay | undefined;
  readonly #receivings = new Map<number, Receiving>();
  readonly #live = new Map<number, LiveMedia>();
  readonly #outcomes = new Map<number, FileOutcome>();
  #local: SessionDescription | undefined;
  #isDropped = false;
  #discarding: Promise<void> = Promise.resolve();
  #isQuiet = false;
  readonly #silence: SilenceWatch;

  constructor(context: OfferContext, options: IncomingFilesOptions) {
    this.#context = context;
    this.#silence = new SilenceWatch(context.ports.clock);
    this.#options = options;
  }

  /** Files whose octets are still awaited. */
  get liveCount(): number {
    return this.#live.size;
  }

  /** What was prepared has to wait for room. */
  get isWithoutRoom(): boolean {
    return [...this.#parts.values()].some((part) => part.isWithoutRoom === true);
  }

  /** Room was made for it and the answer accepts it. */
  wasTaken(index: number): boolean {
    return this.#receivings.has(index);
  }

  /** The connections of all that was taken. */
  get isEncrypted(): boolean {
    const uris = [...this.#receivings.values()].map(({ session }) => session.localUri);
    return uris.length > 0 && uris.every(({ scheme }) => scheme === "msrps");
  }

  isLive(index: number): boolean {
    return this.#live.has(index);
  }

  /** Makes room for the files taken; one that cannot be stored is left out and complained about. */
  async prepare(indexes: readonly number[], terms: AcceptTerms): Promise<Preparation> {
    let firstError: FileError | undefined;
    for (const file of this.#options.offer.files) {
      if (!indexes.includes(file.view.index)) continue;
      const part = await this.#context.ports.files.createPart({
        folder: terms.folder ?? this.#context.config.receiveFolder,
        // The name that the user was shown and said yes to.
        suggestedName: file.view.name,
        sizeOctets: file.sizeOctets,
        algorithms: checkedAlgorithms(file.media.selector.hashes),
        ...{ journal: this.#origin(file, terms), mayWait: terms.place === "later" },
      });
      if (part.ok) this.#parts.set(file.view.index, part.value);
      else {
        firstError ??= part.error;
        this.#refuseFile(file, part.error);
      }
      if (this.#isDropped) break;
    }
    if (!this.#isDropped) await this.#goThroughRelay();
    if (this.#isDropped) await this.#discardParts();
    const ready = [...this.#parts.keys()];
    return firstError === undefined ? { ready } : { ready, firstError };
  }

  /** Without its relay this device may not be reached: the files are refused then. */
  async #goThroughRelay(): Promise<void> {
    const indexes = [...this.#parts.keys()];
    const { connectionGroup, id } = this.#options;
    const opened = await OfferRelay.open(this.#context, connectionGroup, indexes.length);
    if (opened.ok) {
      this.#relay = opened.value;
      // Nobody closes this any more.
      if (this.#isDropped) await opened.value.close();
      for (const [nth, index] of indexes.entries()) {
        const place = opened.value.place(nth);
        if (place !== undefined) this.#places.set(index, place);
      }
      return;
    }
    await this.#discardParts();
    // Whoever ended the offer meanwhile has been told of that.
    if (this.#isDropped) return;
    const reason = `${opened.error.message} No file was received.`;
    complain(this.#context, id, { ...opened.error, message: reason });
    for (const index of indexes)
      this.#settle(index, { kind: "failed", code: opened.error.code, reason }, 0);
  }

  /** Whose file it is and for whom it was taken, to go on with it later. */
  #origin({ view, media }: ReceivableFile, terms: AcceptTerms): PartOrigin {
    const { id, offer } = this.#options;
    const conflict = terms.conflicts?.get(view.index) ?? terms.conflict;
    return {
      peer: offer.from.uriText,
      conversationId: offer.ids.conversationId,
      offeredName: media.selector.name ?? view.name,
      hashes: media.selector.hashes,
      ...this.#context.placeOf(id, view.index),
      ...(conflict === undefined ? {} : { conflict }),
    };
  }

  /**
   * The answer; from here on the sessions wait for their peer, so it is called right before the 200 leaves
   * (RFC 4975 §5.4).
   */
  answer(): Result<SessionDescription, SdpError> {
    const { offer } = this.#options;
    const decisions: FileDecision[] = offer.description.media.map(() => ({ accept: false }));
    for (const file of offer.files) {
      const part = this.#parts.get(file.view.index);
      if (part !== undefined) decisions[file.view.index] = this.#open(file, part);
    }
    const answer = buildFileAnswer(offer.description, decisions, ownSide(this.#context));
    if (!answer.ok) return answer;
    this.#local = answer.value;
    return ok(answer.value);
  }

  /** Our description as it is now; undefined before the answer. */
  get local(): SessionDescription | undefined {
    return this.#local;
  }

  setLocal(description: SessionDescription): void {
    this.#local = description;
  }

  /** Resolves with one outcome per offered file, when all that were taken are settled. */
  async outcomes(): Promise<readonly FileOutcome[]> {
    await Promise.all([...this.#receivings.values()].map(({ receiver }) => receiver.outcome));
    return this.#options.offer.files.map(
      ({ view }) => this.#outcomes.get(view.index) ?? { kind: "declined" },
    );
  }

  /** Ends everything not settled; room made is given back. */
  stopAll(outcome: FileOutcome, manner: StopManner): void {
    const { isGraceful, isQuiet } = manner;
    this.#isDropped = true;
    this.#isQuiet = isQuiet;
    for (const { receiver } of this.#receivings.values()) {
      if (isGraceful) receiver.stopSoon(outcome);
      else receiver.stop(outcome);
    }
    if (this.#receivings.size === 0) this.#discarding = this.#discardParts();
  }

  /** As `stopAll`, but without a word to the sender: what is here stays, to go on with. */
  haltAll(outcome: FileOutcome): void {
    for (const { receiver } of this.#receivings.values()) receiver.halt(outcome);
  }

  stopFile(index: number, outcome: FileOutcome): void {
    this.#live.delete(index);
    this.#receivings.get(index)?.receiver.stop(outcome);
  }

  /** An offer of the peer inside the session: files it ends are stopped. */
  answerLater(offer: SessionDescription): Result<LaterAnswer, SdpError> {
    const own = ownSide(this.#context, this.#local?.origin);
    const answer = answerLaterOffer(offer, this.#live, own);
    if (!answer.ok) return answer;
    this.#local = answer.value.description;
    for (const index of answer.value.closed)
      this.stopFile(index, {
        kind: "interrupted",
        code: "declined",
        reason: "The sender cancelled this file.",
      });
    return answer;
  }

  /** Frees the MSRP sessions; what they still have to say is sent before. */
  async close(): Promise<void> {
    await Promise.all([...this.#receivings.values()].map(({ session }) => session.close()));
    await this.#relay?.close();
  }

  /** Resolves when nothing of interrupted files is left on disk. */
  async released(): Promise<void> {
    await Promise.all([...this.#receivings.values()].map(({ receiver }) => receiver.released));
    await this.#discarding;
  }

  #open(file: ReceivableFile, part: FilePart): FileDecision {
    const { index } = file.view;
    const { sizeOctets } = file;
    const { id, onBegun, onFull, connectionGroup } = this.#options;
    const way = answererWay(file.media, this.#places.get(index));
    const uri = this.#context.ports.msrp.newUri(answeredScheme(way));
    const { path: remotePath, transferId } = file.media;
    const receiving = openReceiving(this.#context, {
      ...{ id, index, sizeOctets, part, uri, remotePath, way, connectionGroup, onBegun, onFull },
      ...{ hashes: file.media.selector.hashes, silence: this.#silence },
      isFull: part.isWithoutRoom === true,
    });
    const relayPath = relayPathOf(way);
    this.#live.set(index, {
      uri,
      role: way.role,
      ...(transferId === undefined ? {} : { transferId }),
      relayPath,
    });
    this.#receivings.set(index, receiving);
    void receiving.receiver.outcome.then((outcome) => {
      this.#settle(index, outcome, part.receivedOctets);
    });
    const limit = sizeOctets === 0 ? {} : { maxSizeOctets: sizeOctets };
    return { accept: true, uri, relayPath, setup: way.role, ...limit };
  }

  #settle(index: number, outcome: FileOutcome, octets: number): void {
    this.#live.delete(index);
    this.#outcomes.set(index, outcome);
    this.#options.record.files([index], { octets, ...historyChange(outcome) });
    // What can go on is told of when it is known whether it does.
    if (this.#isQuiet || isResumable(outcome)) return;
    this.#context.emit("file", fileEvent(this.#options.id, index, outcome));
  }

  #refuseFile(file: ReceivableFile, error: FileError): void {
    const code = error.kind === "no-space" ? "no-space" : "storage";
    complain(this.#context, this.#options.id, {
      code,
      message: `${file.view.name} cannot be received: ${error.message}`,
      action: "Choose another folder.",
    });
    this.#settle(file.view.index, { kind: "failed", code, reason: error.message }, 0);
  }

  async #discardParts(): Promise<void> {
    for (const part of this.#parts.values()) await part.discard();
    this.#parts.clear();
  }
}
