import type { Random } from "./ports.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * A random token of letters and digits, about 5.95 bits each: safe in SIP tags, branches, MSRP session ids and
 * transaction ids.
 */
export function randomToken(random: Random, length: number): string {
  const codes: number[] = [];
  while (codes.length < length) {
    for (const octet of random.bytes(length - codes.length + 8)) {
      // 248 = 4 * 62: refusing the rest keeps every letter equally likely.
      if (octet < 248 && codes.length < length) codes.push(ALPHABET.charCodeAt(octet % 62));
    }
  }
  return String.fromCharCode(...codes);
}

/** A version 4 UUID (RFC 9562 §5.4). */
export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
