import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { FilePart } from "../../main/base/files.ts";
import { SeededRandom } from "../support/fake-random.ts";
import { CALL_SITES, type CallSite, type FaultPlan, FaultyFiles } from "../support/faulty-files.ts";
import { MemoryFiles } from "../support/memory-files.ts";

const SIZE = 300_000;
const STEP = 20_000;
const BYTES = new SeededRandom(99).bytes(SIZE);
const HASHES = [{ algorithm: "sha-256", hex: createHash("sha256").update(BYTES).digest("hex") }];
const ORIGIN = {
  ...{ peer: "sip:alice@a.example", conversationId: "c", offeredName: "a.bin", hashes: HASHES },
};
const QUERY = { ...ORIGIN, name: "a.bin", sizeOctets: SIZE };
const OLD = Buffer.from("a file of the user");
/** More processes than any plan here ends. */
const MAX_PROCESSES = 20;

function freshDisk(): MemoryFiles {
  return new MemoryFiles().put("/in/a.bin", OLD);
}

/** What a receiver does: goes on with what is there, and keeps what it has when something fails. */
async function receive(files: FaultyFiles): Promise<boolean> {
  const part = await openPart(files);
  if (part === undefined) return false;
  for (let at = part.receivedOctets; at < SIZE; at += STEP) {
    const written = await part.write(at, BYTES.subarray(at, at + STEP));
    if (written.ok) continue;
    await part.keep();
    return false;
  }
  const done = await part.finish({ sizeOctets: SIZE, hashes: HASHES });
  if (!done.ok) await part.keep();
  return done.ok;
}

async function openPart(files: FaultyFiles): Promise<FilePart | undefined> {
  const found = await files.findPart(QUERY);
  const options = { folder: "/in", suggestedName: "a.bin", sizeOctets: SIZE, journal: ORIGIN };
  const part =
    found === undefined ? await files.createPart(options) : await files.resumePart(found.key);
  return part.ok ? part.value : undefined;
}

/** One process after the other, until the file is there. */
async function receiveAtLast(plans: (process: number) => FaultPlan): Promise<MemoryFiles> {
  let disk = freshDisk();
  for (let process = 0; process < MAX_PROCESSES; process += 1) {
    let died: () => void = () => undefined;
    const death = new Promise<false>((resolve) => {
      died = () => {
        resolve(false);
      };
    });
    const files = new FaultyFiles(disk, {
      ...plans(process),
      onCrash: () => {
        died();
      },
    });
    const isDone = await Promise.race([receive(files), death]);
    if (files.isDead) disk = files.crash();
    if (isDone || [...disk.content.values()].some((content) => content.equals(BYTES))) return disk;
  }
  throw new Error("the file never came");
}

/** What is on the disk: the file once, what the user had, and nothing else with a final name. */
function contentOf(disk: MemoryFiles): readonly string[] {
  return [...disk.content].map(([path, content]) => {
    if (content.equals(BYTES)) return "the file";
    return content === OLD && path === "/in/a.bin" ? "the user's" : path;
  });
}

const WANTED = ["the user's", "the file"];

const RECEIVING: readonly CallSite[] = CALL_SITES.filter((site) =>
  ["findPart", "createPart", "resumePart", "write", "finish", "keep"].includes(site),
);

describe("reliability §5.3: a receiver on a failing disk in memory", () => {
  it.each(RECEIVING)(
    "MUST have the whole file once, whatever fails or ends at %s",
    async (site) => {
      for (let nth = 1; nth <= SIZE / STEP + 1; nth += 1) {
        for (const kind of ["no-space", "io"] as const) {
          const at = [{ site, nth, kind }];
          expect(
            contentOf(
              await receiveAtLast((process) => (process === 0 ? { seed: nth, at } : { seed: 0 })),
            ),
          ).toEqual(WANTED);
        }
        for (const side of ["before", "after"] as const) {
          const crashAt = { site, nth, side };
          const plan = (process: number): FaultPlan =>
            process === 0 ? { seed: nth, crashAt } : { seed: 0 };
          expect(contentOf(await receiveAtLast(plan))).toEqual(WANTED);
        }
      }
    },
  );

  it("MUST have it once by 300 seeds of many faults and crashes", async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = new SeededRandom(seed);
      const plan = (process: number): FaultPlan => {
        const site = RECEIVING[Math.floor(random.unit() * RECEIVING.length)] ?? "write";
        const nth = 1 + Math.floor(random.unit() * 10);
        const side = random.unit() < 0.5 ? "before" : "after";
        if (process > 8) return { seed };
        return { seed: seed + process, rate: 0.05, crashAt: { site, nth, side } };
      };
      expect(contentOf(await receiveAtLast(plan))).toEqual(WANTED);
    }
  });

  it("goes on after a crash with no more than was claimed", async () => {
    const first = new FaultyFiles(freshDisk(), { seed: 3 });
    const part = await openPart(first);
    await part?.write(0, BYTES.subarray(0, 200_000));
    const next = new FaultyFiles(first.crash(), { seed: 3 });
    const found = await next.findPart(QUERY);
    expect(found?.durableOctets).toBeGreaterThan(0);
    expect(found?.durableOctets).toBeLessThan(200_000);
    expect(first.isDead).toBe(true);
  });
});
