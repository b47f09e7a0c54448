import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  LEAST_RATE,
  needsResets,
  rateUnderResets,
  sparse,
  tookMs,
} from "../faults/network-cases.ts";
import { TransferBed } from "../faults/transfer-bed.ts";
import { CpmProcess } from "../support/cpm-process.ts";
import { GIB } from "./cases.ts";

const MIB = 1024 ** 2;
const LONG_OCTETS = 20 * GIB;
/** A process may grow by so much between a quarter and the end of a long file. */
const MAX_GROWTH_MIB = 24;
/** Where the resident memory is looked at. */
const MARKS = [0.25, 0.5, 0.75, 0.95];

/**
 * Figures of whole programs over both networks: what a kill costs, what resets leave of the rate, and with `isLong` the memory
 * of a file of 20 GiB.
 * @returns whether all are as good as they must be
 */
export async function printInterrupted(isLong: boolean): Promise<boolean> {
  // Builds what is missing or old.
  await new CpmProcess("build", ["--version"]).exit();
  const folder = await mkdtemp(join(tmpdir(), "cpm-bench-"));
  try {
    await TransferBed.with(folder, (bed) => printResumeCost(bed, folder));
    const isQuick = await printResets(folder);
    const isFlat = !isLong || (await TransferBed.with(folder, (bed) => printLong(bed, folder)));
    return isQuick && isFlat;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The receiver is killed halfway, and `cpm resume` goes on at once. */
async function printResumeCost(bed: TransferBed, folder: string): Promise<void> {
  const path = sparse(folder, GIB, 1);
  // The first one is for everything that is slow but once.
  await bed.receiver("carol");
  await tookMs(bed.send("alice", "carol", path));
  const undisturbedMs = await tookMs(bed.send("alice", "carol", path));
  const receiver = await bed.receiver("bob");
  const sender = bed.send("alice", "bob", path);
  const half = await receiver.event("progress", ({ octets }) => Number(octets) > GIB / 2);
  const reached = Number(half["octets"]);
  await receiver.kill();
  const resume = bed.resume("bob");
  const resumed = await resume.event("resumed");
  const [file] = resumed["files"] as readonly { readonly octets: number }[];
  const ms = await tookMs(sender);
  const twiceMiB = Math.max(0, reached - (file?.octets ?? 0)) / MIB;
  const costS = (ms - undisturbedMs) / 1000;
  console.log(
    `resume after kill -9, 1 GiB: ${costS.toFixed(1)} s more than ${(undisturbedMs / 1000).toFixed(1)} s, ${twiceMiB.toFixed(1)} MiB twice`,
  );
}

async function printResets(folder: string): Promise<boolean> {
  const missing = needsResets();
  if (missing !== undefined) {
    console.log(`rate under resets: not run, needs ${missing}`);
    return true;
  }
  const { rate, resets } = await TransferBed.with(folder, (bed) =>
    rateUnderResets(bed, sparse(folder, GIB, 1)),
  );
  const isGood = rate >= LEAST_RATE;
  console.log(
    `rate under resets, 1 GiB: ${rate.toFixed(2)} of the undisturbed with ${String(resets)} resets${isGood ? "" : "   MISSED"}`,
  );
  return isGood;
}

async function printLong(bed: TransferBed, folder: string): Promise<boolean> {
  const path = sparse(folder, LONG_OCTETS, 1);
  const receiver = await bed.receiver("bob");
  const sender = bed.send("alice", "bob", path);
  const all = [sender, bed.elements.process("pf-a"), bed.elements.process("pf-b"), receiver];
  const rss: (readonly number[])[] = [];
  for (const mark of MARKS) {
    await receiver.event("progress", ({ octets }) => Number(octets) > LONG_OCTETS * mark);
    rss.push(await Promise.all(all.map(({ pid }) => rssMiB(pid))));
  }
  const ms = await tookMs(sender);
  const growth = Math.max(...all.map((_, i) => (rss.at(-1)?.[i] ?? 0) - (rss[0]?.[i] ?? 0)));
  const isFlat = growth <= MAX_GROWTH_MIB;
  console.log(
    `20 GiB, sparse: ${(LONG_OCTETS / ms / 1000).toFixed(0)} MB/s, RSS MiB ${rss.map((one) => one.map((mib) => mib.toFixed(0)).join("/")).join(" ")}${isFlat ? "" : "   MISSED"}`,
  );
  return isFlat;
}

async function rssMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}
