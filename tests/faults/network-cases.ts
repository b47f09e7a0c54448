import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CpmProcess } from "../support/cpm-process.ts";
import { octets } from "../support/octets.ts";
import type { CaseContext, CaseResult, FaultCase } from "./fault-case.ts";
import { hashOf, makePayload } from "./kill-payload.ts";
import { LossyDatagrams } from "./lossy-datagrams.ts";
import { must, needsRootAnd } from "./needs.ts";
import { TransferBed, type Way } from "./transfer-bed.ts";

export const needsResets = needsRootAnd("ss");
const GIB = 1024 ** 3;
const RESET_EVERY_MS = 2000;
export const LEAST_RATE = 0.7;
const LOSS = { lost: 0.1, doubled: 0.05, delayMs: 60 };
const LOSSY_TRANSFERS = 20;
const STOPPED_ROUNDS = 3;

export const NETWORK_CASES: readonly FaultCase[] = [
  {
    name: "network/resets every 2 s during 1 GiB",
    isParallel: false,
    missing: needsResets,
    run: underResets,
  },
  { name: "network/10 % loss, jitter and doubles on UDP", isParallel: false, run: overLossyUdp },
  { name: "network/a stopped peer beside others", isParallel: false, run: besideStopped },
];

/** A file of zeros but for its start. */
export function sparse(folder: string, sizeOctets: number, seed: number): string {
  const path = join(folder, `sparse-${String(sizeOctets)}.bin`);
  writeFileSync(path, octets(1_000_000, seed));
  truncateSync(path, sizeOctets);
  return path;
}

/** Milliseconds from the answer to the end at the sender, whose events have the wall clock's time. */
export async function tookMs(sender: CpmProcess): Promise<number> {
  const code = await sender.exit();
  if (code !== 0) throw new Error(`the sender ended with ${String(code)}\n${sender.story()}`);
  const at = async (name: string): Promise<number> =>
    Date.parse(String((await sender.event(name))["at"]));
  return (await at("transfer")) - (await at("answered"));
}

/** What is left of the rate when connections for files are reset, as the system does it, every few seconds. */
export async function rateUnderResets(
  bed: TransferBed,
  path: string,
): Promise<{ readonly rate: number; readonly resets: number; readonly seconds: number }> {
  await bed.receiver("bob");
  await bed.receiver("carol");
  // Before and after: what else the machine does changes.
  const before = await tookMs(bed.send("alice", "bob", path));
  let resets = 0;
  const timer = setInterval(() => {
    for (const port of bed.elements.msrpPorts.split(","))
      must("ss", "-K", "state", "established", `( sport = :${port} )`);
    resets += 1;
  }, RESET_EVERY_MS);
  const ms = await tookMs(bed.send("alice", "carol", path)).finally(() => {
    clearInterval(timer);
  });
  const after = await tookMs(bed.send("alice", "bob", path));
  return { rate: (before + after) / 2 / ms, resets, seconds: ms / 1000 };
}

function underResets({ folder, seed }: CaseContext): Promise<CaseResult> {
  return TransferBed.with(folder, async (bed) => {
    const path = sparse(folder, GIB, seed);
    const { rate, resets, seconds } = await rateUnderResets(bed, path);
    const wrong = [...(await bed.wrongIn(bed.receivedFolder("carol"), await hashOf(path)))];
    if (rate < LEAST_RATE) wrong.push(`a rate of ${rate.toFixed(2)}, at least ${LEAST_RATE}`);
    if (resets === 0) wrong.push("it was over before the first reset");
    const figures = `${rate.toFixed(2)} of the undisturbed rate with ${String(resets)} resets in ${seconds.toFixed(1)} s`;
    return { figures, wrong, story: bed.story() };
  });
}

/** SIP over UDP that loses; files themselves go over TCP. */
function overLossyUdp({ folder, seed }: CaseContext): Promise<CaseResult> {
  return TransferBed.with(folder, async (bed) => {
    const lossy = await Promise.all(
      (["a", "b"] as const).map((domain, i) =>
        LossyDatagrams.before(bed.elements.core(domain), LOSS, seed + i),
      ),
    );
    const [toA, toB] = lossy.map(
      (one): Way =>
        () =>
          `${one.address};transport=udp`,
    );
    try {
      const payload = await makePayload(folder, "100kB", seed);
      const receiver = await bed.receiver("bob", undefined, toB);
      let whole = 0;
      for (let i = 0; i < LOSSY_TRANSFERS; i += 1)
        if ((await bed.send("alice", "bob", payload.path, toA).exit()) === 0) whole += 1;
      const offers = receiver.events.filter(({ event }) => event === "offer").length;
      const damaged = await damagedIn(bed, payload.sha256);
      const wrong = damaged.map((name) => `${name} is not what was sent`);
      if (whole < LOSSY_TRANSFERS) wrong.push("not all arrived");
      if (offers !== LOSSY_TRANSFERS) wrong.push(`${String(offers)} offers rang`);
      return { figures: lossyFigures(whole, lossy), wrong, story: bed.story() };
    } finally {
      for (const one of lossy) one.close();
    }
  });
}

function lossyFigures(whole: number, lossy: readonly LossyDatagrams[]): string {
  const dropped = lossy.reduce((sum, one) => sum + one.dropped, 0);
  const all = lossy.reduce((sum, one) => sum + one.passed, dropped);
  return `${String(whole)} of ${String(LOSSY_TRANSFERS)} whole, ${String(dropped)} of ${String(all)} datagrams lost`;
}

async function damagedIn(bed: TransferBed, sha256: string): Promise<readonly string[]> {
  const folder = bed.receivedFolder("bob");
  const damaged: string[] = [];
  for (const name of bed.finals(folder))
    if ((await hashOf(join(folder, name))) !== sha256) damaged.push(name);
  return damaged;
}

/** A receiver that hangs takes nothing of the rate that another one has. */
function besideStopped({ folder, seed }: CaseContext): Promise<CaseResult> {
  return TransferBed.with(folder, async (bed) => {
    const path = sparse(folder, GIB, seed);
    await bed.receiver("bob");
    const stopped = await bed.receiver("carol");
    const alone: number[] = [];
    const beside: number[] = [];
    await tookMs(bed.send("alice", "bob", path));
    for (let round = 0; round < STOPPED_ROUNDS; round += 1) {
      alone.push(await tookMs(bed.send("alice", "bob", path)));
      const hung = bed.send("anna", "carol", path);
      await hung.event("progress");
      stopped.signal("SIGSTOP");
      beside.push(await tookMs(bed.send("alice", "bob", path)));
      stopped.signal("SIGCONT");
      if ((await hung.exit()) !== 0) throw new Error(`it did not go on\n${hung.story()}`);
    }
    const rate = median(alone) / median(beside);
    const wrong = rate < 0.9 ? [`a rate of ${rate.toFixed(2)}, at least 0.9`] : [];
    const figures = `${rate.toFixed(2)} of the rate alone, and the stopped one went on`;
    return { figures, wrong, story: bed.story() };
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
