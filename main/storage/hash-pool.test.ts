import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HashPool } from "./hash-pool.node.ts";

const BYTES = randomBytes(2_000_000);
const HALF = 1_000_000;

let root: string;
let pool: HashPool;
const handles: FileHandle[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hash-"));
  pool = new HashPool(1);
});

afterEach(async () => {
  await pool.close();
  for (const handle of handles.splice(0)) await handle.close();
  rmSync(root, { recursive: true });
});

async function file(bytes: Buffer): Promise<number> {
  const path = join(root, randomBytes(4).toString("hex"));
  writeFileSync(path, bytes);
  const handle = await open(path);
  handles.push(handle);
  return handle.fd;
}

/** A job that has hashed so many octets, suspended. */
async function halfway(): Promise<Awaited<ReturnType<ReturnType<HashPool["start"]>["suspend"]>>> {
  const job = pool.start(await file(BYTES), { algorithms: ["sha-1"] });
  job.advance(HALF);
  for (;;) {
    const suspended = await job.suspend();
    if (suspended === undefined || suspended.octets === HALF) return suspended;
    const again = suspended.resume(handles[0]?.fd ?? -1);
    again?.advance(HALF);
  }
}

describe("reliability §5.3: the hash of a file that is closed and opened again", () => {
  it("MUST go on behind what is hashed, and read nothing before it again", async () => {
    const suspended = await halfway();
    expect(suspended?.octets).toBe(HALF);
    const other = Buffer.from(BYTES).fill(0, 0, HALF);
    const job = suspended?.resume(await file(other));
    const hashes = await job?.finish(BYTES.length);
    expect(hashes).toEqual({
      ok: true,
      value: { sha1: createHash("sha1").update(BYTES).digest("hex") },
    });
  });

  it("is nothing any more once it was dropped, or its worker has ended", async () => {
    const dropped = await halfway();
    dropped?.drop();
    const hashes = await dropped?.resume(await file(BYTES))?.finish(BYTES.length);
    expect(hashes?.ok ?? false).toBe(false);
    const left = await halfway();
    await pool.close();
    expect(left?.resume(await file(BYTES))).toBeUndefined();
  });

  it("MUST NOT wait for a job that has failed", async () => {
    const job = pool.start(-1, { algorithms: ["sha-1"] });
    job.advance(10);
    const suspended = await job.suspend();
    expect(suspended?.octets ?? 0).toBe(0);
  });
});
