/** RFC 8122: hash function in lower case, octets as upper-case pairs joined by colons. */
export interface Fingerprint {
  readonly algorithm: string;
  readonly value: string;
}

/** Reads `a=fingerprint`; undefined when malformed: a fingerprint that can't be compared must never match. */
export function parseFingerprint(text: string): Fingerprint | undefined {
  const [algorithm, value, ...rest] = text.split(" ").filter((part) => part !== "");
  if (algorithm === undefined || value === undefined || rest.length > 0) return undefined;
  const pairs = value.toUpperCase().split(":");
  const isWellFormed = pairs.length >= 16 && pairs.every((pair) => /^[0-9A-F]{2}$/.test(pair));
  return isWellFormed ? { algorithm: algorithm.toLowerCase(), value: pairs.join(":") } : undefined;
}
