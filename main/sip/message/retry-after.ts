import { parseDecimalIn } from "../../base/decimal.ts";
import type { SipMessage } from "./message.ts";

/** Nobody is believed who asks for more than an hour. */
const MAX_S = 3600;

/** Retry-After in milliseconds, at most an hour; its comment and parameters do not matter (RFC 3261 §20.33). */
export function retryAfterMsOf(message: SipMessage): number | undefined {
  const text = message.headers.get("Retry-After");
  if (text === undefined) return undefined;
  let end = 0;
  while (end < text.length && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end += 1;
  const seconds = parseDecimalIn(text.slice(0, end), 0, 2 ** 32 - 1);
  return seconds === undefined ? undefined : Math.min(seconds, MAX_S) * 1000;
}
