const SHOWN_PAIRS = 8;

/** The part of a fingerprint that people compare by eye or by voice; what is pinned is the whole of it. */
export function shortFingerprint(fingerprint: string): string {
  const pairs = fingerprint.split(":");
  const shown = pairs.slice(0, SHOWN_PAIRS).join(":");
  return pairs.length > SHOWN_PAIRS ? `${shown}…` : shown;
}
