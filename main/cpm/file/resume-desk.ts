import type { OfferId } from "../../../shared/model/offer.ts";
import type { FileError, KeptPart } from "../../base/files.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { HistoryEntry, HistoryFile } from "../../base/transfer-store.ts";
import type { InviteUas } from "../../drachtio/srf.ts";
import type { WantedFile } from "../config.ts";
import { isForOther } from "../instance.ts";
import { IncomingAgain } from "./incoming-again.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import { isFromCore, type OfferContext } from "./offer-context.ts";
import { type AgainError, OutgoingAgain } from "./outgoing-again.ts";
import { isSameParty, isWanted, type PullOffer } from "./pull-offer.ts";
import { refuseToGoOn } from "./resume-warning.ts";
import { isOffered } from "./resumed-lines.ts";
import { PAUSED_HERE } from "./session-end.ts";
import { serveShared } from "./shared-file.ts";

/** An offer with a life of its own, in either direction. */
export interface OfferLife {
  /** Nothing moves until a user, here or there, says so. */
  readonly isPaused: boolean;
  cancel(): void;
  cancelFile(index: number): void;
  pause(): void;
  /** @param keepsTrying as after an interruption, where the other side is not there now */
  resume(keepsTrying: boolean): void;
  shutDown(): void;
}

export interface SendingLife extends OfferLife {
  serves(invite: InviteUas, pull: PullOffer): boolean;
}

export interface ReceivingLife extends OfferLife {
  takesRest(invite: InviteUas, offer: CheckedOffer): boolean;
}

/** The offers that this device has on its hands. */
export interface RunningOffers {
  readonly outgoing: Map<OfferId, SendingLife>;
  readonly incoming: Map<OfferId, ReceivingLife>;
}

/** An offer that was interrupted and can go on. */
export interface ResumableOffer {
  readonly id: OfferId;
  readonly direction: "incoming" | "outgoing";
  readonly peer: string;
  readonly startedMs: number;
  readonly files: readonly ResumableFile[];
}

export interface ResumableFile {
  readonly index: number;
  readonly name: string;
  /** Incoming: on disk for good. Outgoing: what the receiver had answered for; it may have more. */
  readonly octets: number;
  readonly sizeOctets: number;
}

/** Why an offer cannot go on. */
export type ResumeError = AgainError | { readonly kind: "unknown"; readonly message: string };

const MAX_ENTRIES = 1000;
const UNREADABLE =
  "The history cannot be read now. What had arrived is still there. Try again in a moment.";

/** Finds the transfer of before that a request, or the user, wants to go on with. */
export class ResumeDesk {
  readonly #context: OfferContext;
  readonly #running: RunningOffers;
  /** Offers of before that are being opened. */
  readonly #opening = new Set<string>();

  constructor(context: OfferContext, running: RunningOffers) {
    this.#context = context;
    this.#running = running;
  }

  /** Offers that can go on, also what is paused; those that still try by themselves are not among them. */
  async list(): Promise<readonly ResumableOffer[]> {
    return resumableOffers(this.#context.ports, (id) => {
      if (!this.#isRunning(id)) return "idle";
      return this.#isPaused(id) ? "paused" : "running";
    });
  }

  /** Goes on with an offer, at once. Resolves when it is on its way; events tell the rest. */
  async resume(id: OfferId, keepsTrying: boolean): Promise<Result<void, ResumeError>> {
    const running = this.#running.outgoing.get(id) ?? this.#running.incoming.get(id);
    if (running !== undefined) {
      running.resume(keepsTrying);
      return ok(undefined);
    }
    const entry = this.#context.ports.store.get(id);
    // The other side was faster.
    if (this.#opening.has(id)) return ok(undefined);
    if (!entry.ok) return err({ kind: "unknown", message: UNREADABLE });
    if (entry.value === undefined)
      return err({ kind: "unknown", message: "There is no such transfer." });
    const life = await this.#open(entry.value);
    if (!life.ok) return life;
    life.value.resume(keepsTrying);
    return ok(undefined);
  }

  /** Forgets what had arrived of an offer that was interrupted. */
  async forget(id: OfferId): Promise<void> {
    const { files } = this.#context.ports;
    for (const { key, origin } of await files.parts())
      if (origin.offerId === id) await files.forgetPart(key);
  }

  async moveTo(id: OfferId, folder: string): Promise<Result<void, FileError>> {
    const { files } = this.#context.ports;
    for (const { key, origin, folder: now } of await files.parts()) {
      if (origin.offerId !== id || now === folder) continue;
      const moved = await files.movePart(key, folder);
      if (!moved.ok) return moved;
    }
    return ok(undefined);
  }

  /** Somebody asks for files. */
  async serve(invite: InviteUas, pull: PullOffer): Promise<void> {
    const { config } = this.#context;
    // What is given away depends on who asks, and only the core can say who that is.
    if (!isFromCore(config, invite.source) || config.isBlocked?.(pull.from) === true) {
      refuseToGoOn(this.#context, invite);
      return;
    }
    for (const life of this.#running.outgoing.values()) if (life.serves(invite, pull)) return;
    const entry = this.#entries({ direction: "outgoing", peer: pull.from }).find((one) =>
      isEntryFor(one, pull),
    );
    if (entry === undefined) {
      await this.#serveShared(invite, pull);
      return;
    }
    if (this.#isRunning(entry.id)) {
      refuseToGoOn(this.#context, invite);
      return;
    }
    await this.#serveAgain(invite, pull, entry);
  }

  /** Somebody offers to go on with files that were taken here before. */
  async take(invite: InviteUas, offer: CheckedOffer): Promise<void> {
    const { config } = this.#context;
    const isForUs = !isForOther(invite.request.headers, config.instanceId);
    // Nobody is asked, so that it must be certain who offers.
    if (!isForUs || !isFromCore(config, invite.source)) {
      refuseToGoOn(this.#context, invite);
      return;
    }
    for (const life of this.#running.incoming.values()) if (life.takesRest(invite, offer)) return;
    const { conversationId } = offer.ids;
    const entry = this.#entries({ direction: "incoming", peer: offer.from.uriText }).find(
      (one) => one.conversationId === conversationId && heldFile(one, offer) !== undefined,
    );
    if (entry === undefined) refuseToGoOn(this.#context, invite);
    // Also while its session waits for a BYE: whoever asks has lost that one.
    else if (heldFile(entry, offer)?.state === "complete")
      refuseToGoOn(this.#context, invite, { kind: "received" });
    else if (this.#isRunning(entry.id)) refuseToGoOn(this.#context, invite);
    else await this.#takeAgain(invite, offer, entry);
  }

  async #serveAgain(invite: InviteUas, pull: PullOffer, entry: HistoryEntry): Promise<void> {
    const asked = entry.files.filter((file) => isAskedFor(file, pull));
    const files = asked.filter(isServed);
    if (files.length === 0) {
      const isStopped = asked.some(({ state }) => state === "cancelled");
      refuseToGoOn(this.#context, invite, isStopped ? { kind: "stopped" } : undefined);
      return;
    }
    // Its user has paused it before the program ended, and has said nothing since.
    if (entry.reason === PAUSED_HERE && files.some(({ state }) => state === "interrupted")) {
      refuseToGoOn(this.#context, invite, { kind: "paused" });
      return;
    }
    const life = await this.#openOutgoing(entry, files);
    if (!life.ok) refuseToGoOn(this.#context, invite, { kind: "changed" });
    else if (!life.value.serves(invite, pull)) refuseToGoOn(this.#context, invite);
  }

  async #takeAgain(invite: InviteUas, offer: CheckedOffer, entry: HistoryEntry): Promise<void> {
    const state = heldFile(entry, offer)?.state;
    // A sender that was started anew before it heard the answer does not know which files were declined.
    if (state === "cancelled" || state === "declined") {
      refuseToGoOn(this.#context, invite, { kind: "stopped" });
      return;
    }
    if (entry.reason === PAUSED_HERE && (await this.#partsOf(entry)).length > 0) {
      refuseToGoOn(this.#context, invite, { kind: "paused" });
      return;
    }
    const life = await this.#openIncoming(entry, offer);
    if (!life.ok || !life.value.takesRest(invite, offer)) refuseToGoOn(this.#context, invite);
  }

  async #serveShared(invite: InviteUas, pull: PullOffer): Promise<void> {
    const { sharedFile } = this.#context.config;
    const [media] = pull.wanted;
    if (sharedFile === undefined || media === undefined) {
      refuseToGoOn(this.#context, invite);
      return;
    }
    const { name, type, sizeOctets, hashes } = media.selector;
    const wanted: WantedFile = {
      ...{ from: pull.from, conversationId: pull.ids.conversationId, hashes },
      ...(name === undefined ? {} : { name }),
      ...(type === undefined ? {} : { type }),
      ...(sizeOctets === undefined ? {} : { sizeOctets }),
    };
    const path = await sharedFile(wanted);
    if (path === undefined) refuseToGoOn(this.#context, invite);
    else await serveShared(this.#context, { invite, pull, path });
  }

  #open(entry: HistoryEntry): Promise<Result<OfferLife, ResumeError>> {
    if (entry.direction === "incoming") return this.#openIncoming(entry);
    const files = entry.files.filter(({ state }) => state === "interrupted");
    return this.#openOutgoing(entry, files);
  }

  async #openOutgoing(
    entry: HistoryEntry,
    files: readonly HistoryFile[],
  ): Promise<Result<OutgoingAgain, AgainError>> {
    this.#opening.add(entry.id);
    const life = await OutgoingAgain.open(this.#context, entry, files);
    this.#opening.delete(entry.id);
    if (life.ok) this.#running.outgoing.set(life.value.id, life.value);
    return life;
  }

  /** @param offer where it is opened for the sake of that one: what is here must be of use to it */
  async #openIncoming(
    entry: HistoryEntry,
    offer?: CheckedOffer,
  ): Promise<Result<IncomingAgain, AgainError>> {
    this.#opening.add(entry.id);
    const own = await this.#partsOf(entry);
    this.#opening.delete(entry.id);
    const isOfUse = offer?.files.some((one) => own.some((part) => isPartOf(one, part))) ?? true;
    if (own.length === 0 || !isOfUse)
      return err({ kind: "nothing", message: "What had arrived of it is gone." });
    const life = new IncomingAgain(this.#context, entry, own);
    this.#running.incoming.set(life.id, life);
    return ok(life);
  }

  async #partsOf({ id }: HistoryEntry): Promise<readonly KeptPart[]> {
    const parts = await this.#context.ports.files.parts();
    return parts.filter(({ origin }) => origin.offerId === id);
  }

  #isPaused(id: OfferId): boolean {
    const life = this.#running.outgoing.get(id) ?? this.#running.incoming.get(id);
    return life?.isPaused === true;
  }

  #isRunning(id: string): boolean {
    const { outgoing, incoming } = this.#running;
    // Only looked for.
    const key = id as OfferId;
    return outgoing.has(key) || incoming.has(key) || this.#opening.has(id);
  }

  #entries(filter: Parameters<OfferContext["ports"]["store"]["list"]>[0]): readonly HistoryEntry[] {
    const entries = this.#context.ports.store.list({ ...filter, limit: MAX_ENTRIES });
    return entries.ok ? entries.value : [];
  }
}

/** What a list of offers that can go on is made of. */
interface StoredOffers {
  readonly files: Pick<OfferContext["ports"]["files"], "parts">;
  readonly store: Pick<OfferContext["ports"]["store"], "list">;
}

/** As they are stored; without a device nothing of them runs. */
export async function resumableOffers(
  { files: partFiles, store }: StoredOffers,
  stateOf: (id: OfferId) => "idle" | "paused" | "running" = () => "idle",
): Promise<readonly ResumableOffer[]> {
  const parts = await partFiles.parts();
  const found: ResumableOffer[] = [];
  const entries = store.list({ limit: MAX_ENTRIES });
  for (const entry of entries.ok ? entries.value : []) {
    const id = entry.id as OfferId;
    const state = stateOf(id);
    if (state === "running") continue;
    const files = resumableFiles(entry, parts, state === "paused");
    if (files.length === 0) continue;
    const { direction, peer, startedMs } = entry;
    found.push({ ...{ id, direction, peer, startedMs, files } });
  }
  return found;
}

function resumableFiles(
  { id, direction, files }: HistoryEntry,
  parts: readonly KeptPart[],
  isPaused: boolean,
): readonly ResumableFile[] {
  if (direction === "outgoing")
    return files
      .filter(
        ({ state, path, sha1 }) =>
          (state === "interrupted" || (isPaused && state === "transferring")) &&
          path !== undefined &&
          sha1 !== undefined,
      )
      .map(({ index, name, octets, sizeOctets }) => ({ ...{ index, name, octets, sizeOctets } }));
  return parts
    .filter(({ origin }) => origin.offerId === id)
    .map(({ origin: { index = 0, offeredName }, durableOctets: octets, sizeOctets }) => ({
      ...{ index, octets, sizeOctets },
      name: files.find((file) => file.index === index)?.name ?? offeredName,
    }));
}

/** The offer in which this person was offered these files. */
function isEntryFor(entry: HistoryEntry, pull: PullOffer): boolean {
  return (
    // Another program of this profile sends it.
    entry.endedMs !== undefined &&
    entry.conversationId === pull.ids.conversationId &&
    isSameParty(entry.peer, pull.from) &&
    entry.files.some((file) => isAskedFor(file, pull))
  );
}

function isAskedFor(file: HistoryFile, pull: PullOffer): boolean {
  return pull.wanted.some((media) => isWanted(media, file));
}

/** Taken by the receiver, and ended by nobody. */
function isServed({ state, isVerified }: HistoryFile): boolean {
  return (
    state === "interrupted" || state === "failed" || (state === "complete" && isVerified !== true)
  );
}

/** The first file that the offer is about. Devices that only rang have no say. */
function heldFile(
  { state, status, files }: HistoryEntry,
  offer: CheckedOffer,
): HistoryFile | undefined {
  if (status !== 200 || state === "elsewhere") return undefined;
  return files.find((file) => offer.files.some((offered) => isHeld(offered, file)));
}

function isPartOf(
  offered: CheckedOffer["files"][number],
  { origin: { offeredName, hashes }, sizeOctets }: KeptPart,
): boolean {
  return isOffered(offered, { index: 0, name: offeredName, offeredName, sizeOctets, hashes });
}

function isHeld(offered: CheckedOffer["files"][number], file: HistoryFile): boolean {
  const { name: offeredName, sizeOctets, index, sha1, sha256 } = file;
  const hashes = [
    ...(sha1 === undefined ? [] : [{ algorithm: "sha-1", hex: sha1 }]),
    ...(sha256 === undefined ? [] : [{ algorithm: "sha-256", hex: sha256 }]),
  ];
  return isOffered(offered, { index, name: offeredName, offeredName, sizeOctets, hashes });
}
