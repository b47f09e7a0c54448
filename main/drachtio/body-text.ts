import { NO_BODY } from "../sip/message/message.ts";

/** A body as drachtio-srf can carry it: text. */
export interface BodyText {
  readonly text: string;
  /** Value of the private body header; absent when the text is the body. */
  readonly marker?: "base64" | "none";
}

/**
 * drachtio-srf keeps bodies in strings, which destroys octets that are not UTF-8. Those travel in base64, and so do
 * bodies whose text would not come back octet by octet.
 */
export function bodyToText(body: Buffer): BodyText {
  const text = body.toString("utf8");
  if (Buffer.from(text, "utf8").equals(body)) return { text };
  return { text: body.toString("base64"), marker: "base64" };
}

export function textToBody(text: string, marker: string | undefined): Buffer {
  if (marker === "none" || text === "") return NO_BODY;
  return Buffer.from(text, marker === "base64" ? "base64" : "utf8");
}
