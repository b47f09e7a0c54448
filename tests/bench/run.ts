import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleRole } from "./bundle.ts";
import { printCalls } from "./calls.ts";
import { type BenchSize, CASES, type Case, FULL, GIB, type PayloadName, QUICK } from "./cases.ts";
import { type CopyResult, copy, type Payload } from "./copy.ts";
import { printInterrupted } from "./interrupted.ts";
import { makeFile, makeFiles, makeSparseFile } from "./payload.ts";
import { printSipFigures } from "./sip.ts";
import { type Measured, printTable } from "./table.ts";

/**
 * Transfer figures beside yardsticks of the same run; ends with 1 when one is below its floor.
 *
 *   npm run bench                      all, 1 GiB and 8 GiB, 3 alternating rounds
 *   npm run bench -- --quick           all but 8 GiB, with 256 MiB
 *   npm run bench -- --only direct     the cases whose name has this, and their yardsticks
 *   npm run bench -- --only interrupted  what a kill and resets cost whole programs; with --long also a file of 20 GiB
 *
 * Files lie in memory where the system has /dev/shm, else in --folder or the folder for temporary files: it is the
 * program that is measured, not the disk. The 8 GiB file does not fit there: it is received on the disk.
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
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

interface Bench {
  readonly program: string;
  /** For files in memory, and for those that are too large for that. */
  readonly folder: string;
  readonly diskFolder: string;
  readonly size: BenchSize;
  readonly payloads: Map<PayloadName, Payload>;
}

async function payloadOf(name: PayloadName, bench: Bench): Promise<Payload> {
  const known = bench.payloads.get(name);
  if (known !== undefined) return known;
  const { folder, diskFolder, size } = bench;
  const make = (): Promise<Payload> => {
    switch (name) {
      case "main":
        return makeFile(join(folder, "main.bin"), size.mainOctets);
      case "tiny":
        return makeFile(join(folder, "tiny.bin"), size.tinyOctets);
      case "huge":
        return makeSparseFile(join(diskFolder, "huge.bin"), size.hugeOctets);
      case "many":
        return makeFiles(join(folder, "many"), size.manyFiles, size.manyOctets);
    }
  };
  const payload = await make();
  bench.payloads.set(name, payload);
  return payload;
}

async function measure(cases: readonly Case[], rounds: number, bench: Bench): Promise<Measured[]> {
  const results = new Map<Case, CopyResult[]>(cases.map((each) => [each, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const each of cases) {
      // Its memory is what counts, and one round shows that.
      if (each.payload === "huge" && round > 0) continue;
      const folder = each.payload === "huge" ? bench.diskFolder : bench.folder;
      const payload = await payloadOf(each.payload, bench);
      results.get(each)?.push(await copy(each, payload, { program: bench.program, folder }));
    }
  }
  return Promise.all(
    cases.map(async (each) => ({
      each,
      payload: await payloadOf(each.payload, bench),
      results: results.get(each) ?? [],
    })),
  );
}

function isWanted(each: Case, only: string, size: BenchSize): boolean {
  if (each.payload === "huge" && size.hugeOctets === 0) return false;
  if (each.kind === "raw") return isYardstick(each, only);
  return each.name.toLowerCase().includes(only.toLowerCase());
}

/** What is wanted is measured beside copies through as many processes, and as well protected. */
function isYardstick({ relays, isTls }: Case, only: string): boolean {
  const wanted = only.toLowerCase();
  return CASES.some(
    (one) =>
      one.kind !== "raw" &&
      one.relays === relays &&
      one.isTls === isTls &&
      one.name.toLowerCase().includes(wanted),
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      size: { type: "string" },
      rounds: { type: "string", default: "3" },
      folder: { type: "string", default: existsSync("/dev/shm") ? "/dev/shm" : tmpdir() },
      only: { type: "string", default: "" },
      long: { type: "boolean", default: false },
    },
  });
  if (values.only === "interrupted") {
    if (!(await printInterrupted(values.long))) process.exitCode = 1;
    return;
  }
  const base = values.quick ? QUICK : FULL;
  const size = values.size === undefined ? base : { ...base, mainOctets: sizeOf(values.size) };
  const folder = await mkdtemp(join(values.folder, "cpm-bench-"));
  const diskFolder = await mkdtemp(join(tmpdir(), "cpm-bench-"));
  try {
    const program = await bundleRole(ROOT, join(folder, "program"));
    const bench: Bench = { program, folder, diskFolder, size, payloads: new Map() };
    const cases = CASES.filter((each) => isWanted(each, values.only, size));
    const measured = await measure(cases, Number(values.rounds), bench);
    const mainMiB = (size.mainOctets / 1024 ** 2).toFixed(0);
    const misses = printTable(`${mainMiB} MiB, median of ${values.rounds} rounds`, measured);
    for (const miss of misses) console.log(`below its floor: ${miss}`);
    if (misses.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
    await rm(diskFolder, { recursive: true });
  }
  if (values.only !== "") return;
  const isFast = await printSipFigures(Number(values.rounds));
  const isCalling = await printCalls(Number(values.rounds));
  const isGoingOn = await printInterrupted(values.long);
  if (!isFast || !isCalling || !isGoingOn) process.exitCode = 1;
}

await main();
