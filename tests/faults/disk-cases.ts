import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
} from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { CaseContext, CaseResult, FaultCase } from "./fault-case.ts";
import { makePayload } from "./kill-payload.ts";
import { must, needsRoot } from "./needs.ts";
import { attack } from "./swap-attack.ts";
import { TransferBed } from "./transfer-bed.ts";

const FAULTY_FS = fileURLToPath(new URL("faulty_fs.py", import.meta.url));
/** The one that Debian's packages are for. */
const DEBIAN_PYTHON = "/usr/bin/python3";
/** 512 MiB stay free whatever is received. */
const DISK = "size=1100m";
/** Of the disk that is filled while a file comes: a little more of it still fits. */
const SPARED_OCTETS = 8_000_000;

export const DISK_CASES: readonly FaultCase[] = [
  diskCase("disk/full while a file comes", needsRoot, fullDisk),
  diskCase("disk/read-only folder", needsRoot, readOnlyFolder),
  diskCase("disk/folder becomes a link", () => undefined, swappedFolder),
  diskCase("disk/slow, 2 ms for 4 KiB and 500 ms a sync", needsFuse, (context) =>
    faultyDisk(context, "slow"),
  ),
  diskCase("disk/EIO while a file comes", needsFuse, (context) => faultyDisk(context, "eio")),
  diskCase("disk/fsync fails", needsFuse, (context) => faultyDisk(context, "fsync")),
  diskCase("disk/an attacker swaps names, 10,000 rounds", () => undefined, attacked),
];

function diskCase(name: string, missing: FaultCase["missing"], run: FaultCase["run"]): FaultCase {
  return { name, isParallel: false, run, ...(missing === undefined ? {} : { missing }) };
}

function needsFuse(): string | undefined {
  if (needsRoot() !== undefined) return needsRoot();
  const isHere = existsSync("/dev/fuse") && existsSync("/usr/lib/python3/dist-packages/fusepy.py");
  return isHere ? undefined : "/dev/fuse and python3-fusepy";
}

/** A file system of its own, gone afterwards. */
async function mounted<T>(parent: string, run: (place: string) => Promise<T>): Promise<T> {
  const place = await mkdtemp(join(parent, "disk-"));
  must("mount", "-t", "tmpfs", "-o", DISK, "tmpfs", place);
  try {
    return await run(place);
  } finally {
    must("umount", "-l", place);
  }
}

async function attacked({ seed }: CaseContext): Promise<CaseResult> {
  const { published, refused, swaps, outside, damaged } = await attack({ rounds: 10_000, seed });
  return {
    figures: `${String(swaps)} swaps, ${String(published)} published, ${String(refused)} refused`,
    wrong: [
      ...outside.map((path) => `outside the folder: ${path}`),
      ...damaged.map((path) => `not what was sent: ${path}`),
    ],
  };
}

/** Another program fills the disk; once it has gone, the transfer goes on. */
function fullDisk({ folder, seed }: CaseContext): Promise<CaseResult> {
  return mounted(folder, (disk) =>
    TransferBed.with(folder, async (bed) => {
      const payload = await makePayload(folder, "300MB", seed);
      const received = join(disk, "received");
      const receiver = await bed.receiver("bob", received);
      const sender = bed.send("alice", "bob", payload.path);
      await receiver.event("answered");
      const filler = join(disk, "filler");
      // What is free stays so while it is counted and taken.
      receiver.signal("SIGSTOP");
      const { bavail, bsize } = statfsSync(disk);
      must("fallocate", "-l", String(bavail * bsize - SPARED_OCTETS), filler);
      receiver.signal("SIGCONT");
      const paused = await receiver.event("paused");
      rmSync(filler);
      const code = await sender.exit();
      const wrong = [...(await bed.wrongIn(received, payload.sha256))];
      if (code !== 0) wrong.push(`the sender ended with ${String(code)}`);
      if (paused["by"] !== "space") wrong.push(`paused by ${String(paused["by"])}`);
      return { figures: "waited for space, then whole", wrong, story: bed.story() };
    }),
  );
}

/** Refused in words, and taken as soon as it may be. */
function readOnlyFolder({ folder, seed }: CaseContext): Promise<CaseResult> {
  return mounted(folder, (disk) =>
    TransferBed.with(folder, async (bed) => {
      const payload = await makePayload(folder, "20MB", seed);
      const received = join(disk, "received");
      mkdirSync(received);
      const receiver = await bed.receiver("bob", received);
      must("mount", "-o", "remount,ro", disk);
      const refused = await bed.send("alice", "bob", payload.path).exit();
      must("mount", "-o", "remount,rw", disk);
      const taken = await bed.send("alice", "bob", payload.path).exit();
      const wrong = [...(await bed.wrongIn(received, payload.sha256))];
      if (refused === 0) wrong.push("something was sent to a disk that takes nothing");
      if (!receiver.isRunning) wrong.push("the receiver ended");
      if (taken !== 0) wrong.push(`the second sender ended with ${String(taken)}`);
      return { figures: `refused with ${String(refused)}, then whole`, wrong, story: bed.story() };
    }),
  );
}

/** Nothing may go where the link leads; what is verified is whole, wherever its folder is now. */
function swappedFolder({ folder, seed }: CaseContext): Promise<CaseResult> {
  return TransferBed.with(folder, async (bed) => {
    const payload = await makePayload(folder, "300MB", seed);
    const received = bed.receivedFolder("bob");
    const outside = join(bed.folder, "outside");
    const moved = join(bed.folder, "moved");
    mkdirSync(outside);
    const receiver = await bed.receiver("bob");
    const sender = bed.send("alice", "bob", payload.path);
    await receiver.event("progress");
    renameSync(received, moved);
    symlinkSync(outside, received);
    const code = await sender.exit();
    const wrong = readdirSync(outside).map((name) => `outside: ${name}`);
    if (code === 0) wrong.push(...(await bed.wrongIn(moved, payload.sha256)));
    else if (bed.finals(moved).length > 0)
      wrong.push("a file has its name, the sender was refused");
    return { figures: `sender ${String(code)}, 0 octets outside`, wrong, story: bed.story() };
  });
}

/** For so long, at most, a fault lasts. */
const FAULT_MS = 2500;

type Fault = "slow" | "eio" | "fsync";

/** A folder on a file system whose calls take long, or fail once in the middle. */
async function faultyDisk({ folder, seed }: CaseContext, fault: Fault): Promise<CaseResult> {
  const backing = await mkdtemp(join(folder, "backing-"));
  const place = await mkdtemp(join(folder, "fuse-"));
  const fuse = spawn(DEBIAN_PYTHON, [FAULTY_FS, backing, place, fault], { stdio: "inherit" });
  const ended = once(fuse, "exit");
  try {
    while (must("mount").split(place).length === 1) {
      if (fuse.exitCode !== null) throw new Error("the FUSE file system did not start");
      await delay(50);
    }
    return await TransferBed.with(folder, (bed) => transferTo(bed, place, { folder, seed }, fault));
  } finally {
    if (fuse.exitCode === null) must("umount", "-l", place);
    await ended;
  }
}

async function transferTo(
  bed: TransferBed,
  place: string,
  { folder, seed }: CaseContext,
  fault: Fault,
): Promise<CaseResult> {
  const payload = await makePayload(folder, "20MB", seed);
  const received = join(place, "received");
  const receiver = await bed.receiver("bob", received);
  const sender = bed.send("alice", "bob", payload.path);
  const code = await sender.exit();
  const rssMiB = Number(must("ps", "-o", "rss=", "-p", String(receiver.pid))) / 1024;
  const wrong: string[] = [];
  if (fault === "slow" && code !== 0) wrong.push(`the sender ended with ${String(code)}`);
  if (fault !== "slow" && code === 0)
    wrong.push("the sender believes in a file that is not stored");
  if (code !== 0 && bed.finals(received).length > 0) wrong.push("a failed file has a final name");
  if (!receiver.isRunning) wrong.push("the receiver ended");
  // The fault passes: what is sent again arrives.
  if (code !== 0) await delay(FAULT_MS);
  const again = code === 0 ? 0 : await bed.send("alice", "bob", payload.path).exit();
  if (again !== 0) wrong.push(`sent again, the sender ended with ${String(again)}`);
  wrong.push(...(await bed.wrongIn(received, payload.sha256)));
  const figures = `sender ${String(code)}, then whole, receiver ${rssMiB.toFixed(0)} MiB`;
  return { figures, wrong, story: bed.story() };
}
