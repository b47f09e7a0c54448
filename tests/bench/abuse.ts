import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Bed, crowd, flood, sessions } from "./abuse/cases.ts";
import { bundleProgram } from "./bundle.ts";
import { holds, type SipFigure } from "./sip.ts";

/**
 * What a home network that anybody can reach bears, with figures; ends with 1 when one is missed.
 *
 *   npm run bench:abuse                  all cases
 *   npm run bench:abuse -- --only flood  one of flood, crowd, sessions
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FLOOD = { perSecond: 20_000, durationMs: 10_000 };
const CROWD = { slow: 1000, idle: 1000, half: 1000 };
const SESSIONS = { callers: 10, perCaller: 50 };

/** The program's own chunks stay inside the checkout, where it finds its packages. */
export async function withBed<T>(run: (bed: Bed) => Promise<T>): Promise<T> {
  await mkdir(join(ROOT, "out"), { recursive: true });
  const built = await mkdtemp(join(ROOT, "out/bench-abuse-"));
  const folder = await mkdtemp(join(tmpdir(), "cpm-abuse-"));
  try {
    return await run({ program: await bundleProgram(ROOT, built, "abuse-role"), folder });
  } finally {
    await rm(built, { recursive: true });
    await rm(folder, { recursive: true });
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Infinity;
}

async function floodFigures(bed: Bed): Promise<readonly SipFigure[]> {
  const done = await flood(bed, FLOOD);
  return [
    { name: "requests of nobody", value: done.perSecond, unit: "/s", atLeast: 19_000 },
    { name: "  of them answered", value: done.heard, unit: "", atMost: 600 },
    { name: "transfers meanwhile", value: done.begun, unit: "", atLeast: 20 },
    { name: "  whole", value: (done.whole / done.begun) * 100, unit: "%", atLeast: 99 },
    { name: "  set-up p95", value: percentile(done.setUpMs, 0.95), unit: "ms", atMost: 500 },
    { name: "  the same before", value: percentile(done.calm.setUpMs, 0.95), unit: "ms" },
    { name: "  the core's share of a CPU", value: done.cpuShare * 100, unit: "%" },
    { name: "  the core has grown by", value: done.grownMiB, unit: "MiB", atMost: 64 },
  ];
}

async function crowdFigures(bed: Bed): Promise<readonly SipFigure[]> {
  const done = await crowd(bed, CROWD);
  return [
    { name: "slow and idle connections that stand", value: done.open, unit: "", atLeast: 1000 },
    { name: "  a newcomer has signed in after", value: done.signedInMs, unit: "ms", atMost: 1000 },
    { name: "  and set up a transfer after", value: done.setUpMs, unit: "ms", atMost: 1000 },
    { name: "  which was whole", value: done.isWhole ? 1 : 0, unit: "", atLeast: 1 },
    { name: "half TLS handshakes that stand", value: done.half, unit: "", atLeast: 250 },
    {
      name: "  signed in over TLS after",
      value: done.overTls.signedInMs,
      unit: "ms",
      atMost: 1000,
    },
    {
      name: "  and set up a transfer after",
      value: done.overTls.setUpMs,
      unit: "ms",
      atMost: 1000,
    },
    { name: "  which was whole", value: done.overTls.isWhole ? 1 : 0, unit: "", atLeast: 1 },
  ];
}

async function sessionFigures(bed: Bed): Promise<readonly SipFigure[]> {
  const done = await sessions(bed, SESSIONS);
  return [
    // Both users are of this network: a call is a session of the caller's side and one of the called side.
    { name: "sessions at once, two a call", value: done.open * 2, unit: "", atLeast: 1000 },
    { name: "  whole", value: done.whole * 2, unit: "", atLeast: 1000 },
    { name: "  core, at most", value: done.coreMiB, unit: "MiB" },
    { name: "  Participating Function, at most", value: done.pfMiB, unit: "MiB" },
    { name: "  together", value: done.coreMiB + done.pfMiB, unit: "MiB", atMost: 512 },
  ];
}

const CASES = { flood: floodFigures, crowd: crowdFigures, sessions: sessionFigures } as const;

function print(figure: SipFigure): void {
  const { name, value, unit, atLeast, atMost } = figure;
  const least = atLeast === undefined ? "" : `>= ${String(atLeast)}`;
  const bound = atMost === undefined ? least : `<= ${String(atMost)}`;
  const missed = holds(figure) ? "" : "MISSED";
  console.log(
    `${name.padEnd(40)} ${value.toFixed(0).padStart(8)} ${unit.padEnd(3)} ${bound} ${missed}`,
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
  await withBed(async (bed) => {
    for (const [name, figuresOf] of Object.entries(CASES)) {
      if (!name.includes(values.only)) continue;
      const figures = await figuresOf(bed);
      for (const figure of figures) print(figure);
      if (!figures.every(holds)) process.exitCode = 1;
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
