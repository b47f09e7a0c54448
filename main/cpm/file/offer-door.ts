import type { OfferId } from "../../../shared/model/offer.ts";
import type { InviteUas } from "../../drachtio/srf.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { CpmConfig } from "../config.ts";
import { newOfferId } from "../ids.ts";
import { IncomingBook, isSeriesOffer } from "./incoming-book.ts";
import { type CheckedOffer, checkOffer, type OfferRefusal } from "./incoming-checks.ts";
import { IncomingOffer } from "./incoming-offer.ts";
import { IncomingSeries } from "./incoming-series.ts";
import { isProtecting } from "./media-security.ts";
import { isFromCore, type OfferContext } from "./offer-context.ts";
import { OfferGate } from "./offer-gate.ts";
import { OFFER_LIMITS } from "./offer-limits.ts";
import { readPull } from "./pull-offer.ts";
import type { ReceivingLife, ResumeDesk } from "./resume-desk.ts";

/** Says nothing of why. */
const BUSY: readonly HeaderField[] = [];

export interface DoorOptions {
  /** The very object that `configure` changes. */
  readonly config: CpmConfig;
  /** Offers that ring or are received; what rings is added. */
  readonly incoming: Map<OfferId, ReceivingLife>;
  readonly resumes: ResumeDesk;
  readonly isOpen: () => boolean;
}

/** Where requests of others arrive: what is wrong is refused, what goes on goes where it belongs, the rest rings. */
export class OfferDoor {
  readonly #context: OfferContext;
  readonly #options: DoorOptions;
  readonly #series: IncomingBook;
  readonly #gate: OfferGate;
  /** Offers of which it was told that more wait. */
  readonly #crowded = new Set<OfferId>();

  constructor(context: OfferContext, options: DoorOptions) {
    const { clock } = context.ports;
    this.#context = context;
    this.#options = options;
    this.#series = new IncomingBook(clock);
    this.#gate = new OfferGate(clock, options.config.offerLimits ?? OFFER_LIMITS.lab);
  }

  async take(invite: InviteUas): Promise<void> {
    const pull = readPull(invite.request);
    if (pull === undefined) await this.#onOffer(invite);
    else if (!pull.ok) this.#refuse(invite, pull.error);
    else if (this.#options.isOpen()) await this.#options.resumes.serve(invite, pull.value);
    else invite.refuse(480);
  }

  /** The user has answered it: it is in nobody's way any more. */
  settled(id: OfferId): void {
    this.#gate.settled(id);
    this.#crowded.delete(id);
  }

  /** It has come to its end. */
  ended(id: OfferId): void {
    this.#series.remove(this.#options.incoming.get(id));
    this.settled(id);
  }

  async #onOffer(invite: InviteUas): Promise<void> {
    const { config, isOpen } = this.#options;
    const withdrawn = new AbortController();
    const undo = invite.onCancel(() => {
      withdrawn.abort();
    });
    const free = await this.#context.ports.files.freeOctets(config.receiveFolder);
    undo();
    if (withdrawn.signal.aborted) return;
    if (!isOpen()) {
      invite.refuse(480);
      return;
    }
    const { maxSizeOctets, ringsWithoutRoom } = config;
    const checked = checkOffer(invite.request, {
      ...(maxSizeOctets === undefined ? {} : { maxSizeOctets }),
      takesProtected: isProtecting(this.#context) && isFromCore(config, invite.source),
      ...(free.ok && ringsWithoutRoom !== true ? { freeOctets: free.value } : {}),
    });
    if (!checked.ok) {
      this.#refuse(invite, checked.error);
      return;
    }
    if (this.#isKeptAway(invite, checked.value)) {
      invite.refuse(603);
      return;
    }
    await this.#admit(invite, checked.value);
  }

  async #admit(invite: InviteUas, offer: CheckedOffer): Promise<void> {
    // What the user has said yes to goes on, whatever else is to be kept away.
    if (offer.isResume) {
      await this.#options.resumes.take(invite, offer);
      return;
    }
    if (this.#series.settles(invite, offer)) return;
    const refused = this.#options.config.isBusy === true ? BUSY : this.#crowd(invite, offer);
    if (refused === undefined) this.#ring(invite, offer);
    else invite.refuse(486, undefined, refused);
  }

  /** Too many ring already: why, and the user hears it from what rings. */
  #crowd(invite: InviteUas, offer: CheckedOffer): readonly HeaderField[] | undefined {
    const refusal = this.#gate.judge(this.#peerOf(invite, offer), this.#options.incoming.size);
    const id = refusal?.before;
    if (id !== undefined && !this.#crowded.has(id)) {
      this.#crowded.add(id);
      this.#context.emit("moreWaiting", { id });
    }
    return refusal?.headers;
  }

  /** What the user has accepted from somebody goes on, but for blocking. */
  #isKeptAway(invite: InviteUas, { from, isResume }: CheckedOffer): boolean {
    const { config } = this.#options;
    if (config.isBlocked?.(from.uriText) === true) return true;
    const vouched = isFromCore(config, invite.source) ? from.uriText : undefined;
    return !isResume && config.isStranger?.(vouched) === true;
  }

  /** Whom offers are counted for. A name that nobody vouches for could be another one each time. */
  #peerOf(invite: InviteUas, offer: CheckedOffer): string {
    const isVouched = isFromCore(this.#options.config, invite.source);
    return isVouched ? offer.from.uriText : invite.source.host;
  }

  #ring(invite: InviteUas, checked: CheckedOffer): void {
    const id = newOfferId(this.#context.ports.random);
    let offer: IncomingOffer | IncomingSeries;
    if (isSeriesOffer(checked)) {
      const onClosed = (): void => {
        this.#series.close(checked);
      };
      offer = new IncomingSeries(this.#context, invite, checked, { id, onClosed });
      this.#series.add(checked, offer);
    } else offer = new IncomingOffer(this.#context, invite, checked, id);
    this.#options.incoming.set(id, offer);
    this.#gate.rings(id, this.#peerOf(invite, checked));
    offer.ring();
  }

  #refuse(invite: InviteUas, { status, what: why, headers }: OfferRefusal): void {
    this.#context.ports.log.write("info", "an offer was refused", { status, why });
    invite.refuse(status, undefined, headers);
  }
}
