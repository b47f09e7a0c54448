import type { OfferId } from "../../../shared/model/offer.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import { present } from "../../base/present.ts";
import type { IncomingRequest, SrfDialog } from "../../drachtio/srf.ts";
import type { MsrpSession } from "../../msrp/session/session.ts";
import { acceptsType } from "../../sdp/accept-types.ts";
import type { MsrpMedia } from "../../sdp/file-media.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { buildCpimWrapper } from "../body/cpim-wrapper.ts";
import { readSdpBody } from "../body/sdp-body.ts";
import { answerHeaders, deviceHeaders, sipReason } from "../headers.ts";
import type { OfferRelay } from "../relay/offer-relay.ts";
import { type SipCause, sipCauseOf } from "../sip-cause.ts";
import { FileSender, type FileSpan } from "./file-sender.ts";
import { answerLaterOffer, type LiveMedia, offerWithout } from "./later-answer.ts";
import { NOT_PROTECTED } from "./media-security.ts";
import { type MediaWay, relayPathOf } from "./media-way.ts";
import type { OfferContext } from "./offer-context.ts";
import { type FileOutcome, isStopped } from "./outcome.ts";
import type { PreparedFile } from "./outgoing-files.ts";
import { ownSide } from "./own-side.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { type ByeCause, endOutcome, UNPROTECTED, USER_STOPPED } from "./session-end.ts";
import { sendSideBySide } from "./side-by-side.ts";

/** One m= line on which a file is to be sent. */
export interface SendLine {
  /** Of the description, 0-based. */
  readonly mediaIndex: number;
  readonly file: PreparedFile;
  readonly uri: MsrpUri;
  readonly transferId?: string;
  readonly way: MediaWay;
  /** What the peer says of it. */
  readonly peer: Pick<MsrpMedia, "path" | "maxSizeOctets" | "acceptTypes" | "acceptWrappedTypes">;
  /** The whole file when absent. */
  readonly span?: FileSpan;
}

/** A transfer that was agreed on. */
export interface SessionStart {
  readonly dialog: SrfDialog;
  readonly lines: readonly SendLine[];
  readonly local: SessionDescription;
  readonly isPeerOurs: boolean;
  readonly connectionGroup: string;
  /** Ours, closed after the session; that of an offer's first session is the offer's matter. */
  readonly relay?: OfferRelay;
  /** False for the first session of an offer. */
  readonly isResumed?: boolean;
}

export interface OutgoingTransferOptions {
  readonly id: OfferId;
  /** URI of the receiver. */
  readonly to: string;
  /** The sessions of one transfer share a connection, those of different ones never do. */
  readonly connectionGroup: string;
  readonly lines: readonly SendLine[];
  /** Our side of the session as it was agreed. */
  readonly local: SessionDescription;
  readonly isPeerOurs: boolean;
  /** Once for each line, with the octets of the file that the receiver has answered for. */
  readonly onSettled: (line: SendLine, outcome: FileOutcome, octets: number) => void;
  /** The receiver sent BYE; `cause` is what its Reason says. */
  readonly onPeerEnded?: (cause: SipCause | undefined) => void;
}

/** Ends a session of which nothing is wanted any more. */
export async function leaveAtOnce({ dialog, relay }: SessionStart, why?: ByeCause): Promise<void> {
  await dialog.bye(why && [{ name: "Reason", value: sipReason(why.cause, why.text) }]);
  await relay?.close();
}

interface Sending {
  readonly line: SendLine;
  readonly session: MsrpSession;
  readonly sender: FileSender;
  readonly meter: ProgressMeter;
}

/**
 * A dialog in which this device sends: one MSRP session and one message per accepted file (RFC 5547 §8.2), then BYE
 * (CR C.x.x.1.1 steps 9 to 20). Who made the offer, and in which direction it asked, makes no difference.
 * The MSRP sessions wait for their peer from the construction on (RFC 4975 §5.4).
 */
export class OutgoingTransfer {
  readonly #context: OfferContext;
  readonly #options: OutgoingTransferOptions;
  /** By m= line, as everything here. */
  readonly #sendings = new Map<number, Sending>();
  /** Files not settled yet: what our side of their m= lines says. */
  readonly #live = new Map<number, LiveMedia>();
  readonly #outcomes = new Map<number, FileOutcome>();
  /** Files that are not to be begun, with how they end. */
  readonly #skipped = new Map<number, FileOutcome>();
  #local: SessionDescription;
  #dialog: SrfDialog | undefined;
  /** False once either side sent BYE or the dialog is gone. */
  #isByeDue = true;
  #byeCause: ByeCause | undefined;
  /** Requests inside the dialog go one after the other. */
  #signalling: Promise<unknown> = Promise.resolve();

  constructor(context: OfferContext, options: OutgoingTransferOptions) {
    this.#context = context;
    this.#options = options;
    this.#local = options.local;
    for (const line of options.lines) this.#open(line);
  }

  /** There will be no dialog: what does not go on elsewhere ends so, unless somebody has said how. */
  async abandon(outcome: FileOutcome): Promise<void> {
    await Promise.all([...this.#sendings.values()].map(({ session }) => session.close()));
    for (const [index, { line, sender }] of this.#sendings) {
      const end = this.#skipped.get(index) ?? outcome;
      const octets = sender.acknowledgedOctets;
      if (end !== MOVED) this.#options.onSettled(line, told(end, line.file, octets), octets);
    }
  }

  /** Sends what was accepted. Resolves after the BYE. */
  async run(dialog: SrfDialog): Promise<void> {
    this.#dialog = dialog;
    this.#listen(dialog);
    await sendSideBySide(
      [...this.#sendings.values()],
      ({ line }) => line.file.source.sizeOctets,
      (sending) => this.#sendFile(sending),
    );
    await this.#end();
  }

  /** Ends everything that has not ended: `#` on each message, then BYE. */
  cancel(): void {
    this.#byeCause = USER_STOPPED;
    this.#stopAll({
      kind: "interrupted",
      code: "cancelled",
      reason: "You cancelled the transfer.",
    });
  }

  /** Leaves every message where it is, then BYE: what was sent stays of use to the receiver. */
  halt(outcome: FileOutcome, cause: ByeCause): void {
    this.#byeCause = cause;
    for (const [index, { sender }] of this.#sendings) {
      if (!this.#live.has(index)) continue;
      this.#skipped.set(index, outcome);
      sender.halt(outcome);
    }
  }

  /** The file goes on in another session; the BYE of this one follows when no other file is left. */
  release(file: PreparedFile): void {
    for (const [index, { line, sender }] of this.#sendings) {
      if (line.file !== file || !this.#live.has(index)) continue;
      this.#skipped.set(index, MOVED);
      sender.halt(MOVED);
    }
  }

  /** Ends one file: `#`, then its m= line is closed by a re-INVITE (RFC 5547 §8.4). */
  cancelFile(file: PreparedFile): void {
    for (const [index, { line, sender }] of this.#sendings) {
      if (line.file !== file || !this.#live.has(index)) continue;
      // The BYE that follows where it was the last one must tell that somebody chose this.
      if (this.#live.size === 1) this.#byeCause = USER_STOPPED;
      sender.stop({ kind: "interrupted", code: "cancelled", reason: "You cancelled this file." });
      this.#live.delete(index);
      this.#closeLine(index);
    }
  }

  #open(line: SendLine): void {
    const { file, mediaIndex, uri, way, transferId, peer, span } = line;
    const wrapper = this.#wrapperFor(line);
    const obstacle = obstacleOf(line, wrapper);
    if (obstacle !== undefined) this.#skipped.set(mediaIndex, obstacle);
    const session = this.#context.ports.msrp.session({
      localUri: uri,
      remotePath: peer.path,
      ...way,
      receiver: { begin: () => ({ reject: 413 }) },
      connectionGroup: this.#options.connectionGroup,
    });
    const { clock } = this.#context.ports;
    const meter = new ProgressMeter(
      clock,
      ({ octets, octetsPerS }) => {
        const { id } = this.#options;
        const { sizeOctets } = file.source;
        this.#context.emit("progress", { id, index: file.index, octets, sizeOctets, octetsPerS });
      },
      span?.from,
    );
    const sender = new FileSender(clock, {
      source: file.source,
      session,
      contentType: file.type,
      isPeerOurs: this.#options.isPeerOurs,
      ...present({ span, wrapper }),
      onAcknowledged: (octets) => {
        meter.update(octets);
      },
    });
    this.#live.set(mediaIndex, {
      uri,
      ...{ role: way.role, relayPath: relayPathOf(way) },
      ...(transferId === undefined ? {} : { transferId }),
    });
    this.#sendings.set(mediaIndex, { line, session, sender, meter });
  }

  /** For those who take the type of the file in CPIM only (RFC 4975 §8.6). */
  #wrapperFor({ file: { type: contentType }, peer }: SendLine): Buffer | undefined {
    const { acceptTypes, acceptWrappedTypes = [] } = peer;
    if (acceptsType(acceptTypes, contentType) || !acceptsType(acceptTypes, CPIM)) return undefined;
    if (!acceptsType(acceptWrappedTypes, contentType)) return undefined;
    const { config, ports } = this.#context;
    const dateTime = new Date(ports.clock.wallMs()).toISOString();
    return buildCpimWrapper({ from: config.aor, to: this.#options.to, dateTime, contentType });
  }

  async #sendFile(sending: Sending): Promise<void> {
    const { line, sender, meter } = sending;
    const { file, mediaIndex } = line;
    const outcome = this.#skipped.get(mediaIndex) ?? (await sender.run());
    if (outcome.kind === "complete") meter.finish(file.source.sizeOctets);
    this.#outcomes.set(mediaIndex, outcome);
    this.#live.delete(mediaIndex);
    if (outcome === MOVED) return;
    const octets = sender.acknowledgedOctets;
    this.#options.onSettled(line, told(outcome, file, octets), octets);
  }

  #stopAll(outcome: FileOutcome): void {
    for (const [index, { sender }] of this.#sendings) {
      if (!this.#live.has(index)) continue;
      // Files still in the queue never start.
      this.#skipped.set(index, outcome);
      sender.stop(outcome);
    }
  }

  /** CR C.x.x.1.1 step 13: BYE after the last accepted file, then the sessions are closed. */
  async #end(): Promise<void> {
    await this.#signalling;
    if (this.#isByeDue) {
      this.#isByeDue = false;
      const cause = this.#byeCause ?? this.#failureCause();
      const headers =
        cause === undefined ? [] : [{ name: "Reason", value: sipReason(cause.cause, cause.text) }];
      const bye = await this.#dialog?.bye(headers);
      if (bye?.ok === false)
        this.#context.ports.log.write("info", "BYE was not answered", { why: bye.error.message });
    }
    await Promise.all([...this.#sendings.values()].map(({ session }) => session.close()));
  }

  /** Told to the peer so that it does not take a broken connection for a lost race. */
  #failureCause(): ByeCause | undefined {
    const all = [...this.#outcomes.values()];
    if (all.includes(NOT_PROTECTED)) return UNPROTECTED;
    const isBroken = all.some(({ kind }) => kind === "interrupted" || kind === "failed");
    return isBroken && !all.some(({ kind }) => kind === "complete")
      ? { cause: 408, text: "File connection failed" }
      : undefined;
  }

  #listen(dialog: SrfDialog): void {
    dialog.onBye((bye) => {
      this.#isByeDue = false;
      bye.respond(200);
      const cause = sipCauseOf(bye.request.headers);
      this.#options.onPeerEnded?.(cause);
      this.#stopAll(endOutcome("receiver", cause));
    });
    dialog.onLost((why) => {
      this.#isByeDue = false;
      this.#stopAll({
        kind: "interrupted",
        code: "connection",
        reason: `The receiver is gone (${why}).`,
      });
    });
    dialog.onReinvite((request) => {
      this.#onReinvite(request);
    });
  }

  #onReinvite(request: IncomingRequest): void {
    const offer = readSdpBody(request.request);
    if (!offer.ok) {
      request.respond(offer.error.statusHint);
      return;
    }
    const own = ownSide(this.#context, this.#local.origin);
    const answer = answerLaterOffer(offer.value.description, this.#live, own);
    if (!answer.ok) {
      request.respond(answer.error.statusHint);
      return;
    }
    this.#local = answer.value.description;
    for (const index of answer.value.closed)
      this.#sendings.get(index)?.sender.stop({
        kind: "interrupted",
        code: "declined",
        reason: "The receiver cancelled this file.",
      });
    request.respond(200, {
      headers: answerHeaders(this.#context.config, this.#context.ports.srf.local),
      body: { contentType: "application/sdp", content: serializeSdp(this.#local) },
    });
  }

  #closeLine(index: number): void {
    this.#signalling = this.#signalling.then(async () => {
      // The last file of all is ended by the BYE that follows (RFC 5547 §8.4).
      if (!this.#isByeDue || this.#live.size === 0) return;
      this.#local = offerWithout(this.#local, index);
      const answer = await this.#dialog?.reinvite(
        { contentType: "application/sdp", content: serializeSdp(this.#local) },
        deviceHeaders(this.#context.config, this.#context.ports.srf.local),
      );
      if (answer?.ok === false)
        this.#context.ports.log.write("info", "the m= line of a stopped file stays open", {
          why: answer.error.message,
        });
    });
  }
}

const CPIM = "message/cpim";

/** Why a file that was accepted must not be sent all the same. */
function obstacleOf(
  { file, peer, span }: SendLine,
  wrapper: Buffer | undefined,
): FileOutcome | undefined {
  const { maxSizeOctets, acceptTypes } = peer;
  const fileOctets = span === undefined ? file.source.sizeOctets : span.to - span.from;
  // RFC 5547 §8.7: a message longer than the answer's max-size, wrapper included, is not sent.
  const lengthOctets = fileOctets + (wrapper?.length ?? 0);
  if (maxSizeOctets !== undefined && lengthOctets > maxSizeOctets)
    return {
      kind: "failed",
      code: "too-large",
      reason: "The file is larger than the receiver takes.",
    };
  // RFC 4975 §8.6: nothing but the types named is sent.
  return wrapper !== undefined || acceptsType(acceptTypes, file.type)
    ? undefined
    : {
        kind: "failed",
        code: "incompatible",
        reason: "The receiver's program does not take files of this type.",
      };
}

/** With what is known of the octets that arrived. */
function told(outcome: FileOutcome, { hashes }: PreparedFile, octets: number): FileOutcome {
  if (outcome.kind === "complete") return { ...outcome, hash: `sha-1:${hashes.sha1}` };
  return outcome.kind === "interrupted" && !isStopped(outcome)
    ? { ...outcome, resumable: { octets } }
    : outcome;
}

/** Of a file that left this session for another one. */
const MOVED: FileOutcome = {
  kind: "interrupted",
  code: "connection",
  reason: "The file goes on in another session.",
};
