import type { OfferId } from "../../../shared/model/offer.ts";
import type { IncomingRequest, SrfDialog } from "../../drachtio/srf.ts";
import type { MsrpSession, RelayPlace } from "../../msrp/session/session.ts";
import { acceptsType } from "../../sdp/accept-types.ts";
import { offererTarget } from "../../sdp/cema.ts";
import type { FileAnswer } from "../../sdp/file-answer.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { offererRole } from "../../sdp/setup.ts";
import { readSdpBody } from "../body/sdp-body.ts";
import { answerHeaders, deviceHeaders, sipReason } from "../headers.ts";
import { sipCauseOf } from "../sip-cause.ts";
import { fileEvent, historyChange } from "./file-end.ts";
import { FileSender } from "./file-sender.ts";
import { answerLaterOffer, type LiveMedia, offerWithout } from "./later-answer.ts";
import type { OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";
import type { FileOutcome } from "./outcome.ts";
import type { PreparedFile } from "./outgoing-files.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { sendSideBySide } from "./side-by-side.ts";

export interface OutgoingTransferOptions {
  readonly id: OfferId;
  readonly dialog: SrfDialog;
  readonly files: readonly PreparedFile[];
  /** What we offered. */
  readonly local: SessionDescription;
  readonly answers: readonly FileAnswer[];
  /** At our relay, by m= line. */
  readonly placeOf: (index: number) => RelayPlace | undefined;
  readonly isPeerOurs: boolean;
  readonly record: OfferLog;
  /** The receiver sent BYE. */
  readonly onPeerEnded?: () => void;
}

interface Sending {
  readonly file: PreparedFile;
  readonly session: MsrpSession;
  readonly sender: FileSender;
  readonly meter: ProgressMeter;
}

/**
 * The answered part of an outgoing offer: one MSRP session and one message per accepted file (RFC 5547 §8.2), then BYE
 * (CR C.x.x.1.1 steps 9 to 20).
 */
export class OutgoingTransfer {
  readonly #context: OfferContext;
  readonly #options: OutgoingTransferOptions;
  readonly #sendings = new Map<number, Sending>();
  /** Files not settled yet: what our side of their m= lines says. */
  readonly #live = new Map<number, LiveMedia>();
  readonly #outcomes = new Map<number, FileOutcome>();
  /** Files that are not to be begun, with how they end. */
  readonly #skipped = new Map<number, FileOutcome>();
  #local: SessionDescription;
  /** False once either side sent BYE or the dialog is gone. */
  #isByeDue = true;
  #byeCause: number | undefined;
  /** Requests inside the dialog go one after the other. */
  #signalling: Promise<unknown> = Promise.resolve();

  constructor(context: OfferContext, options: OutgoingTransferOptions) {
    this.#context = context;
    this.#options = options;
    this.#local = options.local;
  }

  /** Sends what was accepted. Resolves after the BYE, with one outcome per offered file in the offer's order. */
  async run(): Promise<readonly FileOutcome[]> {
    const { dialog, files } = this.#options;
    this.#listen(dialog);
    // The sessions of all are bound at once, so that no peer waits in vain.
    for (const file of files) this.#open(file);
    await sendSideBySide(
      [...this.#sendings.values()],
      ({ file }) => file.source.sizeOctets,
      (sending) => this.#sendFile(sending),
    );
    await this.#end();
    return files.map((file) => this.#outcomes.get(file.index) ?? { kind: "declined" });
  }

  /** Ends everything that has not ended: `#` on each message, then BYE. */
  cancel(): void {
    this.#byeCause = 487;
    this.#stopAll({ kind: "interrupted", code: "declined", reason: "You stopped the transfer." });
  }

  /** Ends one file: `#`, then its m= line is closed by a re-INVITE (RFC 5547 §8.4). */
  cancelFile(index: number): void {
    const sending = this.#sendings.get(index);
    if (sending === undefined || !this.#live.has(index)) return;
    sending.sender.stop({
      kind: "interrupted",
      code: "declined",
      reason: "You stopped this file.",
    });
    this.#live.delete(index);
    this.#closeLine(index);
  }

  #open(file: PreparedFile): void {
    const answer = this.#options.answers[file.index];
    if (answer?.isAccepted !== true) {
      this.#settle(file.index, { kind: "declined" });
      return;
    }
    const obstacle = obstacleOf(file, answer);
    if (obstacle !== undefined) this.#skipped.set(file.index, obstacle);
    const role = offererRole("actpass", answer.setup);
    const relay = this.#options.placeOf(file.index);
    const connectTo = offererTarget(answer, { hasRelay: relay !== undefined, role });
    const session = this.#context.ports.msrp.session({
      localUri: file.uri,
      remotePath: answer.path,
      role,
      ...(connectTo === undefined ? {} : { connectTo }),
      ...(relay === undefined ? {} : { relay }),
      receiver: { begin: () => ({ reject: 413 }) },
      connectionGroup: this.#options.dialog.callId,
    });
    const meter = new ProgressMeter(this.#context.ports.clock, ({ octets, octetsPerS }) => {
      const { id } = this.#options;
      const { sizeOctets } = file.source;
      this.#context.emit("progress", { id, index: file.index, octets, sizeOctets, octetsPerS });
    });
    const sender = new FileSender(this.#context.ports.clock, {
      source: file.source,
      session,
      contentType: file.type,
      isPeerOurs: this.#options.isPeerOurs,
      onAcknowledged: (octets) => {
        meter.update(octets);
      },
    });
    this.#live.set(file.index, {
      ...{ uri: file.uri, role, transferId: file.transferId },
      ...(relay === undefined ? {} : { relayPath: relay.usePath }),
    });
    this.#sendings.set(file.index, { file, session, sender, meter });
  }

  async #sendFile(sending: Sending): Promise<void> {
    const { file, sender, meter } = sending;
    const outcome = this.#skipped.get(file.index) ?? (await sender.run());
    if (outcome.kind === "complete") meter.finish(file.source.sizeOctets);
    this.#settle(
      file.index,
      outcome.kind === "complete" ? { ...outcome, hash: `sha-1:${file.hashes.sha1}` } : outcome,
    );
  }

  #settle(index: number, outcome: FileOutcome): void {
    this.#outcomes.set(index, outcome);
    this.#live.delete(index);
    const sizeOctets = this.#options.files[index]?.source.sizeOctets ?? 0;
    const octets = outcome.kind === "complete" ? { octets: sizeOctets } : {};
    this.#options.record.files([index], { ...historyChange(outcome), ...octets });
    this.#context.emit("file", fileEvent(this.#options.id, index, outcome));
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
        cause === undefined ? [] : [{ name: "Reason", value: sipReason(cause, causeText(cause)) }];
      const bye = await this.#options.dialog.bye(headers);
      if (!bye.ok)
        this.#context.ports.log.write("info", "BYE was not answered", { why: bye.error.message });
    }
    await Promise.all([...this.#sendings.values()].map(({ session }) => session.close()));
  }

  /** Told to the peer so that it does not take a broken connection for a lost race. */
  #failureCause(): number | undefined {
    const all = [...this.#outcomes.values()];
    const isBroken = all.some(({ kind }) => kind === "interrupted" || kind === "failed");
    return isBroken && !all.some(({ kind }) => kind === "complete") ? 408 : undefined;
  }

  #listen(dialog: SrfDialog): void {
    dialog.onBye((bye) => {
      this.#isByeDue = false;
      bye.respond(200);
      const cause = sipCauseOf(bye.request.headers);
      this.#options.onPeerEnded?.();
      this.#stopAll(
        cause?.cause === 487
          ? { kind: "interrupted", code: "declined", reason: "The receiver stopped the transfer." }
          : { kind: "interrupted", code: "connection", reason: "The receiver ended the transfer." },
      );
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
    const answer = answerLaterOffer(offer.value.description, this.#live, {
      origin: this.#local.origin,
      host: this.#context.mediaHost,
    });
    if (!answer.ok) {
      request.respond(answer.error.statusHint);
      return;
    }
    this.#local = answer.value.description;
    for (const index of answer.value.closed)
      this.#sendings.get(index)?.sender.stop({
        kind: "interrupted",
        code: "declined",
        reason: "The receiver stopped this file.",
      });
    request.respond(200, {
      headers: answerHeaders(this.#context.config, this.#context.ports.srf.local),
      body: { contentType: "application/sdp", content: serializeSdp(this.#local) },
    });
  }

  #closeLine(index: number): void {
    const { dialog } = this.#options;
    this.#signalling = this.#signalling.then(async () => {
      // The last file of all is ended by the BYE that follows (RFC 5547 §8.4).
      if (!this.#isByeDue || this.#live.size === 0) return;
      this.#local = offerWithout(this.#local, index);
      const answer = await dialog.reinvite(
        { contentType: "application/sdp", content: serializeSdp(this.#local) },
        deviceHeaders(this.#context.config, this.#context.ports.srf.local),
      );
      if (!answer.ok)
        this.#context.ports.log.write("info", "the m= line of a stopped file stays open", {
          why: answer.error.message,
        });
    });
  }
}

/** Why a file that was accepted must not be sent all the same. */
function obstacleOf(
  file: PreparedFile,
  answer: Extract<FileAnswer, { readonly isAccepted: true }>,
): FileOutcome | undefined {
  const { maxSizeOctets, acceptTypes } = answer;
  // RFC 5547 §8.7: a file longer than the answer's max-size is not sent.
  if (maxSizeOctets !== undefined && file.source.sizeOctets > maxSizeOctets)
    return {
      kind: "failed",
      code: "too-large",
      reason: "The file is larger than the receiver takes.",
    };
  // RFC 4975 §8.6: nothing but the types named is sent.
  return acceptsType(acceptTypes, file.type)
    ? undefined
    : {
        kind: "failed",
        code: "incompatible",
        reason: "The receiver's program does not take files of this type.",
      };
}

function causeText(cause: number): string {
  return cause === 487 ? "Transfer stopped by the sender" : "File connection failed";
}
