/**
 * Text from a peer made safe to print: control characters, bidirectional overrides and line separators, which could
 * rewrite what the reader sees of the line, become `\uFFFD`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");
}
