import { createHash } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Payload } from "./copy.ts";

const BLOCK_OCTETS = 4 * 1024 * 1024;

/** A file of octets that no two blocks share. */
export async function makeFile(path: string, sizeOctets: number): Promise<Payload> {
  const block = randomBlock();
  const hash = createHash("sha1");
  const file = await open(path, "w");
  for (let at = 0; at < sizeOctets; at += block.length) {
    block.writeUInt32LE(at / block.length, 0);
    const piece = block.subarray(0, Math.min(block.length, sizeOctets - at));
    hash.update(piece);
    await file.write(piece, 0, piece.length, at);
  }
  await file.close();
  return { path, sizeOctets, sha1: hash.digest("hex"), files: 1 };
}

/** A file of zeros that takes no room. */
export async function makeSparseFile(path: string, sizeOctets: number): Promise<Payload> {
  const block = Buffer.alloc(BLOCK_OCTETS);
  const hash = createHash("sha1");
  for (let at = 0; at < sizeOctets; at += block.length)
    hash.update(block.subarray(0, Math.min(block.length, sizeOctets - at)));
  const file = await open(path, "w");
  await file.truncate(sizeOctets);
  await file.close();
  return { path, sizeOctets, sha1: hash.digest("hex"), files: 1 };
}

/** Many files of the same content. */
export async function makeFiles(path: string, files: number, sizeOctets: number): Promise<Payload> {
  const content = randomBlock().subarray(0, sizeOctets);
  await mkdir(path);
  for (let i = 0; i < files; i += 1) await writeFile(join(path, `${String(i)}.bin`), content);
  return { path, sizeOctets, sha1: createHash("sha1").update(content).digest("hex"), files };
}

function randomBlock(): Buffer {
  const block = Buffer.alloc(BLOCK_OCTETS);
  const seed = createHash("sha256");
  for (let at = 0; at < block.length; at += 32)
    seed.copy().update(String(at)).digest().copy(block, at);
  return block;
}
