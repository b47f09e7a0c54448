import type { ClientEvents } from "../../shared/model/client-events.ts";
import type { FileIcon, OfferId } from "../../shared/model/offer.ts";
import type { RegistrationFailedView, RegistrationView } from "../../shared/model/registration.ts";
import { EventSource, type Undo } from "../base/events.ts";
import type { FileError } from "../base/files.ts";
import { err, ok, type Result } from "../base/result.ts";
import { parseUri } from "../sip/grammar/uri.ts";
import type { CpmConfig, CpmConfigChange } from "./config.ts";
import type { AcceptTerms } from "./file/accept-terms.ts";
import { IncomingOffer } from "./file/incoming-offer.ts";
import { IncomingSeries, type RestRule } from "./file/incoming-series.ts";
import { Notices } from "./file/notices.ts";
import type { OfferContext } from "./file/offer-context.ts";
import { OfferDoor } from "./file/offer-door.ts";
import { OfferFiles } from "./file/offer-files.ts";
import { OfferRecord } from "./file/offer-record.ts";
import type { OfferError } from "./file/outgoing-files.ts";
import { OutgoingOffer } from "./file/outgoing-offer.ts";
import { partsOf, pathOctetsOf } from "./file/outgoing-plan.ts";
import { OutgoingSeries } from "./file/outgoing-series.ts";
import type { Refusal } from "./file/refusal.ts";
import {
  type ReceivingLife,
  type ResumableOffer,
  ResumeDesk,
  type ResumeError,
  type SendingLife,
} from "./file/resume-desk.ts";
import { lineText, MAX_OFFER_TEXT } from "./file/shown-text.ts";
import { SteadyHistory } from "./file/steady-history.ts";
import { contributionIdOf, newCallId, newConversationId, newOfferId } from "./ids.ts";
import { receiveMessage, sendMessage } from "./message.ts";
import type { CpmPorts } from "./ports.ts";
import { Registration } from "./registration/registration.ts";

export type { RestRule } from "./file/incoming-series.ts";
export type { OfferError } from "./file/outgoing-files.ts";
export { type ResumableOffer, type ResumeError, resumableOffers } from "./file/resume-desk.ts";

/** What is to be sent to whom. */
export interface OfferRequest {
  /** `sip:`, `sips:` or `tel:` URI of the recipient. */
  readonly to: string;
  readonly paths: readonly string[];
  /** Pictures of the files by their place in `paths`; admitted by `admitIcon`. */
  readonly icons?: ReadonlyMap<number, FileIcon>;
  /** To go on in a thread with the same user (OMA CPM C.1.1); a new one when absent. */
  readonly conversationId?: string;
  /** Goes with the files in words; one line, at most 500 characters. */
  readonly text?: string;
  /** Made by `newOfferId` beforehand, so that the offer can be cancelled while its files are read. */
  readonly id?: OfferId;
  /** Octets of all files that were read so far. */
  readonly onHashed?: (octets: number) => void;
}

export type CpmEvents = ClientEvents;

/** Files sent at once, in as many offers as they need (docs/decisions/0007). */
export const MAX_FILES = 5000;
const HISTORY_UNWRITTEN: ClientEvents["error"] = {
  code: "storage",
  message:
    "The history of transfers cannot be written now. Your files are not affected; should the program end now, it may not know what became of the latest ones.",
  action: "Make room on the disk of your user profile.",
};
/** How long `stop` waits for BYE and CANCEL to be answered. */
const STOP_MS = 2500;

/** One device of a CPM user: registers, offers files, rings on offers and receives what is accepted. */
export class CpmClient {
  readonly events = new EventSource<CpmEvents>();
  readonly #ports: CpmPorts;
  /** Own copy, the very object that every part of the client looks at: `configure` changes it. */
  readonly #config: CpmConfig;
  readonly #notices = new Notices();
  readonly #context: OfferContext;
  readonly #registration: Registration;
  readonly #outgoing = new Map<OfferId, SendingLife>();
  readonly #incoming = new Map<OfferId, ReceivingLife>();
  readonly #resumes: ResumeDesk;
  readonly #history: SteadyHistory;
  readonly #door: OfferDoor;
  readonly #undos: Undo[] = [];
  /** Offers whose files are being read. */
  readonly #preparing = new Map<OfferId, AbortController>();
  #isRunning = false;
  #onAllEnded: (() => void) | undefined;

  constructor(given: CpmPorts, config: CpmConfig) {
    this.#history = new SteadyHistory(given, () => {
      this.events.emit("error", HISTORY_UNWRITTEN);
    });
    const ports = { ...given, store: this.#history };
    this.#ports = ports;
    this.#config = { ...config };
    const registration = new Registration(ports, this.#config);
    this.#registration = registration;
    this.#context = {
      ports,
      // What others reach this device by is known when it has registered.
      get config() {
        return registration.config;
      },
      notices: this.#notices,
      get mediaHost() {
        return config.mediaHost ?? ports.msrp.local.host;
      },
      route: () => this.#registration.serviceRoute,
      deviceCount: () => this.#registration.current?.devices.length ?? 0,
      emit: (name, payload) => {
        this.events.emit(name, payload);
      },
      openRecord: (entry) => new OfferRecord(ports, entry),
      placeOf: (offerId, index) => ({ offerId, index }),
      ended: (id) => {
        this.#forget(id);
      },
    };
    const incoming = this.#incoming;
    this.#resumes = new ResumeDesk(this.#context, { outgoing: this.#outgoing, incoming });
    this.#door = new OfferDoor(this.#context, {
      ...{ config: this.#config, incoming, resumes: this.#resumes },
      isOpen: () => this.#isRunning,
    });
  }

  /**
   * Registers and starts to ring on offers. Resolves with the first attempt's outcome; after a failure that may pass
   * (`retryMs`) the device goes on trying and offers can be made all the same. A guest has nothing to start.
   */
  async start(): Promise<Result<void, RegistrationFailedView>> {
    this.#isRunning = true;
    if (this.#config.isGuest === true) return ok(undefined);
    const marked = this.#ports.store.interruptUnfinished(this.#ports.clock.wallMs());
    if (!marked.ok)
      this.#ports.log.write("error", "the history cannot be read", { why: marked.error.message });
    this.#undos.push(
      this.#ports.srf.onInvite((invite) => {
        void this.#door.take(invite);
      }),
      this.#ports.srf.onRequest("MESSAGE", (request) => {
        const heard = receiveMessage(request, this.#config, this.#notices);
        if (heard === undefined) return;
        if ("text" in heard) this.events.emit("message", heard);
        else this.events.emit("notified", heard);
      }),
      this.#ports.srf.onRequest("OPTIONS", (request) => {
        request.respond(200, { headers: [{ name: "Accept", value: "application/sdp" }] });
      }),
      this.#registration.events.on("registered", (view) => {
        this.#rememberDevices(view);
        this.events.emit("registered", view);
      }),
      this.#registration.events.on("failed", (view) => {
        this.events.emit("registrationFailed", view);
      }),
    );
    return this.#registration.start();
  }

  /** Ends running offers and transfers, removes the registration. Takes at most about five seconds. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    for (const preparing of this.#preparing.values()) preparing.abort();
    for (const offer of this.#outgoing.values()) offer.shutDown();
    for (const offer of this.#incoming.values()) offer.shutDown();
    await this.#allEnded();
    if (this.#config.isGuest !== true) await this.#registration.stop();
    for (const undo of this.#undos.splice(0)) undo();
    this.#history.close();
  }

  /**
   * Opens and hashes the files, then sends one offer for all of them. Resolves when the request is on its way; events
   * tell the rest.
   */
  async offer(request: OfferRequest): Promise<Result<OfferId, OfferError>> {
    const { to, paths, icons } = request;
    const problem = this.#problemOf(request);
    if (problem !== undefined) return err(problem);
    const { random, hashing } = this.#ports;
    const id = request.id ?? newOfferId(random);
    const abort = new AbortController();
    this.#preparing.set(id, abort);
    const desk = new OfferFiles(this.#ports, this.#config, abort.signal);
    const planned = await desk.plan(paths);
    const pathOctets = pathOctetsOf(this.#context.mediaHost, this.#config.relay !== undefined);
    const parts = planned.ok ? partsOf(planned.value, pathOctets) : [];
    const first = planned.ok ? await desk.open(parts[0] ?? [], request) : planned;
    this.#preparing.delete(id);
    if (!first.ok) return first;
    const callId = newCallId(random);
    const text = lineText(request.text ?? "", MAX_OFFER_TEXT);
    const common = {
      ...{ id, to, callId },
      ...(text === undefined ? {} : { text }),
      ids: {
        conversationId: request.conversationId ?? newConversationId(random),
        contributionId: contributionIdOf(hashing, this.#config.deviceSecret, callId),
      },
    };
    const offer =
      parts.length > 1
        ? new OutgoingSeries(this.#context, {
            ...{ ...common, parts, first: first.value },
            ...(icons === undefined ? {} : { icons }),
            prepare: (files) => desk.openEach(files, request),
          })
        : new OutgoingOffer(this.#context, {
            ...{ ...common, files: first.value },
            ...this.#context.notices.expect(this.#context, id, to),
          });
    this.#outgoing.set(offer.id, offer);
    void offer.run();
    return ok(offer.id);
  }

  /** What changes counts from the next offer on; a new name is told to the network at once. */
  configure(change: CpmConfigChange): void {
    const { deviceName } = this.#config;
    Object.assign(this.#config, change);
    const isRenamed = change.deviceName !== undefined && change.deviceName !== deviceName;
    if (isRenamed && this.#isRunning && this.#config.isGuest !== true)
      void this.#registration.refresh();
  }

  /**
   * The ports went over to another address of this machine: the network is told where this device is now. What was
   * moving goes on as after any lost connection; offers that ring go on ringing.
   * @param coreAddress as in the configuration
   */
  moved(coreAddress?: string): void {
    if (coreAddress !== undefined) Object.assign(this.#config, { coreAddress });
    if (this.#isRunning && this.#config.isGuest !== true) this.#registration.moved();
  }

  /** Registers anew now, and learns which devices the user has. */
  refresh(): Promise<Result<void, RegistrationFailedView>> {
    return this.#registration.refresh();
  }

  /** Says something to another user in words (pager-mode MESSAGE, RFC 3428). */
  message(to: string, text: string): Promise<Result<void, Refusal>> {
    return sendMessage(this.#context, to, text);
  }

  /**
   * Takes the files with these indexes; none of them: declines here. Ignored once the offer is settled.
   * @param options `rest`: where the offer is the first of several, those that follow are answered by this, unasked
   */
  accept(
    id: OfferId,
    files: readonly number[],
    options: Omit<AcceptTerms, "place"> & { readonly rest?: RestRule } = {},
  ): void {
    const offer = this.#incoming.get(id);
    this.#door.settled(id);
    const { rest, ...terms } = options;
    if (offer instanceof IncomingSeries) offer.accept(files, terms, rest);
    else if (offer instanceof IncomingOffer) offer.accept(files, terms);
  }

  /**
   * The user has opened or looked at a file of an offer that came in; its sender hears it, once, if it asked
   * (RFC 5438 §7.2.1.2). Files of earlier runs are not told of.
   */
  markDisplayed(id: OfferId): void {
    this.#context.notices.displayed(this.#context, id);
  }

  /** `here`: 486, other devices go on ringing. `everywhere`: 603. */
  decline(id: OfferId, where: "here" | "everywhere"): void {
    const offer = this.#incoming.get(id);
    this.#door.settled(id);
    if (offer instanceof IncomingSeries || offer instanceof IncomingOffer) offer.decline(where);
  }

  /** Stops what moves, in either direction, until `resume`; what has arrived stays. The other side is told. */
  pause(id: OfferId): void {
    this.#outgoing.get(id)?.pause();
    this.#incoming.get(id)?.pause();
  }

  /**
   * Goes on at once with an offer that is paused, that waits for its next attempt, or that was interrupted, also in an
   * earlier run of the program. `resumed` follows, or the end.
   * @param options `keepsTrying`: as after an interruption, where the other side is not there now
   */
  resume(
    id: OfferId,
    options?: { readonly keepsTrying?: boolean },
  ): Promise<Result<void, ResumeError>> {
    return this.#isRunning
      ? this.#resumes.resume(id, options?.keepsTrying === true)
      : Promise.resolve(err({ kind: "unknown", message: "The device is not running." }));
  }

  /** Offers of either direction that were interrupted and can go on, the newest first. */
  resumable(): Promise<readonly ResumableOffer[]> {
    return this.#resumes.list();
  }

  /**
   * Carries what has arrived of an offer to another folder, where it goes on from now on. Only while it is paused or
   * interrupted: what moves stays where it is.
   */
  moveTo(id: OfferId, folder: string): Promise<Result<void, FileError>> {
    return this.#resumes.moveTo(id, folder);
  }

  /** Gives up an interrupted offer: what had arrived of it is removed. */
  async forget(id: OfferId): Promise<void> {
    if (!this.#incoming.has(id)) await this.#resumes.forget(id);
  }

  /** Ends an offer of either direction at any point before its end. */
  cancel(id: OfferId): void {
    this.#preparing.get(id)?.abort();
    this.#outgoing.get(id)?.cancel();
    this.#incoming.get(id)?.cancel();
  }

  /** Stops one file, in either direction; the others go on (RFC 5547 §8.4). */
  cancelFile(id: OfferId, index: number): void {
    this.#outgoing.get(id)?.cancelFile(index);
    this.#incoming.get(id)?.cancelFile(index);
  }

  #problemOf(request: OfferRequest): OfferError | undefined {
    const { to, paths } = request;
    if (!this.#isRunning) return { kind: "not-running", message: "The device is not running." };
    if (paths.length === 0) return { kind: "no-files", message: "There is no file to send." };
    if (paths.length > MAX_FILES)
      return {
        kind: "too-many-files",
        message: `At most ${String(MAX_FILES)} files can be sent at once.`,
      };
    const uri = parseUri(to);
    return uri.ok && uri.value.kind !== "other"
      ? undefined
      : { kind: "bad-address", message: `${to} is not an address files can be sent to.` };
  }

  /** Names outlive the registration: the history can still say which device it was. */
  #rememberDevices(view: RegistrationView): void {
    const { store, clock } = this.#ports;
    for (const { instanceId, name } of view.devices) {
      if (instanceId === undefined || name === undefined) continue;
      store.saveDevice({ instanceId, name, aor: view.aor, lastSeenMs: clock.wallMs() });
    }
  }

  #forget(id: OfferId): void {
    this.#outgoing.delete(id);
    this.#door.ended(id);
    this.#incoming.delete(id);
    if (this.#outgoing.size + this.#incoming.size === 0) this.#onAllEnded?.();
  }

  #allEnded(): Promise<void> {
    if (this.#outgoing.size + this.#incoming.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const guard = this.#ports.clock.startTimer(STOP_MS, resolve);
      this.#onAllEnded = () => {
        guard.cancel();
        resolve();
      };
    });
  }
}
