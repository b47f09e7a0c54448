import type { FileHandle } from "node:fs/promises";
import { LocalProtocolError } from "../base/protocol-error.ts";

/**
 * The only way to write to a file at a position. Node takes a position that is not a safe integer of at least 0 for
 * "where the file is just now", without an error; so the octets of a lying peer would land in the wrong place.
 * @param pieces follow each other without a gap; they leave in one call, as long as the system takes all of them
 * @throws LocalProtocolError when the octets do not lie within the file: the caller had to check what the peer said
 */
export async function writeAt(
  handle: FileHandle,
  position: number,
  pieces: readonly Buffer[],
  sizeOctets: number,
): Promise<void> {
  const octets = octetsOf(pieces);
  if (!fitsInFile(position, octets, sizeOctets))
    throw new LocalProtocolError(`octets at ${position} do not fit into ${sizeOctets}`);
  const end = position + octets;
  let left = pieces;
  for (let at = position; at < end; ) {
    const { bytesWritten } = await handle.writev(left, at);
    at += bytesWritten;
    left = at < end ? withoutFirst(left, bytesWritten) : [];
  }
}

export function octetsOf(pieces: readonly Buffer[]): number {
  let octets = 0;
  for (const { length } of pieces) octets += length;
  return octets;
}

function withoutFirst(pieces: readonly Buffer[], octets: number): readonly Buffer[] {
  let skipped = 0;
  for (const [i, piece] of pieces.entries()) {
    const rest = octets - skipped;
    if (rest < piece.length) return [piece.subarray(rest), ...pieces.slice(i + 1)];
    skipped += piece.length;
  }
  return [];
}

/** True for `length` octets at `position` within a file of `sizeOctets`; false for every number that is none. */
export function fitsInFile(position: number, length: number, sizeOctets: number): boolean {
  return (
    Number.isSafeInteger(position) &&
    Number.isSafeInteger(sizeOctets) &&
    position >= 0 &&
    length <= sizeOctets - position
  );
}

/**
 * Reads until the buffer is full or the file ends.
 * @returns how many octets were read
 */
export async function readAt(
  handle: FileHandle,
  position: number,
  buffer: Buffer,
): Promise<number> {
  if (!Number.isSafeInteger(position) || position < 0)
    throw new LocalProtocolError(`no such position: ${position}`);
  let read = 0;
  while (read < buffer.length) {
    const left = buffer.length - read;
    const { bytesRead } = await handle.read(buffer, read, left, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return read;
}
