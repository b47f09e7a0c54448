import type { Attribute } from "./session-description.ts";

/** RFC 8122: hash function in lower case, octets as upper-case pairs joined by colons. */
export interface Fingerprint {
  readonly algorithm: string;
  readonly value: string;
}

const NAME = "fingerprint";
/** Octets of the hash; a value of another length cannot match anything. */
const SHA_256 = { name: "sha-256", octets: 32 } as const;

/** Reads `a=fingerprint`; undefined when malformed: a fingerprint that can't be compared must never match. */
export function parseFingerprint(text: string): Fingerprint | undefined {
  const [algorithm, value, ...rest] = text.split(" ").filter((part) => part !== "");
  if (algorithm === undefined || value === undefined || rest.length > 0) return undefined;
  const pairs = value.toUpperCase().split(":");
  const isWellFormed = pairs.length >= 16 && pairs.every((pair) => /^[0-9A-F]{2}$/.test(pair));
  return isWellFormed ? { algorithm: algorithm.toLowerCase(), value: pairs.join(":") } : undefined;
}

/** RFC 8122 §5: several lines may stand there, and those of the media replace those of the session. */
export function fingerprintsOf(
  media: readonly Attribute[],
  session: readonly Attribute[],
): readonly Fingerprint[] {
  const own = media.filter(({ name }) => name === NAME);
  const lines = own.length > 0 ? own : session.filter(({ name }) => name === NAME);
  return lines.flatMap(({ value }) => parseFingerprint(value ?? "") ?? []);
}

/**
 * Values that a certificate may have. RFC 8122 §5.1: one hash function is chosen, and of that one any may match. We know
 * SHA-256 alone, which everybody must know; other functions and broken lines count for nothing.
 */
export function sha256Values(fingerprints: readonly Fingerprint[]): readonly string[] {
  const pairs = SHA_256.octets;
  const known = fingerprints.filter(
    ({ algorithm, value }) => algorithm === SHA_256.name && value.split(":").length === pairs,
  );
  return [...new Set(known.map(({ value }) => value))];
}

/** @param sha256 of our certificate, upper-case pairs joined by colons */
export function fingerprintAttribute(sha256: string): Attribute {
  return { name: NAME, value: `${SHA_256.name} ${sha256}` };
}
