import type { KeptPart } from "../base/files.ts";

const GIB = 1024 ** 3;
const DAY_MS = 86_400_000;
/** Who has not gone on with a file for so long does not want it any more. */
export const PART_TTL_MS = 14 * DAY_MS;
/** What parts may take of one disk together: so much, and no more than that share of it. */
export const MAX_KEPT_OCTETS = 20 * GIB;
const MAX_KEPT_PERCENT = 10;

export interface RetentionOptions {
  readonly nowMs: number;
  /** Which disk a folder is on: the same text for the same one. */
  readonly diskOf: (folder: string) => string;
  /** Octets of that disk, if known. */
  readonly diskOctets: (folder: string) => number | undefined;
}

/**
 * Keys of parts to remove: those untouched for too long, and the oldest of a disk's while it has too many octets of
 * them. The newest one of a folder stays whatever its size, for somebody may be about to go on with it.
 */
export function partsToDrop(parts: readonly KeptPart[], options: RetentionOptions): string[] {
  const dropped: string[] = [];
  const kept = new Map<string, number>();
  const folders = new Set<string>();
  for (const part of parts.toSorted((a, b) => b.updatedMs - a.updatedMs)) {
    const disk = options.diskOf(part.folder);
    const octets = (kept.get(disk) ?? 0) + part.durableOctets;
    const isOld = options.nowMs - part.updatedMs > PART_TTL_MS;
    const isTooMuch = folders.has(part.folder) && octets > limitOf(options.diskOctets(part.folder));
    if (isOld || isTooMuch) dropped.push(part.key);
    else {
      kept.set(disk, octets);
      folders.add(part.folder);
    }
  }
  return dropped;
}

function limitOf(diskOctets: number | undefined): number {
  const share = diskOctets === undefined ? MAX_KEPT_OCTETS : (diskOctets / 100) * MAX_KEPT_PERCENT;
  return Math.min(MAX_KEPT_OCTETS, share);
}
