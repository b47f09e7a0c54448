/** Left free whatever is received. */
export const MIN_RESERVE_OCTETS = 512 * 1024 * 1024;
const RESERVE_PERCENT = 5;

/** Octets that receiving must leave: 5 % of what is free, at least 512 MiB. */
export function reserveOctets(freeOctets: number): number {
  return Math.max(Math.floor((freeOctets / 100) * RESERVE_PERCENT), MIN_RESERVE_OCTETS);
}

/** May a file of that size be accepted? Asked before anything is on disk, and again by the port that creates it. */
export function fitsWithReserve(sizeOctets: number, freeOctets: number): boolean {
  return sizeOctets <= freeOctets - reserveOctets(freeOctets);
}
