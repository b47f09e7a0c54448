import type { OfferId, OfferView } from "../../../shared/model/offer.ts";
import type { TransferState } from "../../../shared/model/transfer.ts";
import { ok, type Result } from "../../base/result.ts";
import type { InviteOutcome, InviteUac, InviteUas, SrfDialog } from "../../drachtio/srf.ts";
import { type FileAnswer, readFileAnswer } from "../../sdp/file-answer.ts";
import type { FileSeries } from "../../sdp/file-series.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { buildCpim } from "../body/cpim.ts";
import { WANTED_NOTIFICATIONS } from "../body/imdn.ts";
import { isAboutProtection, readSdpBody, type SdpBodyError } from "../body/sdp-body.ts";
import { type CpmIds, coreUri, fromValue, inviteHeaders, sipReason } from "../headers.ts";
import { newCallId } from "../ids.ts";
import { instanceOf } from "../instance.ts";
import { OfferRelay } from "../relay/offer-relay.ts";
import { warningTextsOf } from "../sip-cause.ts";
import { isOurProduct } from "../user-agent.ts";
import { fileEvent } from "./file-end.ts";
import { ENCRYPTED, isEncrypted, offererWay } from "./media-way.ts";
import { type Complaint, complain, type OfferContext } from "./offer-context.ts";
import type { OfferLog } from "./offer-record.ts";
import { transferStateOf } from "./outcome.ts";
import { closeFiles, describeFiles, offerBody, type PreparedFile } from "./outgoing-files.ts";
import { OutgoingRun } from "./outgoing-run.ts";
import type { SendLine } from "./outgoing-transfer.ts";
import { ownSide } from "./own-side.ts";
import { offerPlainly } from "./plain-offer.ts";
import type { PullOffer } from "./pull-offer.ts";
import { failureOf, offline, type Refusal, refusalOf } from "./refusal.ts";
import { type ByeCause, UNPROTECTED } from "./session-end.ts";

export interface OutgoingOfferOptions {
  readonly id: OfferId;
  /** URI of the recipient. */
  readonly to: string;
  readonly files: readonly PreparedFile[];
  readonly ids: CpmIds;
  /** Goes with the files as Subject; one line. */
  readonly text?: string;
  /** The offer is one of several. */
  readonly series?: FileSeries;
  /** Asks for notifications about the files under this name (RFC 5438 §6.3). */
  readonly messageId?: string;
  /** The receiver ended the transfer. */
  readonly onPeerEnded?: () => void;
  /** From which the Contribution-ID was derived. */
  readonly callId: string;
}

/** Past the core's Timer C (240 s), so that this device gives up last. */
const ANSWER_GUARD_MS = 250_000;

type Unanswered = Exclude<InviteOutcome, { readonly kind: "answered" }>;

type Phase =
  | { readonly name: "inviting"; readonly uac: InviteUac | undefined }
  | { readonly name: "transferring"; readonly run: OutgoingRun }
  | { readonly name: "ended" };

/**
 * One file transfer request that this device makes (CR C.x.x.1.1): INVITE, answer, files, BYE. `run` settles when all
 * is over and never rejects.
 */
export class OutgoingOffer {
  readonly id: OfferId;
  readonly #context: OfferContext;
  readonly #options: OutgoingOfferOptions;
  readonly #record: OfferLog;
  #phase: Phase = { name: "inviting", uac: undefined };
  #relay: OfferRelay | undefined;
  #isCancelled = false;
  #isUnanswered = false;
  #isRinging = false;
  /** Files stopped before the answer: closed as soon as the session exists. */
  readonly #unwanted = new Set<number>();

  constructor(context: OfferContext, options: OutgoingOfferOptions) {
    this.id = options.id;
    this.#context = context;
    this.#options = options;
    const { id, to, files, ids } = options;
    this.#record = context.openRecord({
      id,
      direction: "outgoing",
      peer: to,
      ...ids,
      state: "offered",
      files: files.map(({ index, source, type, transferId, hashes }) => ({
        index,
        name: source.name,
        type,
        sizeOctets: source.sizeOctets,
        transferId,
        sha1: hashes.sha1,
        sha256: hashes.sha256,
        state: "offered",
        octets: 0,
        path: source.path,
      })),
    });
  }

  async run(): Promise<void> {
    this.#context.emit("offer", this.#view());
    const { files, messageId } = this.#options;
    const hasExtras = messageId !== undefined || files.some(({ icon }) => icon !== undefined);
    // Who listens may have withdrawn it already; then nobody else shall hear of it.
    if (this.#isCancelled) {
      await this.#finish("cancelled");
      return;
    }
    const relay = await OfferRelay.open(this.#context, this.#options.callId, files.length);
    if (!relay.ok) {
      await this.#withoutRelay(relay.error);
      return;
    }
    this.#relay = relay.value;
    if (this.#isWithdrawn()) {
      await this.#finish("cancelled");
      return;
    }
    let { outcome, local } = await this.#invite(hasExtras, this.#options.callId);
    // RFC 5547 §8.8: a receiver that does not know multipart, or finds it too large, gets the plain offer. Telephones have
    // been met that answer 500 to what they cannot take apart.
    if (hasExtras && isAboutBody(outcome) && !this.#isWithdrawn())
      ({ outcome, local } = await this.#invite(false, newCallId(this.#context.ports.random)));
    if (outcome.kind === "answered") await this.#answered(outcome, local);
    else this.#unanswered(outcome);
    await this.#finish();
  }

  /** Asked anew after each wait: a user may withdraw the offer at any moment. */
  #isWithdrawn(): boolean {
    return this.#isCancelled;
  }

  cancel(): void {
    if (this.#phase.name === "ended" || this.#isCancelled) return;
    this.#isCancelled = true;
    this.#context.emit("cancelled", { id: this.id, by: "us", reason: "You cancelled the offer." });
    if (this.#phase.name === "transferring") this.#phase.run.cancel();
    else this.#phase.uac?.cancel(sipReason(487, "Offer withdrawn by the sender"));
  }

  /** The device goes away: an offer that has no answer is withdrawn, the files of another one can go on later. */
  shutDown(): void {
    if (this.#phase.name === "transferring") this.#phase.run.shutDown();
    else this.cancel();
  }

  get isPaused(): boolean {
    return this.#phase.name === "transferring" && this.#phase.run.isPaused;
  }

  pause(): void {
    if (this.#phase.name === "transferring") this.#phase.run.pause();
  }

  resume(): void {
    if (this.#phase.name === "transferring") this.#phase.run.resume();
  }

  /** Gives the receiver what it asks for. False: it does not ask for files of this offer. */
  serves(invite: InviteUas, pull: PullOffer): boolean {
    if (this.#phase.name !== "transferring" || !this.#phase.run.knows(pull)) return false;
    void this.#phase.run.serve(invite, pull);
    return true;
  }

  cancelFile(index: number): void {
    if (this.#phase.name === "transferring") this.#phase.run.cancelFile(index);
    if (this.#phase.name !== "inviting") return;
    this.#unwanted.add(index);
    if (this.#options.files.every((file) => this.#unwanted.has(file.index))) this.cancel();
  }

  #view(): OfferView {
    const { id, to, files, ids, text } = this.#options;
    const { aor, displayName } = this.#context.config;
    return {
      id,
      direction: "outgoing",
      from: aor,
      ...(displayName === undefined ? {} : { fromName: displayName }),
      to,
      files: files.map(({ index, source, type, hashes, icon }) => ({
        index,
        name: source.name,
        type,
        sizeOctets: source.sizeOctets,
        hash: `sha-1:${hashes.sha1}`,
        ...(icon === undefined ? {} : { icon }),
      })),
      ...ids,
      ...(text === undefined ? {} : { text }),
      startedMs: this.#record.startedMs,
    };
  }

  async #invite(
    withExtras: boolean,
    callId: string,
  ): Promise<{ readonly outcome: InviteOutcome; readonly local: SessionDescription }> {
    const { ports, config } = this.#context;
    const { to, files, ids, text, series } = this.#options;
    const local = describeFiles(files, {
      ...ownSide(this.#context),
      ...{ withIcons: withExtras, series },
      relayPathOf: ({ index }) => this.#relay?.place(index)?.usePath ?? [],
    });
    const cpim = withExtras ? this.#askingPart() : undefined;
    const route = this.#context.route();
    const uac = ports.srf.invite({
      uri: to,
      from: fromValue(config),
      to: `<${to}>`,
      headers: inviteHeaders(config, ports.srf.local, {
        ids,
        ...(text === undefined ? {} : { text }),
      }),
      body: offerBody(local, files, { icons: withExtras, cpim }, ports.random),
      ...(route.length === 0 ? {} : { route }),
      nextHop: coreUri(config.core),
      callId,
    });
    this.#phase = { name: "inviting", uac };
    const undo = uac.onProvisional((response) => {
      this.#onProvisional(response);
    });
    const guard = ports.clock.startTimer(ANSWER_GUARD_MS, () => {
      this.#isUnanswered = true;
      uac.cancel(sipReason(408, "No answer"));
    });
    const outcome = await uac.outcome;
    guard.cancel();
    undo();
    return { outcome, local };
  }

  #askingPart(): Buffer | undefined {
    const { messageId, to } = this.#options;
    if (messageId === undefined) return undefined;
    const dateTime = new Date(this.#context.ports.clock.wallMs()).toISOString();
    const from = this.#context.config.aor;
    const head = { from, to, dateTime, messageId, wants: WANTED_NOTIFICATIONS };
    return buildCpim(head, "text/plain", Buffer.alloc(0));
  }

  #onProvisional(response: SipResponse): void {
    if (this.#isRinging || response.status !== 180) return;
    this.#isRinging = true;
    this.#record.update({ state: "ringing" });
    this.#context.emit("ringing", { id: this.id });
  }

  async #answered(
    answered: Extract<InviteOutcome, { readonly kind: "answered" }>,
    local: SessionDescription,
  ): Promise<void> {
    const first = readAnswer(local, answered.response);
    if (!first.ok) {
      await this.#broken(answered.dialog, first.error);
      return;
    }
    const { answers, local: agreed } = await offerPlainly(this.#context, answered.dialog, {
      answers: first.value,
      local,
      hasRelay: this.#relay?.isUsed === true,
    });
    const agent = answered.response.headers.get("User-Agent");
    const { files, onPeerEnded, to, ids } = this.#options;
    const lines = files.flatMap((file) => sendLines(file, answers[file.index], this.#relay));
    const indexes = lines.map(({ file }) => file.index);
    this.#record.files(indexes, { state: "transferring" });
    const { status, headers } = answered.response;
    const instanceId = instanceOf(headers);
    this.#record.update({ state: "transferring", status, takenBy: instanceId });
    const run = new OutgoingRun(this.#context, {
      ...{ id: this.id, peer: to, conversationId: ids.conversationId, files },
      ...{ instanceId, record: this.#record },
      ...(onPeerEnded === undefined ? {} : { onPeerEnded }),
    });
    this.#phase = { name: "transferring", run };
    this.#context.emit("answered", {
      id: this.id,
      accepted: indexes,
      declined: files.map(({ index }) => index).filter((index) => !indexes.includes(index)),
      ...(lines.length > 0 && lines.every(({ way }) => isEncrypted(way)) ? ENCRYPTED : {}),
      ...(agent === undefined ? {} : { peerAgent: agent }),
    });
    const { dialog } = answered;
    const isPeerOurs = isOurProduct(agent);
    run.begin(dialog, {
      ...{ lines, local: agreed, isPeerOurs, connectionGroup: dialog.callId, isResumed: false },
    });
    for (const index of this.#unwanted) run.cancelFile(index);
    if (this.#isCancelled) run.cancel();
    const outcomes = await run.done;
    this.#end(transferStateOf(outcomes, this.#isCancelled));
  }

  async #withoutRelay(trouble: Complaint): Promise<void> {
    if (this.#isCancelled) {
      await this.#finish("cancelled");
      return;
    }
    const message = `${trouble.message} No file was sent.`;
    complain(this.#context, this.id, { ...trouble, message });
    this.#end("failed", trouble.status, message);
    await this.#finish();
  }

  /** The answer cannot be used: the session ends at once (RFC 3261 §13.2.2.4). */
  async #broken(dialog: SrfDialog, error: SdpBodyError): Promise<void> {
    this.#context.ports.log.write("warn", "the answer cannot be used", { why: error.what });
    const isUnprotected = isAboutProtection(error);
    const { cause, text } = isUnprotected ? UNPROTECTED : UNUSABLE;
    await dialog.bye([{ name: "Reason", value: sipReason(cause, text) }]);
    complain(this.#context, this.id, isUnprotected ? UNPROTECTED_ANSWER : UNEXPECTED_ANSWER);
    this.#end("failed");
  }

  #unanswered(outcome: Unanswered): void {
    const to = forPeople(this.#options.to);
    if (this.#isCancelled) {
      this.#end("cancelled");
      return;
    }
    const refusal = this.#refusalFrom(outcome, to);
    const status = outcome.kind === "refused" ? outcome.response.status : undefined;
    if (status !== undefined) this.#context.emit("declined", { id: this.id, status });
    complain(this.#context, this.id, {
      code: refusal.code,
      message: refusal.message,
      action: refusal.action,
      ...(status === undefined ? {} : { status }),
    });
    this.#end(refusal.state, status, refusal.message);
  }

  #refusalFrom(outcome: Unanswered, to: string): Refusal {
    if (this.#isUnanswered) return refusalOf(408, [], to);
    if (outcome.kind === "failed") return failureOf(outcome.failure);
    const { status, headers } = outcome.response;
    if (status === 480 && !this.#isRinging) return offline(to);
    return refusalOf(status, warningTextsOf(headers), to);
  }

  async #finish(state?: TransferState): Promise<void> {
    if (state !== undefined) this.#end(state);
    await closeFiles(this.#options.files);
    await this.#relay?.close();
    this.#context.ended(this.id);
  }

  #end(state: TransferState, status?: number, reason?: string): void {
    if (this.#phase.name !== "transferring") this.#endFiles(state);
    this.#record.end({
      state,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
    });
    // Before it is told: who hears it may stop the device, which withdraws what has not ended.
    this.#phase = { name: "ended" };
    this.#context.emit("transfer", { id: this.id, state });
  }

  /** No file was ever sent. */
  #endFiles(state: TransferState): void {
    const indexes = this.#options.files.map(({ index }) => index);
    const isOurs = state === "cancelled" || state === "declined";
    this.#record.files(indexes, { state: isOurs ? state : "failed" });
    if (state !== "declined") return;
    for (const index of indexes)
      this.#context.emit("file", fileEvent(this.id, index, { kind: "declined" }));
  }
}

const UNUSABLE: ByeCause = { cause: 488, text: "Answer not usable" };
const UNEXPECTED_ANSWER: Complaint = {
  code: "protocol",
  message: "The receiver's program sent something unexpected. No file was sent.",
  action: "Look at the details.",
};

const UNPROTECTED_ANSWER: Complaint = {
  code: "not-protected",
  message: "The connection would not be protected as agreed. No file was sent.",
  action: "Look at the details.",
};

/** Nothing where the file was declined. */
function sendLines(
  file: PreparedFile,
  answer: FileAnswer | undefined,
  relay: OfferRelay | undefined,
): readonly SendLine[] {
  if (answer?.isAccepted !== true) return [];
  const { index: mediaIndex, uri, transferId } = file;
  const way = offererWay(answer, relay?.place(mediaIndex));
  return [{ mediaIndex, file, uri, transferId, way, peer: answer }];
}

function readAnswer(
  local: SessionDescription,
  response: SipResponse,
): Result<readonly FileAnswer[], SdpBodyError> {
  const body = readSdpBody(response);
  if (!body.ok) return body;
  const answers = readFileAnswer(local, body.value.description);
  return answers.ok ? ok(answers.value) : answers;
}

function isAboutBody(outcome: InviteOutcome): boolean {
  return outcome.kind === "refused" && [413, 415, 500].includes(outcome.response.status);
}

/** `bob@b.example` rather than `sip:bob@b.example`. */
function forPeople(uri: string): string {
  const colon = uri.indexOf(":");
  return colon < 0 ? uri : uri.slice(colon + 1);
}
