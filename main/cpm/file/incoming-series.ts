import type { ClientEvents } from "../../../shared/model/client-events.ts";
import type { OfferedFileView, OfferId } from "../../../shared/model/offer.ts";
import type { TransferState } from "../../../shared/model/transfer.ts";
import type { Timer } from "../../base/ports.ts";
import type { InviteUas } from "../../drachtio/srf.ts";
import type { FileSeries } from "../../sdp/file-series.ts";
import { newOfferId } from "../ids.ts";
import type { AcceptTerms } from "./accept-terms.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import { IncomingOffer } from "./incoming-offer.ts";
import type { OfferContext } from "./offer-context.ts";
import { type OfferEntry, type OfferLog, OfferRecord } from "./offer-record.ts";
import { PartContext } from "./part-context.ts";
import { SeriesOutcomes } from "./series-outcomes.ts";

/** Which files of an offer that follows are taken, by index; asked for each of them. */
export type RestRule = (files: readonly OfferedFileView[]) => readonly number[];

export interface SeriesOffer extends CheckedOffer {
  readonly series: FileSeries;
}

/** How long the next offer may take to come when nothing runs any more. */
const NEXT_OFFER_MS = 60_000;
const CANCELLED = "You cancelled the transfer.";

/**
 * Offers that a sender makes one after the other, and one offer for the user (docs/decisions/0007). The first one rings;
 * when the user has taken the rest with it, the others are answered as they come.
 */
export class IncomingSeries {
  readonly id: OfferId;
  readonly #context: OfferContext;
  readonly #first: SeriesOffer;
  readonly #firstPart: Part;
  readonly #parts = new Set<Part>();
  readonly #outcomes = new SeriesOutcomes();
  readonly #onClosed: () => void;
  #record: OfferRecord | undefined;
  #rest: { readonly rule: RestRule; readonly terms: AcceptTerms } | undefined;
  /** 1-based place among all from which the next offer may start. */
  #nextFirst: number;
  #octets: number;
  #timer: Timer | undefined;
  #isOver = false;
  #isCancelled = false;
  /** By the user; what follows is taken, and waits. */
  #isPaused = false;
  #isElsewhere = false;
  #firstEnd: TransferState | undefined;

  /** @param onClosed what follows is not for this device: another one took the offer, or the user ended it */
  constructor(
    context: OfferContext,
    invite: InviteUas,
    offer: SeriesOffer,
    own: { readonly id: OfferId; readonly onClosed: () => void },
  ) {
    this.id = own.id;
    this.#onClosed = own.onClosed;
    this.#context = context;
    this.#first = offer;
    this.#nextFirst = nextFirst(offer);
    this.#octets = octetsOf(offer);
    this.#firstPart = this.#open(invite, offer, own.id);
  }

  ring(): void {
    this.#firstPart.offer.ring();
  }

  /** @param terms `conflicts`: of the first offer's files */
  accept(files: readonly number[], terms: AcceptTerms = {}, rest?: RestRule): void {
    if (rest !== undefined && this.#firstEnd === undefined) this.#rest = { rule: rest, terms };
    this.#firstPart.offer.accept(files, rest === undefined ? terms : { ...terms, place: "first" });
  }

  decline(where: "here" | "everywhere"): void {
    this.#firstPart.offer.decline(where);
  }

  cancel(): void {
    this.#onClosed();
    this.#endSoon();
    for (const { offer } of this.#parts) offer.cancel();
    if (this.#awaitsMore) this.#cancelled({ ...{ id: this.id, by: "us" }, reason: CANCELLED });
    this.#settle();
  }

  get isPaused(): boolean {
    return this.#parts.size > 0 && [...this.#parts].every(({ offer }) => offer.isPaused);
  }

  pause(): void {
    this.#isPaused = true;
    for (const { offer } of this.#parts) offer.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const { offer } of this.#parts) offer.resume();
  }

  /** Of its parts: what is offered to go on with was offered in one. */
  takesRest(invite: InviteUas, offer: CheckedOffer): boolean {
    return [...this.#parts].some((part) => part.offer.takesRest(invite, offer));
  }

  cancelFile(index: number): void {
    for (const { offer, offset } of this.#parts) offer.cancelFile(index - offset);
  }

  shutDown(): void {
    this.#endSoon();
    for (const { offer } of this.#parts) offer.shutDown();
    this.#settle();
  }

  /** Takes an offer that goes on with the series, as the user has said. False: it is an offer like any other. */
  takes(invite: InviteUas, offer: SeriesOffer): boolean {
    const rest = this.#rest;
    if (rest === undefined || this.#isOver || !this.#goesOn(offer)) return false;
    this.#timer?.cancel();
    this.#nextFirst = nextFirst(offer);
    this.#octets += octetsOf(offer);
    const part = this.#open(invite, offer, newOfferId(this.#context.ports.random));
    part.offer.ring();
    const wanted = rest.rule(part.files);
    part.offer.accept(
      wanted.map((index) => index - part.offset),
      { ...rest.terms, conflicts: new Map(), place: "later" },
    );
    if (this.#isPaused) part.offer.pause();
    return true;
  }

  /** The user said yes to so many files and octets, of this person; to no more. */
  #goesOn({ series, ...offer }: SeriesOffer): boolean {
    const known = this.#first.series;
    return (
      series.first >= this.#nextFirst &&
      series.totalFiles === known.totalFiles &&
      series.totalOctets === known.totalOctets &&
      this.#octets + octetsOf(offer) <= known.restOctets
    );
  }

  #open(invite: InviteUas, offer: SeriesOffer, id: OfferId): Part {
    const offset = offer.series.first - this.#first.series.first;
    const listener = {
      emit: <N extends keyof ClientEvents>(name: N, payload: ClientEvents[N]): void => {
        // Checked border: name and payload belong together, here and there.
        this.#take(part, { name, payload } as SaidByPart);
      },
      openRecord: (entry: OfferEntry): OfferLog => this.#openRecord(entry, offset),
      placeOf: (index: number) => ({ offerId: this.id, index: index + offset }),
      ended: (): void => {
        this.#parts.delete(part);
        this.#settle();
      },
    };
    const part: Part = {
      offer: new IncomingOffer(new PartContext(this.#context, listener), invite, offer, id),
      offset,
      files: offer.files.map(({ view }) => ({ ...view, index: view.index + offset })),
    };
    this.#parts.add(part);
    return part;
  }

  #openRecord(entry: OfferEntry, offset: number): OfferLog {
    const files = entry.files.map((file) => ({ ...file, index: file.index + offset }));
    if (this.#record === undefined) this.#record = new OfferRecord(this.#context.ports, entry);
    else this.#record.add(files);
    return this.#record.part((index) => index + offset);
  }

  #take(part: Part, said: SaidByPart): void {
    const { id } = this;
    const { offset } = part;
    switch (said.name) {
      case "offer":
        this.#offered(part, said.payload);
        break;
      case "answered": {
        const { accepted, declined, ...more } = said.payload;
        this.#context.emit("answered", {
          ...{ ...more, id },
          accepted: accepted.map((index) => index + offset),
          declined: declined.map((index) => index + offset),
        });
        break;
      }
      case "progress":
        this.#context.emit("progress", {
          ...{ ...said.payload, id, index: said.payload.index + offset },
        });
        break;
      case "file": {
        const event = { ...said.payload, id, index: said.payload.index + offset };
        this.#outcomes.take(event);
        this.#context.emit("file", event);
        break;
      }
      case "error":
      case "reconnecting":
      case "paused":
        this.#context.emit(said.name, { ...said.payload, id });
        break;
      case "resumed": {
        const files = said.payload.files.map((file) => ({ ...file, index: file.index + offset }));
        this.#context.emit("resumed", { ...said.payload, id, files });
        break;
      }
      default:
        this.#takeEnd(part, said);
    }
  }

  #offered(part: Part, offer: ClientEvents["offer"]): void {
    if (this.#parts.size === 0 || part === this.#firstPart) {
      const { first, totalFiles, restOctets } = this.#first.series;
      const following = { files: totalFiles - first + 1, octets: restOctets };
      this.#context.emit("offer", { ...offer, series: following });
    } else this.#context.emit("more", { id: this.id, files: part.files });
  }

  #takeEnd(part: Part, said: SaidByPart): void {
    const isFirst = part === this.#firstPart;
    if (said.name === "transfer") {
      if (isFirst) this.#firstEnd = said.payload.state;
      return;
    }
    if (said.name === "cancelled") this.#cancelled(said.payload);
    if (!isFirst) return;
    switch (said.name) {
      case "ringing":
        this.#context.emit("ringing", { id: this.id });
        break;
      case "declined":
        // Of a part of which nothing is wanted; its files are told of.
        if (this.#rest === undefined) this.#context.emit("declined", said.payload);
        else this.#declineFiles(part);
        break;
      case "missed":
        this.#context.emit("missed", said.payload);
        break;
      case "elsewhere":
        this.#isElsewhere = true;
        if (said.payload.reason === "accepted") this.#onClosed();
        this.#context.emit("elsewhere", said.payload);
        break;
      default:
        break;
    }
  }

  #declineFiles(part: Part): void {
    for (const { index } of part.files) {
      const event = { id: this.id, index, state: "declined" } as const;
      this.#outcomes.take(event);
      this.#context.emit("file", event);
    }
  }

  /** Whoever ends one of the offers ends the series. */
  #cancelled(payload: ClientEvents["cancelled"]): void {
    this.#isOver = true;
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#context.emit("cancelled", { ...payload, id: this.id });
  }

  #endSoon(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  /** Nothing runs: the series waits for its next offer, or is over. */
  #settle(): void {
    if (this.#parts.size > 0 || this.#hasEnded) return;
    if (!this.#isOver && this.#awaitsMore)
      this.#timer = this.#context.ports.clock.startTimer(NEXT_OFFER_MS, () => {
        this.#end();
      });
    else this.#end();
  }

  /** The user wants files that were not offered yet. */
  get #awaitsMore(): boolean {
    const isTaken = this.#rest !== undefined && !this.#isElsewhere && !this.#hasEnded;
    return isTaken && this.#nextFirst <= this.#first.series.totalFiles;
  }

  #hasEnded = false;

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isOver = true;
    const state = this.#endState();
    const { id } = this;
    if (state === undefined) this.#record?.end({ state: "elsewhere" });
    else {
      this.#record?.end({ state });
      this.#context.emit("transfer", { id, state });
    }
    this.#context.ended(id);
  }

  #endState(): TransferState | undefined {
    if (this.#isElsewhere) return undefined;
    if (this.#rest === undefined) return this.#firstEnd ?? "interrupted";
    const { first, totalFiles } = this.#first.series;
    return this.#outcomes.state(totalFiles - first + 1, this.#isCancelled);
  }
}

/** One offer of the series. */
interface Part {
  readonly offer: IncomingOffer;
  /** Added to an index of its own, gives the place in the series. */
  readonly offset: number;
  readonly files: readonly OfferedFileView[];
}

type SaidByPart = {
  [Name in keyof ClientEvents]: { readonly name: Name; readonly payload: ClientEvents[Name] };
}[keyof ClientEvents];

function nextFirst({ series, description }: SeriesOffer): number {
  return series.first + description.media.length;
}

function octetsOf({ files }: Pick<CheckedOffer, "files">): number {
  return files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
}
