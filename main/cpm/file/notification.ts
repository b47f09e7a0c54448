import { buildCpim } from "../body/cpim.ts";
import {
  buildNotification,
  type DeliveryStatus,
  type DispositionNotification,
} from "../body/imdn.ts";
import { coreUri, deviceHeaders, fromValue } from "../headers.ts";
import type { CheckedOffer } from "./incoming-checks.ts";
import type { OfferContext } from "./offer-context.ts";
import type { FileOutcome } from "./outcome.ts";

/**
 * Tells the sender what became of its files, if it asked: a delivery notification in CPIM in a MESSAGE
 * (RFC 5438 §7.2.1.1, §8), with the ids of the transfer. A notification that is lost is not repeated.
 */
export async function sendNotification(
  context: OfferContext,
  offer: CheckedOffer,
  outcomes: readonly FileOutcome[],
): Promise<void> {
  const { notification } = offer;
  const status = statusOf(outcomes);
  if (notification === undefined || status === undefined) return;
  const isWanted = status === "delivered" ? notification.wantsPositive : notification.wantsNegative;
  if (!isWanted) return;
  const { messageId } = notification;
  await send(context, offer, { messageId, kind: "delivery", status });
}

/** What a notification about an offer needs to know of it. */
export type NotifiedOffer = Pick<CheckedOffer, "notification" | "from" | "ids">;

/** Tells the sender that the user has looked at what it sent, if it asked (RFC 5438 §7.2.1.2). */
export async function sendDisplayed(context: OfferContext, offer: NotifiedOffer): Promise<void> {
  const { notification } = offer;
  if (notification?.wantsDisplay !== true) return;
  const { messageId } = notification;
  await send(context, offer, { messageId, kind: "display", status: "displayed" });
}

async function send(
  context: OfferContext,
  { from, ids }: NotifiedOffer,
  notification: DispositionNotification,
): Promise<void> {
  const { ports, config } = context;
  const dateTime = new Date(ports.clock.wallMs()).toISOString();
  const imdn = buildNotification(notification, dateTime);
  const head = { from: config.aor, to: from.uriText, dateTime };
  const route = context.route();
  const sent = await ports.srf.request({
    method: "MESSAGE",
    uri: from.uriText,
    from: fromValue(config),
    to: `<${from.uriText}>`,
    headers: [
      ...deviceHeaders(config, ports.srf.local).filter(({ name }) => name !== "Contact"),
      { name: "Conversation-ID", value: ids.conversationId },
      { name: "Contribution-ID", value: ids.contributionId },
    ],
    body: { contentType: "message/cpim", content: buildCpim(head, "message/imdn+xml", imdn) },
    ...(route.length === 0 ? {} : { route }),
    nextHop: coreUri(config.core),
  });
  if (!sent.ok || sent.value.status >= 300)
    ports.log.write("info", "a notification did not arrive");
}

function statusOf(outcomes: readonly FileOutcome[]): DeliveryStatus | undefined {
  if (outcomes.some((outcome) => outcome.kind === "failed")) return "failed";
  return outcomes.some((outcome) => outcome.kind === "complete") ? "delivered" : undefined;
}
