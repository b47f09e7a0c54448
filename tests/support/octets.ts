import { SeededRandom } from "./fake-random.ts";

/** Content that no two seeds share and that no run of equal octets makes easy to compress or to mix up. */
export function octets(length: number, seed: number): Buffer {
  const random = new SeededRandom(seed);
  const block = random.bytes(Math.min(length, 4_096));
  const out = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1)
    out[at] = (block[at % block.length] ?? 0) ^ ((at >> 12) & 0xff);
  return out;
}
