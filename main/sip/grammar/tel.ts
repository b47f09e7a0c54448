import { consistsOf, tableOf } from "./cursor.ts";

const DIGITS = tableOf("0123456789", "-.()");
const LOCAL_DIGITS = tableOf("0123456789ABCDEFabcdef*#", "-.()");

/** A global (`+…`) or local number with visual separators and one digit at least (RFC 3966 §3). */
export function isTelNumber(text: string): boolean {
  const isGlobal = text.startsWith("+");
  const number = isGlobal ? text.slice(1) : text;
  return consistsOf(number, isGlobal ? DIGITS : LOCAL_DIGITS) && plainTelNumber(number) !== "";
}

/** The number without visual separators, which do not count in comparisons (RFC 3966 §4). */
export function plainTelNumber(text: string): string {
  return text.replace(/[-.()]/g, "").toLowerCase();
}
