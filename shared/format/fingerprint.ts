/**
 * A SHA-256 fingerprint of a certificate as RFC 8122 §5 writes it: pairs of capital digits with colons.
 * @param text with colons or without, in either case
 * @returns undefined when it is none
 */
export function parseFingerprint(text: string): string | undefined {
  const hex = text.replace(/[:\s]/g, "").toUpperCase();
  return /^[0-9A-F]{64}$/.test(hex) ? hex.replace(/..(?!$)/g, "$&:") : undefined;
}
