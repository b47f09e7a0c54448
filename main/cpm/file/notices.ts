import type { OfferId } from "../../../shared/model/offer.ts";
import { randomToken } from "../../base/tokens.ts";
import { type CpimMessage, parseCpim } from "../body/cpim.ts";
import { parseNotification } from "../body/imdn.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import { type NotifiedOffer, sendDisplayed } from "./notification.ts";
import type { OfferContext, OfferNotices } from "./offer-context.ts";

const MAX_REMEMBERED = 1000;

/** What was heard of an offer of ours. */
export interface Notified {
  readonly id: OfferId;
  readonly status: "delivered" | "failed" | "displayed";
}

/** Disposition notifications that this device awaits, and those it owes (RFC 5438). Both end with the program. */
export class Notices implements OfferNotices {
  /** By imdn.Message-ID. */
  readonly #awaited = new Map<string, { readonly id: OfferId; readonly to: string }>();
  readonly #owed = new Map<OfferId, NotifiedOffer>();

  expect(
    { ports, config }: OfferContext,
    id: OfferId,
    to: string,
  ): { readonly messageId?: string } {
    if (config.asksNotifications !== true) return {};
    const messageId = randomToken(ports.random, 24);
    remember(this.#awaited, messageId, { id, to });
    return { messageId };
  }

  received(id: OfferId, { notification, from, ids }: CheckedOffer): void {
    if (notification?.wantsDisplay === true) remember(this.#owed, id, { notification, from, ids });
  }

  displayed(context: OfferContext, id: OfferId): void {
    const offer = this.#owed.get(id);
    this.#owed.delete(id);
    if (offer !== undefined) void sendDisplayed(context, offer);
  }

  /** @param from who says so, as the network vouches for it; nobody: undefined */
  read(content: Buffer, from: string | undefined): Notified | undefined {
    const cpim = parseCpim(content);
    const notification = cpim.ok ? notificationIn(cpim.value) : undefined;
    if (notification === undefined) return undefined;
    const awaited = this.#awaited.get(notification.messageId);
    if (awaited === undefined || awaited.to !== from) return undefined;
    const { status } = notification;
    return status === "delivered" || status === "failed" || status === "displayed"
      ? { id: awaited.id, status }
      : undefined;
  }
}

function notificationIn({ entity }: CpimMessage): ReturnType<typeof parseNotification> {
  return parseNotification(entity.content);
}

function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
