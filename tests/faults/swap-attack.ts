import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { SystemFiles } from "../../main/storage/files.node.ts";
import { systemFiles } from "../../main/storage/files.node.ts";
import { SeededRandom } from "../support/fake-random.ts";

/**
 * An attacker process of the same user swaps folder, part and final name for links and files of its own, as fast as it
 * can, while this process receives files. `node tests/faults/swap-attack.ts [ROUNDS] [SEED]`; ends with 1 when one octet
 * or name lies outside the folder, or a wrong file has a final name.
 */

export interface AttackOptions {
  readonly rounds: number;
  readonly seed?: number;
}

export interface AttackResult {
  /** Files that were published in spite of the attacker. */
  readonly published: number;
  /** Rounds that ended in an error. */
  readonly refused: number;
  /** Swaps that the attacker made. */
  readonly swaps: number;
  /** What lies outside the folder that should not, or is not as it was. */
  readonly outside: readonly string[];
  /** Files of ours with octets that are not those that were sent. */
  readonly damaged: readonly string[];
}

interface Scene {
  readonly root: string;
  readonly folder: string;
  readonly away: string;
  readonly outside: string;
  readonly victim: string;
}

const FINAL_NAME = "final.bin";
const VICTIM = "a file of the user that nobody may touch";
const SIZE = 40_000;
const OURS = Buffer.alloc(SIZE, "ours");
const THEIRS = "the attacker's own";

function sceneIn(root: string): Scene {
  const outside = join(root, "outside");
  return {
    ...{ root, outside, victim: join(outside, "victim") },
    ...{ folder: join(root, "in"), away: join(root, "away") },
  };
}

/** Receives files while the attacker is at work, and looks what came of it. */
export async function attack({ rounds, seed = 1 }: AttackOptions): Promise<AttackResult> {
  const scene = sceneIn(mkdtempSync(join(tmpdir(), "swap-")));
  mkdirSync(scene.outside);
  writeFileSync(scene.victim, VICTIM);
  const files = systemFiles();
  try {
    // The folder is the user's when it is used first.
    await receive(files, scene.folder);
    const { child, swaps } = await startAttacker(scene.root, seed);
    const published = await receiveAll(files, { folder: scene.folder, rounds }).finally(() => {
      // Also after an error: what still swaps would be in the way of removing it.
      child.stdin?.end();
      return once(child, "exit");
    });
    return {
      ...{ published, refused: rounds - published, swaps: await swaps },
      ...{ outside: outsideOf(scene), damaged: damagedIn(scene) },
    };
  } finally {
    await files.close();
    rmSync(scene.root, { recursive: true, force: true });
  }
}

/** @returns how many were published */
async function receiveAll(
  files: SystemFiles,
  { folder, rounds }: { readonly folder: string; readonly rounds: number },
): Promise<number> {
  let published = 0;
  for (let round = 0; round < rounds; round += 1) if (await receive(files, folder)) published += 1;
  return published;
}

async function receive(files: SystemFiles, folder: string): Promise<boolean> {
  const options = { folder, suggestedName: FINAL_NAME, sizeOctets: SIZE };
  const part = await files.createPart(options);
  if (!part.ok) return false;
  const half = SIZE / 2;
  const first = await part.value.write(0, OURS.subarray(0, half));
  const second = await part.value.write(half, OURS.subarray(half));
  const done = await part.value.finish({ sizeOctets: SIZE, hashes: [] });
  if (!done.ok) await part.value.discard();
  return first.ok && second.ok && done.ok;
}

/** Every name that is not one of the scene's own, and the victim if it was touched. */
function outsideOf({ root, outside, victim }: Scene): readonly string[] {
  const known = new Set(["in", "away", "outside", "stolen"]);
  const strange = [
    ...readdirSync(root).filter((name) => !known.has(name) && !name.startsWith("moved-")),
    ...readdirSync(outside).filter((name) => name !== "victim"),
  ];
  const { size, mode } = lstatSync(victim);
  const isTouched = readFileSync(victim, "utf8") !== VICTIM || size !== VICTIM.length;
  return isTouched || (mode & 0o7000) !== 0 ? [...strange, "victim"] : strange;
}

/** Wherever the attacker moved them to: what has a final name is whole. */
function damagedIn({ root, outside }: Scene): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath !== outside)
    .filter(({ name }) => name.startsWith("final"))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => {
      const content = readFileSync(path);
      return !content.equals(OURS) && ![VICTIM, THEIRS].includes(content.toString("utf8"));
    });
}

async function startAttacker(
  root: string,
  seed: number,
): Promise<{ readonly child: ChildProcess; readonly swaps: Promise<number> }> {
  const script = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [script, "attacker", root, String(seed)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  const begun = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      resolve();
    });
  });
  const swaps = once(child, "close").then(() => Number(output.split("\n").at(-2) ?? "0"));
  await begun;
  return { child, swaps };
}

/** Runs in the attacker's process, until its standard input ends. */
async function beAttacker(root: string, seed: number): Promise<void> {
  const scene = sceneIn(root);
  const seeded = new SeededRandom(seed);
  const random = (): number => seeded.unit();
  const over = new AbortController();
  let swaps = 0;
  process.stdin.on("end", () => {
    over.abort();
  });
  process.stdin.resume();
  process.stdout.write("begun\n");
  while (!over.signal.aborted) {
    for (let turn = 0; turn < 3; turn += 1) swaps += strike(scene, random) ? 1 : 0;
    // Sometimes a file must get through, or only the refusals are tried.
    await delay(random() * 4);
  }
  process.stdout.write(`${String(swaps)}\n`);
}

type Strike = (scene: Scene, random: () => number) => void;

const STRIKES: readonly Strike[] = [
  // The folder becomes a link to the outside, and comes back a little later.
  ({ folder, away, outside }, random) => {
    renameSync(folder, away);
    symlinkSync(outside, folder);
    for (let until = performance.now() + random() * 2; performance.now() < until; );
    unlinkSync(folder);
    renameSync(away, folder);
  },
  // The part becomes a link, another file, or a second name of the victim.
  (scene, random) => {
    const part = readdirSync(scene.folder).find((name) => name.endsWith(".part"));
    if (part === undefined) return;
    const path = join(scene.folder, part);
    renameSync(path, join(scene.root, "stolen"));
    plant(scene, path, random);
  },
  // The final name is taken by a link, also one that leads to a file which is not there yet.
  (scene, random) => {
    const number = Math.floor(random() * 3);
    const name = number === 0 ? FINAL_NAME : `final (${String(number)}).bin`;
    const path = join(scene.folder, name);
    rmSync(path, { force: true });
    plant(scene, path, random);
  },
  // What was planted, and what was received, goes again, so that names stay few.
  ({ folder }) => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true });
  },
];

function plant({ victim, outside }: Scene, path: string, random: () => number): void {
  const kind = Math.floor(random() * 4);
  if (kind === 0) symlinkSync(victim, path);
  else if (kind === 1) symlinkSync(join(outside, "made"), path);
  else if (kind === 2) linkSync(victim, path);
  else writeFileSync(path, THEIRS, { flag: "wx" });
}

function strike(scene: Scene, random: () => number): boolean {
  const chosen = STRIKES[Math.floor(random() * STRIKES.length)];
  try {
    // Through a link that was left the attacker would only hit what it guards.
    if (!lstatSync(scene.folder).isDirectory()) throw new Error("not in its place");
    chosen?.(scene, random);
    return true;
  } catch {
    // The other process was faster. A folder that could not come back is put back.
    repair(scene);
    return false;
  }
}

function repair({ folder, away, root }: Scene): void {
  try {
    if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true) unlinkSync(folder);
    if (lstatSync(away, { throwIfNoEntry: false }) === undefined) return;
    const isTaken = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
    renameSync(away, isTaken ? join(root, `moved-${String(performance.now())}`) : folder);
  } catch {
    // The next strike tries again.
  }
}

async function main([first = "1000", second, third = "1"]: readonly string[]): Promise<void> {
  if (first === "attacker") {
    await beAttacker(second ?? "", Number(third));
    return;
  }
  const startMs = performance.now();
  const result = await attack({ rounds: Number(first), seed: Number(second ?? "1") });
  const s = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(`${JSON.stringify({ rounds: Number(first), s, ...result })}\n`);
  if (result.outside.length > 0 || result.damaged.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
