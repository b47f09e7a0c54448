import type { ClientEvents } from "../../../shared/model/client-events.ts";
import type { FileIcon, OfferId, OfferView } from "../../../shared/model/offer.ts";
import type { TransferState } from "../../../shared/model/transfer.ts";
import type { Result } from "../../base/result.ts";
import type { InviteUas } from "../../drachtio/srf.ts";
import type { CpmIds } from "../headers.ts";
import { contributionIdOf, newCallId, newOfferId } from "../ids.ts";
import { fileEvent, historyChange } from "./file-end.ts";
import type { OfferContext } from "./offer-context.ts";
import { type OfferEntry, type OfferLog, OfferRecord } from "./offer-record.ts";
import type { FileOutcome } from "./outcome.ts";
import { closeFiles, type OfferError, type PreparedFile } from "./outgoing-files.ts";
import { OutgoingOffer } from "./outgoing-offer.ts";
import type { PlannedFile } from "./outgoing-plan.ts";
import { PartContext } from "./part-context.ts";
import type { PullOffer } from "./pull-offer.ts";
import { SeriesOutcomes } from "./series-outcomes.ts";

/** A file of a part that is ready, or why it cannot be offered. */
export type PartFile = Result<PreparedFile, OfferError>;

export interface OutgoingSeriesOptions {
  readonly id: OfferId;
  /** URI of the recipient. */
  readonly to: string;
  /** The files of each offer, more than one. */
  readonly parts: readonly (readonly PlannedFile[])[];
  readonly ids: CpmIds;
  /** From which the first Contribution-ID was derived. */
  readonly callId: string;
  readonly icons?: ReadonlyMap<number, FileIcon>;
  readonly text?: string;
  /** Opens and hashes the files of a part; their indexes are places in the list given. */
  readonly prepare: (files: readonly PlannedFile[]) => Promise<readonly PartFile[]>;
  readonly first: readonly PreparedFile[];
}

/** Parts whose files move at the same time. */
const MAX_RUNNING = 2;

/**
 * Offers one after the other that are one to their users (docs/decisions/0007): the next INVITE leaves when the last
 * one was answered. `run` settles when all is over and never rejects.
 */
export class OutgoingSeries {
  readonly id: OfferId;
  readonly #context: OfferContext;
  readonly #options: OutgoingSeriesOptions;
  readonly #files: readonly PlannedFile[];
  readonly #record: OfferRecord;
  readonly #outcomes = new SeriesOutcomes();
  readonly #running = new Set<Part>();
  readonly #unwanted = new Set<number>();
  #isCancelled = false;
  /** The receiver ended a part before its end: it wants no other. */
  #isStopped = false;
  #hasBegun = false;
  #isAnswered = false;
  #onChange: () => void = () => undefined;

  constructor(context: OfferContext, options: OutgoingSeriesOptions) {
    this.id = options.id;
    this.#context = context;
    this.#options = options;
    this.#files = options.parts.flat();
    this.#record = new OfferRecord(context.ports, {
      ...{ id: options.id, direction: "outgoing", peer: options.to, ...options.ids },
      state: "offered",
      files: this.#files.map(({ index, name, type, sizeOctets, path }) => ({
        ...{ index, name, type, sizeOctets, path, state: "offered", octets: 0 },
      })),
    });
  }

  async run(): Promise<void> {
    const { parts, first } = this.#options;
    this.#context.emit("offer", this.#view());
    let next: Promise<readonly PartFile[]> = Promise.resolve(
      first.map((value) => ({ ok: true, value })),
    );
    let end: TransferState | undefined;
    for (const [at, files] of parts.entries()) {
      const prepared = await next;
      await this.#until(() => this.#running.size < MAX_RUNNING || this.#isEnough());
      const ready = this.#readyOf(files, prepared);
      if (this.#isEnough()) {
        await closeFiles(ready.map(({ file }) => file));
        break;
      }
      const part = ready.length === 0 ? undefined : this.#begin(files, ready);
      // While this one rings and runs: its receiver shall not wait for the next.
      next = this.#prepareNext(parts[at + 1]);
      if (part === undefined) continue;
      await this.#until(() => part.isAnswered || part.end !== undefined);
      if (part.end === undefined || part.isGoingOn) continue;
      end = part.end;
      break;
    }
    await this.#until(() => this.#running.size === 0);
    for (const file of await next) if (file.ok) await closeFiles([file.value]);
    this.#finish(end);
  }

  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    this.#context.emit("cancelled", { id: this.id, by: "us", reason: "You cancelled the offer." });
    for (const { offer } of this.#running) offer.cancel();
    this.#onChange();
  }

  /** The device goes away: what was not offered is not, what moves can go on later. */
  shutDown(): void {
    this.#isStopped = true;
    for (const { offer } of this.#running) offer.shutDown();
    this.#onChange();
  }

  get isPaused(): boolean {
    return this.#running.size > 0 && [...this.#running].every(({ offer }) => offer.isPaused);
  }

  pause(): void {
    for (const { offer } of this.#running) offer.pause();
  }

  resume(): void {
    for (const { offer } of this.#running) offer.resume();
  }

  /** As of its parts: what one INVITE asks for was offered in one. */
  serves(invite: InviteUas, pull: PullOffer): boolean {
    return [...this.#running].some(({ offer }) => offer.serves(invite, pull));
  }

  cancelFile(index: number): void {
    this.#unwanted.add(index);
    for (const { offer, indexes } of this.#running) {
      const at = indexes.indexOf(index);
      if (at >= 0) offer.cancelFile(at);
    }
  }

  /** Asked anew after each wait. */
  #isEnough(): boolean {
    return this.#isCancelled || this.#isStopped;
  }

  #prepareNext(files: readonly PlannedFile[] | undefined): Promise<readonly PartFile[]> {
    return files === undefined ? Promise.resolve([]) : this.#options.prepare(files);
  }

  /** What is left of a part when files are gone that cannot be read or are not wanted any more. */
  #readyOf(files: readonly PlannedFile[], prepared: readonly PartFile[]): readonly Ready[] {
    const ready: Ready[] = [];
    for (const [at, { index, sizeOctets }] of files.entries()) {
      const one = prepared[at];
      if (one === undefined) continue;
      const outcome = this.#obstacle(index, sizeOctets, one);
      if (outcome === undefined && one.ok)
        ready.push({ index, file: { ...one.value, index: ready.length } });
      if (outcome === undefined || this.#isCancelled) continue;
      if (one.ok) void closeFiles([one.value]);
      this.#settle(index, outcome);
    }
    return ready;
  }

  #obstacle(index: number, sizeOctets: number, file: PartFile): FileOutcome | undefined {
    if (this.#unwanted.has(index))
      return { kind: "interrupted", code: "cancelled", reason: "You cancelled this file." };
    if (!file.ok) return { kind: "failed", code: "source", reason: file.error.message };
    return file.value.source.sizeOctets === sizeOctets
      ? undefined
      : {
          ...{ kind: "failed", code: "source-changed" },
          reason: "The file was changed after it was offered. It was not sent.",
        };
  }

  #begin(files: readonly PlannedFile[], ready: readonly Ready[]): Part {
    const { to, ids, text, callId } = this.#options;
    const { ports, config } = this.#context;
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    const ownCallId = isFirst ? callId : newCallId(ports.random);
    const indexes = ready.map(({ index }) => index);
    const first = files[0]?.index ?? 0;
    const listener = {
      emit: <N extends keyof ClientEvents>(name: N, payload: ClientEvents[N]): void => {
        // Checked border: name and payload belong together, here and there.
        this.#take(part, { name, payload } as SaidByPart);
      },
      openRecord: (entry: OfferEntry): OfferLog => this.#openRecord(entry, indexes),
      placeOf: (index: number) => ({ offerId: this.id, index: indexes[index] ?? index }),
      ended: (): void => {
        this.#running.delete(part);
        this.#onChange();
      },
    };
    const offer = new OutgoingOffer(new PartContext(this.#context, listener), {
      id: newOfferId(ports.random),
      ...{ to, callId: ownCallId, ...this.#context.notices.expect(this.#context, this.id, to) },
      ...(text === undefined || !isFirst ? {} : { text }),
      files: ready.map(({ file }) => file),
      ids: {
        conversationId: ids.conversationId,
        contributionId: isFirst
          ? ids.contributionId
          : contributionIdOf(ports.hashing, config.deviceSecret, ownCallId),
      },
      onPeerEnded: () => {
        this.#isStopped = true;
        this.#onChange();
      },
      series: {
        first: first + 1,
        totalFiles: this.#files.length,
        totalOctets: octetsOf(this.#files),
        restOctets: octetsOf(this.#files.slice(first)),
      },
    });
    const part: Part = { offer, indexes, isFirst, isAnswered: false, isGoingOn: false };
    this.#running.add(part);
    void offer.run();
    return part;
  }

  #openRecord({ files }: OfferEntry, indexes: readonly number[]): OfferLog {
    this.#record.replace(
      files.map((file) => ({ ...file, index: indexes[file.index] ?? file.index })),
    );
    return this.#record.part((index) => indexes[index] ?? index);
  }

  #take(part: Part, said: SaidByPart): void {
    const placeOf = (index: number): number => part.indexes[index] ?? index;
    const { id } = this;
    switch (said.name) {
      case "ringing":
        if (part.isFirst) this.#context.emit("ringing", { id });
        break;
      case "answered": {
        const { accepted, declined, ...rest } = said.payload;
        this.#isAnswered = true;
        part.isAnswered = true;
        this.#context.emit("answered", {
          ...{ ...rest, id },
          ...{ accepted: accepted.map(placeOf), declined: declined.map(placeOf) },
        });
        this.#onChange();
        break;
      }
      case "declined":
        part.status = said.payload.status;
        break;
      case "error":
        part.error = said.payload;
        // Of one that ends before an answer it depends on what follows whether anybody is to hear of it.
        if (part.isAnswered) this.#context.emit("error", { ...said.payload, id });
        break;
      case "progress":
        this.#context.emit("progress", {
          ...{ ...said.payload, id, index: placeOf(said.payload.index) },
        });
        break;
      case "file": {
        const event = { ...said.payload, id, index: placeOf(said.payload.index) };
        this.#outcomes.take(event);
        this.#context.emit("file", event);
        break;
      }
      case "transfer":
        this.#partEnded(part, said.payload.state);
        break;
      default:
        this.#takeGoingOn(part, said);
    }
  }

  /** What else the parts say of themselves as offers, the series has said. */
  #takeGoingOn(part: Part, said: SaidByPart): void {
    const { id } = this;
    if (said.name === "reconnecting" || said.name === "paused")
      this.#context.emit(said.name, { ...said.payload, id });
    if (said.name !== "resumed") return;
    const files = said.payload.files.map((file) => ({
      ...{ ...file, index: part.indexes[file.index] ?? file.index },
    }));
    this.#context.emit("resumed", { ...said.payload, id, files });
  }

  #partEnded(part: Part, state: TransferState): void {
    // RFC 3261 §21.6.4 with our Warning: none of these files, but perhaps of the next.
    part.isGoingOn = part.status === 606 && state === "declined";
    if (!part.isAnswered && !part.isGoingOn && !this.#isCancelled) this.#tellRefusal(part);
    part.end = state;
    this.#onChange();
  }

  #tellRefusal({ status, error }: Part): void {
    const { id } = this;
    if (status !== undefined && !this.#isAnswered) this.#context.emit("declined", { id, status });
    if (error === undefined) return;
    const left = this.#files.filter(({ index }) => !this.#outcomes.has(index)).length;
    const message = this.#isAnswered
      ? `${error.message.replace("No file was sent.", "").trim()} ${String(left)} more files were not offered.`
      : error.message;
    this.#context.emit("error", { ...error, id, message });
  }

  #settle(index: number, outcome: FileOutcome): void {
    const event = fileEvent(this.id, index, outcome);
    this.#outcomes.take(event);
    this.#record.files([index], historyChange(outcome));
    this.#context.emit("file", event);
  }

  /** @param end of the part that stopped the series, where one did */
  #finish(end: TransferState | undefined): void {
    const never = this.#files.filter(({ index }) => !this.#outcomes.has(index));
    const isWhole = !this.#isAnswered;
    if (isWhole)
      this.#record.files(
        never.map(({ index }) => index),
        { state: stateOf(end) },
      );
    else for (const { index } of never) this.#settle(index, this.#neverOffered(end));
    const state =
      isWhole && end !== undefined
        ? end
        : this.#outcomes.state(this.#files.length, this.#isCancelled);
    this.#record.end({ state });
    this.#context.emit("transfer", { id: this.id, state });
    this.#context.ended(this.id);
  }

  #neverOffered(end: TransferState | undefined): FileOutcome {
    if (end === "declined") return { kind: "declined" };
    return {
      ...{ kind: "interrupted", code: this.#isCancelled ? "cancelled" : "connection" },
      reason: "It was not offered any more.",
    };
  }

  #view(): OfferView {
    const { id, to, ids, text, icons } = this.#options;
    const { aor, displayName } = this.#context.config;
    return {
      ...{ id, direction: "outgoing", from: aor, to, ...ids },
      ...(displayName === undefined ? {} : { fromName: displayName }),
      files: this.#files.map(({ index, name, type, sizeOctets }) => {
        const icon = icons?.get(index);
        return { ...{ index, name, type, sizeOctets }, ...(icon === undefined ? {} : { icon }) };
      }),
      ...(text === undefined ? {} : { text }),
      startedMs: this.#record.startedMs,
    };
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo())
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
  }
}

/** One offer of the series, from its INVITE on. */
interface Part {
  readonly offer: OutgoingOffer;
  /** Places among all by place in the part. */
  readonly indexes: readonly number[];
  readonly isFirst: boolean;
  isAnswered: boolean;
  isGoingOn: boolean;
  status?: number;
  error?: ClientEvents["error"];
  end?: TransferState;
}

interface Ready {
  /** Place among all. */
  readonly index: number;
  readonly file: PreparedFile;
}

type SaidByPart = {
  [Name in keyof ClientEvents]: { readonly name: Name; readonly payload: ClientEvents[Name] };
}[keyof ClientEvents];

function octetsOf(files: readonly PlannedFile[]): number {
  return files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
}

function stateOf(end: TransferState | undefined): "cancelled" | "declined" | "failed" {
  if (end === "declined") return "declined";
  return end === undefined || end === "cancelled" ? "cancelled" : "failed";
}
