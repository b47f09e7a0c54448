import type { HeaderField, SipHeaders } from "../sip/message/headers.ts";

/*
 * Headers between engine and facade. They say what drachtio's wire protocol has no place for and never reach the
 * network: the engine strips them in both directions.
 */

const PREFIX = "x-courier-";

/** `base64`: the body is not UTF-8 text and travels encoded. `none`: there is no body although the text has one. */
export const BODY_HEADER = "X-Courier-Body";
/** The Call-ID on the wire, where the one shown to drachtio-srf had to differ. */
export const CALL_ID_HEADER = "X-Courier-Call-ID";
/** Our tag in the responses to this INVITE. */
export const LOCAL_TAG_HEADER = "X-Courier-Local-Tag";
/** In a response that the engine made itself: the kind of failure and its text. */
export const FAILURE_HEADER = "X-Courier-Failure";
/** Status to send instead of the one that drachtio-srf knows. */
export const STATUS_HEADER = "X-Courier-Status";

export function isPrivate(name: string): boolean {
  return name.toLowerCase().startsWith(PREFIX);
}

export function withoutPrivate(fields: readonly HeaderField[]): readonly HeaderField[] {
  return fields.some((field) => isPrivate(field.name))
    ? fields.filter((field) => !isPrivate(field.name))
    : fields;
}

/** First value of a private header. */
export function privateValue(
  headers: SipHeaders | readonly HeaderField[],
  name: string,
): string | undefined {
  const fields = "fields" in headers ? headers.fields : headers;
  const lower = name.toLowerCase();
  return fields.find((field) => field.name.toLowerCase() === lower)?.value;
}
