import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, truncate } from "node:fs/promises";
import { join } from "node:path";
import { octets } from "../support/octets.ts";
import type { SizeName } from "./kill-points.ts";

const MB = 1_000_000;
const OCTETS: Readonly<Record<SizeName, number>> = {
  "100kB": 100_000,
  "20MB": 20 * MB,
  "300MB": 300 * MB,
};
/** The large file is sparse but for pieces of this size at its start, middle and end, so that no part of it is like another. */
const PIECE_OCTETS = 2 * MB;

export interface KillPayload {
  readonly path: string;
  readonly name: string;
  readonly sizeOctets: number;
  readonly sha256: string;
}

/** The file of that size, made by seed. */
export async function makePayload(
  folder: string,
  size: SizeName,
  seed: number,
): Promise<KillPayload> {
  const name = `${size}.bin`;
  const path = join(folder, name);
  const sizeOctets = OCTETS[size];
  const file = await open(path, "w");
  const starts = size === "300MB" ? [0, sizeOctets / 2, sizeOctets - PIECE_OCTETS] : [0];
  const length = size === "300MB" ? PIECE_OCTETS : sizeOctets;
  for (const [i, at] of starts.entries())
    await file.write(octets(length, seed * 10 + i), 0, length, at);
  await file.close();
  await truncate(path, sizeOctets);
  return { path, name, sizeOctets, sha256: await hashOf(path) };
}

export async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(piece as Buffer);
  return hash.digest("hex");
}
