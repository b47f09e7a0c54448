const GIB = 1024 ** 3;
const TIB = 1024 * GIB;
const DAY_MS = 86_400_000;

/** What one peer may have us store in a day. */
export interface PeerQuota {
  readonly filesPerDay: number;
  readonly octetsPerDay: number;
}

/** A person with a camera stays far below; a program gone wild does not fill the disk over night. */
export const PEER_QUOTA: PeerQuota = { filesPerDay: 20_000, octetsPerDay: 500 * GIB };
/** For tests and measurements, whose peers are all on this machine. */
export const LAB_QUOTA: PeerQuota = { filesPerDay: 10_000_000, octetsPerDay: 1000 * TIB };

/** What a peer has used of its quota on one day (UTC), counted since 1970. */
export interface PeerSpending {
  readonly peer: string;
  readonly day: number;
  readonly files: number;
  readonly octets: number;
}

export function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}

/** A clock that was so far ahead was wrong, and its day would never end. */
const WRONG_DAYS = 2;

/** Undefined when the file is too much. A clock that went back does not give the quota twice. */
export function spend(
  before: PeerSpending | undefined,
  file: { readonly peer: string; readonly sizeOctets: number; readonly atMs: number },
  quota: PeerQuota,
): PeerSpending | undefined {
  const day = dayOf(file.atMs);
  const isSameDay = before !== undefined && before.day >= day;
  const files = (isSameDay ? before.files : 0) + 1;
  const octets = (isSameDay ? before.octets : 0) + file.sizeOctets;
  if (files > quota.filesPerDay || octets > quota.octetsPerDay) return undefined;
  const isKept = isSameDay && before.day - day < WRONG_DAYS;
  return { peer: file.peer, day: isKept ? before.day : day, files, octets };
}
