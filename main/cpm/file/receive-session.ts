import type { OfferId } from "../../../shared/model/offer.ts";
import type { FileHash, FilePart } from "../../base/files.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { Timer } from "../../base/ports.ts";
import type { IncomingRequest, SrfDialog } from "../../drachtio/srf.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { readSdpBody } from "../body/sdp-body.ts";
import { answerHeaders, deviceHeaders, sipReason } from "../headers.ts";
import type { OfferRelay } from "../relay/offer-relay.ts";
import { sipCauseOf } from "../sip-cause.ts";
import { answerLaterOffer, type LiveMedia, offerWithout } from "./later-answer.ts";
import { type MediaWay, relayPathOf } from "./media-way.ts";
import type { OfferContext } from "./offer-context.ts";
import { type FileOutcome, isUnprotected } from "./outcome.ts";
import { ownSide } from "./own-side.ts";
import { openReceiving, type Receiving } from "./receiving-line.ts";
import { type ByeCause, endOutcome, UNPROTECTED, USER_STOPPED } from "./session-end.ts";
import { SilenceWatch } from "./silence-watch.ts";

/** A file that this device has taken and that is not complete. */
export interface AwaitedFile {
  readonly index: number;
  /** As its user was shown it. */
  readonly name: string;
  /** As the sender named it. */
  readonly offeredName: string;
  readonly sizeOctets: number;
  readonly hashes: readonly FileHash[];
}

/** One m= line on which the rest of a file is to come. */
export interface AwaitedLine {
  /** Of the description, 0-based. */
  readonly mediaIndex: number;
  readonly file: AwaitedFile;
  readonly part: FilePart;
  readonly uri: MsrpUri;
  readonly transferId?: string;
  readonly way: MediaWay;
  readonly remotePath: readonly MsrpUri[];
  /** 0-based place at which the message begins. */
  readonly fromOctet: number;
}

export interface ReceiveSessionOptions {
  readonly id: OfferId;
  readonly connectionGroup: string;
  /** Our side of the session as it was agreed. */
  readonly local: SessionDescription;
  readonly lines: readonly AwaitedLine[];
  /** Ours, closed with the session. */
  readonly relay: OfferRelay;
  readonly onBegun: () => void;
  /** The disk is full. */
  readonly onFull: () => void;
  /** Once for each line. */
  readonly onSettled: (file: AwaitedFile, outcome: FileOutcome) => void;
}

/** What both sides have agreed on. */
export type AgreedSession = Pick<
  ReceiveSessionOptions,
  "local" | "lines" | "relay" | "connectionGroup"
>;

interface Awaiting extends Receiving {
  readonly file: AwaitedFile;
}

/**
 * The sender ends the session; if it does not, we do after this time (RFC 5547 §8.4 guard): it waits 30 s for our REPORT
 * and then sends BYE.
 */
export const BYE_GUARD_MS = 45_000;
/** Where the files were lost, which the sender may not have noticed, or is gone as well. */
export const LOST_BYE_MS = 500;

/**
 * A dialog in which interrupted files go on, whoever made its offer. The MSRP sessions wait for their peer from the
 * construction on (RFC 4975 §5.4).
 */
export class ReceiveSession {
  readonly #context: OfferContext;
  readonly #options: ReceiveSessionOptions;
  readonly #awaiting = new Map<number, Awaiting>();
  readonly #live = new Map<number, LiveMedia>();
  readonly #silence: SilenceWatch;
  #local: SessionDescription;
  #dialog: SrfDialog | undefined;
  #isDialogOver = false;
  #onDialogOver: () => void = () => undefined;

  constructor(context: OfferContext, options: ReceiveSessionOptions) {
    this.#context = context;
    this.#silence = new SilenceWatch(context.ports.clock);
    this.#options = options;
    this.#local = options.local;
    for (const line of options.lines) this.#open(line);
  }

  /** Resolves when every file is settled and the dialog is over. */
  async run(dialog: SrfDialog): Promise<void> {
    this.#dialog = dialog;
    const over = new Promise<void>((resolve) => {
      this.#onDialogOver = resolve;
    });
    this.#listen(dialog);
    const outcomes = await this.#settled();
    const isLost = outcomes.some(({ kind }) => kind === "interrupted");
    if (outcomes.some(isUnprotected)) void this.#bye(UNPROTECTED);
    const guard = this.#guard(isLost ? LOST_BYE_MS : BYE_GUARD_MS);
    await over;
    guard?.cancel();
    await this.#close();
  }

  /** There will be no dialog. */
  async abandon(outcome: FileOutcome): Promise<void> {
    for (const { receiver } of this.#awaiting.values()) receiver.halt(outcome);
    await this.#settled();
    await this.#close();
  }

  /** The user ends it. */
  cancel(): void {
    void this.#bye(USER_STOPPED);
    for (const { receiver } of this.#awaiting.values())
      receiver.stop({
        ...{ kind: "interrupted", code: "cancelled" },
        reason: "You cancelled the transfer.",
      });
  }

  /** Ends the session; what is here stays. The sender stops before we stop listening, so that it takes it for no refusal. */
  async leave(outcome: FileOutcome, cause: ByeCause): Promise<void> {
    await this.#bye(cause);
    for (const { receiver } of this.#awaiting.values()) receiver.halt(outcome);
  }

  /** RFC 5547 §8.4; as `cancel` when no other file is left. */
  cancelFile(file: AwaitedFile): void {
    for (const [mediaIndex, awaiting] of this.#awaiting) {
      if (awaiting.file !== file || !this.#live.has(mediaIndex)) continue;
      if (this.#live.size === 1) {
        this.cancel();
        return;
      }
      this.#live.delete(mediaIndex);
      awaiting.receiver.stop({
        ...{ kind: "interrupted", code: "cancelled" },
        reason: "You cancelled this file.",
      });
      this.#local = offerWithout(this.#local, mediaIndex);
      void this.#dialog?.reinvite(
        { contentType: "application/sdp", content: serializeSdp(this.#local) },
        deviceHeaders(this.#context.config, this.#context.ports.srf.local),
      );
    }
  }

  #open(line: AwaitedLine): void {
    const { mediaIndex, file, part, uri, way, transferId, remotePath, fromOctet } = line;
    const { id, connectionGroup, onBegun, onFull, onSettled } = this.#options;
    const { index, sizeOctets, hashes } = file;
    const receiving = openReceiving(this.#context, {
      ...{ id, index, sizeOctets, hashes, part, uri, remotePath, way, connectionGroup },
      ...{ fromOctet, onBegun, onFull, silence: this.#silence },
    });
    this.#live.set(mediaIndex, {
      uri,
      ...{ role: way.role, relayPath: relayPathOf(way) },
      ...(transferId === undefined ? {} : { transferId }),
    });
    this.#awaiting.set(mediaIndex, { ...receiving, file });
    void receiving.receiver.outcome.then((outcome) => {
      this.#live.delete(mediaIndex);
      onSettled(file, outcome);
    });
  }

  #listen(dialog: SrfDialog): void {
    dialog.onBye((bye) => {
      bye.respond(200);
      const cause = sipCauseOf(bye.request.headers);
      const outcome = endOutcome("sender", cause);
      for (const { receiver } of this.#awaiting.values())
        if (outcome.code === "declined") receiver.stop(outcome);
        else receiver.stopSoon(outcome);
      this.#over();
    });
    dialog.onLost(() => {
      for (const { receiver } of this.#awaiting.values())
        receiver.stopSoon({
          ...{ kind: "interrupted", code: "connection", reason: "The sender is gone." },
        });
      this.#over();
    });
    dialog.onReinvite((request) => {
      this.#onReinvite(request);
    });
  }

  #onReinvite(request: IncomingRequest): void {
    const offer = readSdpBody(request.request);
    const answer = offer.ok
      ? answerLaterOffer(offer.value.description, this.#live, {
          ...ownSide(this.#context, this.#local.origin),
        })
      : offer;
    if (!answer.ok) {
      request.respond(answer.error.statusHint);
      return;
    }
    this.#local = answer.value.description;
    for (const mediaIndex of answer.value.closed)
      this.#awaiting.get(mediaIndex)?.receiver.stop({
        ...{ kind: "interrupted", code: "declined" },
        reason: "The sender cancelled this file.",
      });
    request.respond(200, {
      headers: answerHeaders(this.#context.config, this.#context.ports.srf.local),
      body: { contentType: "application/sdp", content: serializeSdp(this.#local) },
    });
  }

  #guard(delayMs: number): Timer | undefined {
    if (this.#isDialogOver) return undefined;
    return this.#context.ports.clock.startTimer(delayMs, () => {
      void this.#bye({ cause: 408, text: "No BYE from the sender" });
    });
  }

  async #bye({ cause, text }: ByeCause): Promise<void> {
    if (this.#isDialogOver) return;
    await this.#dialog?.bye([{ name: "Reason", value: sipReason(cause, text) }]);
    this.#over();
  }

  #over(): void {
    this.#isDialogOver = true;
    this.#onDialogOver();
  }

  #settled(): Promise<readonly FileOutcome[]> {
    return Promise.all([...this.#awaiting.values()].map(({ receiver }) => receiver.outcome));
  }

  /** A device that stops waits for this: its folder is as it should be then. */
  async #close(): Promise<void> {
    const all = [...this.#awaiting.values()];
    await Promise.all(all.map(({ session }) => session.close()));
    await this.#options.relay.close();
    await Promise.all(all.map(({ receiver }) => receiver.released));
  }
}
