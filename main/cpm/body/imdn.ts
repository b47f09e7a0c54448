import { type CpimMessage, cpimField } from "./cpim.ts";

/** What became of a message, as RFC 5438 §11.1.1 names it for delivery notifications. */
export type DeliveryStatus = "delivered" | "failed" | "forbidden" | "error";
/** As RFC 5438 §11.1.1 names it for display notifications. */
export type DisplayStatus = "displayed" | "forbidden" | "error";

/** A notification about a message (RFC 5438 §7.2.1). */
export type DispositionNotification = { readonly messageId: string } & (
  | { readonly kind: "delivery"; readonly status: DeliveryStatus }
  | { readonly kind: "display"; readonly status: DisplayStatus }
);

/** What a sender asks to be told about: the imdn headers of a CPIM part in the offer (RFC 5438 §6). */
export interface NotificationRequest {
  readonly messageId: string;
  readonly wantsPositive: boolean;
  readonly wantsNegative: boolean;
  readonly wantsDisplay: boolean;
}

/** What we ask of every receiver (RFC 5438 §6.3). */
export const WANTED_NOTIFICATIONS = "positive-delivery, negative-delivery, display";

const MAX_OCTETS = 4096;
const DELIVERY: readonly DeliveryStatus[] = ["delivered", "failed", "forbidden", "error"];
const DISPLAY: readonly DisplayStatus[] = ["displayed", "forbidden", "error"];

/** undefined when the message asks for nothing, or has no Message-ID to answer about. */
export function notificationRequestOf(message: CpimMessage): NotificationRequest | undefined {
  const messageId = cpimField(message, "imdn.message-id");
  const wanted = (cpimField(message, "imdn.disposition-notification") ?? "").toLowerCase();
  const wants = wanted.split(",").map((item) => item.trim());
  const wantsPositive = wants.includes("positive-delivery");
  const wantsNegative = wants.includes("negative-delivery");
  const wantsDisplay = wants.includes("display");
  if (messageId === undefined || messageId === "") return undefined;
  return wantsPositive || wantsNegative || wantsDisplay
    ? { messageId, wantsPositive, wantsNegative, wantsDisplay }
    : undefined;
}

/** Writes `message/imdn+xml`. */
export function buildNotification(notification: DispositionNotification, dateTime: string): Buffer {
  const { messageId, kind, status } = notification;
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\r\n<imdn xmlns="urn:ietf:params:xml:ns:imdn">` +
      `<message-id>${escapeXml(messageId)}</message-id><datetime>${escapeXml(dateTime)}</datetime>` +
      `<${kind}-notification><status><${status}/></status></${kind}-notification></imdn>\r\n`,
    "utf8",
  );
}

/**
 * Reads a notification out of `message/imdn+xml` without an XML parser: the elements wanted have neither attributes
 * nor children of interest. Entities other than the five predefined ones stay as they are.
 * @returns undefined when it is about neither delivery nor display, or cannot be read
 */
export function parseNotification(content: Buffer): DispositionNotification | undefined {
  if (content.length > MAX_OCTETS) return undefined;
  const text = content.toString("utf8");
  const encodedId = between(text, "message-id>", "</");
  if (encodedId === undefined) return undefined;
  const messageId = unescapeXml(encodedId.trim());
  const delivery = statusIn(text, "delivery", DELIVERY);
  if (delivery !== undefined) return { messageId, kind: "delivery", status: delivery };
  const display = statusIn(text, "display", DISPLAY);
  return display === undefined ? undefined : { messageId, kind: "display", status: display };
}

function statusIn<S extends string>(
  text: string,
  kind: "delivery" | "display",
  statuses: readonly S[],
): S | undefined {
  const inside = between(text, `${kind}-notification>`, `${kind}-notification>`);
  if (inside === undefined) return undefined;
  return statuses.find((one) => new RegExp(`<(?:[\\w.-]{1,32}:)?${one}\\s*/?>`).test(inside));
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
