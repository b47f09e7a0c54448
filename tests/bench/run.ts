import { createHash } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleRole } from "./bundle.ts";
import { printCalls } from "./calls.ts";
import { type CopyResult, copy, type Payload } from "./copy.ts";
import type { CopyKind } from "./role-messages.ts";
import { printSipFigures } from "./sip.ts";

/**
 * Transfer figures beside yardsticks of the same run: `npm run bench -- --size 1GiB --rounds 3 --folder /dev/shm`.
 * Rounds alternate between all cases; the table shows medians.
 */

interface Case {
  readonly name: string;
  readonly kind: CopyKind;
  readonly relays: number;
}

const CASES: readonly Case[] = [
  { name: "plain TCP copy, 64 KiB reads", kind: "raw", relays: 0 },
  { name: "MSRP direct", kind: "msrp", relays: 0 },
  { name: "MSRP direct, hashed and published", kind: "msrp-hash", relays: 0 },
  { name: "plain TCP copy through 2 processes", kind: "raw", relays: 2 },
  { name: "MSRP through 2 relays", kind: "msrp", relays: 2 },
  { name: "MSRP through 2 relays, hashed and published", kind: "msrp-hash", relays: 2 },
];

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BLOCK_OCTETS = 4 * 1024 * 1024;
const GIB = 1024 ** 3;
const UNITS: ReadonlyMap<string, number> = new Map([
  ["KiB", 1024],
  ["MiB", 1024 ** 2],
  ["GiB", GIB],
]);

function sizeOf(text: string): number {
  const match = /^(\d+)(KiB|MiB|GiB)$/.exec(text);
  const unit = UNITS.get(match?.[2] ?? "");
  if (match === null || unit === undefined) throw new Error(`not a size: ${text} (try 1GiB)`);
  return Number(match[1]) * unit;
}

/** A file of octets that no two blocks share. */
async function makePayload(path: string, sizeOctets: number): Promise<Payload> {
  const block = Buffer.alloc(BLOCK_OCTETS);
  const seed = createHash("sha256");
  for (let at = 0; at < block.length; at += 32) {
    seed.copy().update(String(at)).digest().copy(block, at);
  }
  const hash = createHash("sha1");
  const file = await open(path, "w");
  for (let at = 0; at < sizeOctets; at += block.length) {
    block.writeUInt32LE(at / block.length, 0);
    const piece = block.subarray(0, Math.min(block.length, sizeOctets - at));
    hash.update(piece);
    await file.write(piece, 0, piece.length, at);
  }
  await file.close();
  return { path, sizeOctets, sha1: hash.digest("hex") };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function row(
  name: string,
  results: readonly CopyResult[],
  sizeOctets: number,
  base: number,
): string {
  const seconds = median(results.map((result) => result.seconds));
  const cpu = (median(results.map((result) => result.cpuS)) * GIB) / sizeOctets;
  const rss = (results[0]?.peakRssMiB ?? []).map((_, i) =>
    Math.max(...results.map((result) => result.peakRssMiB[i] ?? 0)).toFixed(0),
  );
  const cells = [
    name.padEnd(44),
    (sizeOctets / seconds / 1e6).toFixed(0).padStart(6),
    (base / seconds).toFixed(2).padStart(6),
    cpu.toFixed(2).padStart(8),
    rss.join(" / ").padStart(22),
  ];
  return cells.join(" ");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      size: { type: "string", default: "1GiB" },
      rounds: { type: "string", default: "3" },
      folder: { type: "string", default: tmpdir() },
      only: { type: "string", default: "" },
    },
  });
  const sizeOctets = sizeOf(values.size);
  const folder = await mkdtemp(join(values.folder, "cpm-bench-"));
  const cases = CASES.filter((each) => each.name.includes(values.only) || each.kind === "raw");
  const results = new Map<Case, CopyResult[]>(cases.map((each) => [each, []]));
  try {
    const program = await bundleRole(ROOT, join(folder, "program"));
    const payload = await makePayload(join(folder, "payload.bin"), sizeOctets);
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const each of cases) {
        results.get(each)?.push(await copy(each.kind, each.relays, payload, { program, folder }));
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const head = ["MB/s", "ratio", "CPU s/GiB", "peak RSS MiB"];
  console.log(
    `${values.size}, median of ${values.rounds} alternating rounds`.padEnd(44),
    ...head.map((text, i) => text.padStart([6, 6, 8, 22][i] ?? 0)),
  );
  for (const [each, list] of results) {
    const yardstick = [...results].find(([c]) => c.kind === "raw" && c.relays === each.relays);
    const base = median((yardstick?.[1] ?? []).map((result) => result.seconds));
    console.log(row(each.name, list, sizeOctets, base));
  }
  if (values.only !== "") return;
  const isFast = await printSipFigures(Number(values.rounds));
  const isCalling = await printCalls(Number(values.rounds));
  if (!isFast || !isCalling) process.exitCode = 1;
}

await main();
