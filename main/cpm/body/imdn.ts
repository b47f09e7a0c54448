import { type CpimMessage, cpimField } from "./cpim.ts";

/** What became of a message, as RFC 5438 §11.1.1 names it for delivery notifications. */
export type DeliveryStatus = "delivered" | "failed" | "forbidden" | "error";

/** A delivery notification (RFC 5438 §7.2.1.1). */
export interface DeliveryNotification {
  readonly messageId: string;
  readonly status: DeliveryStatus;
}

/** What a sender asks to be told about: the imdn headers of a CPIM part in the offer (RFC 5438 §6). */
export interface NotificationRequest {
  readonly messageId: string;
  readonly wantsPositive: boolean;
  readonly wantsNegative: boolean;
}

const MAX_OCTETS = 4096;
const STATUSES: readonly DeliveryStatus[] = ["delivered", "failed", "forbidden", "error"];

/** undefined when the message asks for nothing, or has no Message-ID to answer about. */
export function notificationRequestOf(message: CpimMessage): NotificationRequest | undefined {
  const messageId = cpimField(message, "imdn.message-id");
  const wanted = (cpimField(message, "imdn.disposition-notification") ?? "").toLowerCase();
  const wants = wanted.split(",").map((item) => item.trim());
  const wantsPositive = wants.includes("positive-delivery");
  const wantsNegative = wants.includes("negative-delivery");
  if (messageId === undefined || messageId === "" || !(wantsPositive || wantsNegative))
    return undefined;
  return { messageId, wantsPositive, wantsNegative };
}

/** Writes `message/imdn+xml`. */
export function buildDeliveryNotification(
  notification: DeliveryNotification,
  dateTime: string,
): Buffer {
  const { messageId, status } = notification;
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\r\n<imdn xmlns="urn:ietf:params:xml:ns:imdn">` +
      `<message-id>${escapeXml(messageId)}</message-id><datetime>${escapeXml(dateTime)}</datetime>` +
      `<delivery-notification><status><${status}/></status></delivery-notification></imdn>\r\n`,
    "utf8",
  );
}

/**
 * Reads a delivery notification out of `message/imdn+xml` without an XML parser: the elements wanted have neither
 * attributes nor children of interest. Entities other than the five predefined ones stay as they are.
 * @returns undefined when it is another kind of notification or cannot be read
 */
export function parseDeliveryNotification(content: Buffer): DeliveryNotification | undefined {
  if (content.length > MAX_OCTETS) return undefined;
  const text = content.toString("utf8");
  const messageId = between(text, "message-id>", "</");
  const delivery = between(text, "delivery-notification>", "delivery-notification>");
  if (messageId === undefined || delivery === undefined) return undefined;
  const status = STATUSES.find((one) =>
    new RegExp(`<(?:[\\w.-]{1,32}:)?${one}\\s*/?>`).test(delivery),
  );
  return status === undefined ? undefined : { messageId: unescapeXml(messageId.trim()), status };
}

function between(text: string, open: string, close: string): string | undefined {
  const start = text.indexOf(open);
  if (start < 0) return undefined;
  const end = text.indexOf(close, start + open.length);
  return end < 0 ? undefined : text.slice(start + open.length, end);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
