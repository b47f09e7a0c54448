import type { FileHandle } from "node:fs/promises";
import { LocalProtocolError } from "../base/protocol-error.ts";

/**
 * The only way to write to a file at a position. Node takes a position that is not a safe integer of at least 0 for
 * "where the file is just now", without an error; so the octets of a lying peer would land in the wrong place.
 * @throws LocalProtocolError when the octets do not lie within the file: the caller had to check what the peer said
 */
export async function writeAt(
  handle: FileHandle,
  position: number,
  bytes: Buffer,
  sizeOctets: number,
): Promise<void> {
  if (!fitsInFile(position, bytes.length, sizeOctets))
    throw new LocalProtocolError(`octets at ${position} do not fit into ${sizeOctets}`);
  let written = 0;
  while (written < bytes.length) {
    const left = bytes.length - written;
    const { bytesWritten } = await handle.write(bytes, written, left, position + written);
    written += bytesWritten;
  }
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
