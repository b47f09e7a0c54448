import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OfferState } from "../base/transfer-store.ts";
import { lockProfile } from "../compose/profile-lock.node.ts";
import { systemFiles } from "../storage/files.node.ts";
import { openStore } from "../storage/store.node.ts";

const ENTRY = resolve(import.meta.dirname, "../entry.ts");
const REFUSED = [{ event: "error", code: "usage" }, { event: "ended" }];
const HASH = "0123456789".repeat(4);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cpm-resume-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly events: readonly unknown[];
}

/** Of the profile, and of nothing else. */
function list(profile: string): Promise<Ended> {
  const args = [ENTRY, "--role=cli", "resume", "--list", "--json", "--profile", profile];
  const env = { ...process.env, CPM_PASSWORD: "", CPM_JOIN: "" };
  return new Promise((done) => {
    execFile(process.execPath, args, { env }, (error, stdout) => {
      const lines = stdout.trim().split("\n");
      done({
        code: error === null ? 0 : Number(error.code ?? -1),
        events: lines.filter((line) => line !== "").map((line): unknown => JSON.parse(line)),
      });
    });
  });
}

/** A profile whose last program was killed while it sent one file and received another. */
async function leave(profile: string): Promise<void> {
  const store = openStore(profile);
  if (!store.ok) throw new Error(store.error.message);
  const common = { conversationId: "c", contributionId: "d", startedMs: 1000 };
  const state: OfferState = "transferring";
  const file = { index: 0, sizeOctets: 100, octets: 40, state: "transferring" } as const;
  store.value.save({
    ...{ ...common, id: "out", direction: "outgoing", peer: "sip:bob@b.example", state },
    files: [{ ...file, name: "plan.pdf", path: join(folder, "plan.pdf"), sha1: HASH }],
  });
  store.value.save({
    ...{ ...common, id: "in", direction: "incoming", peer: "sip:bob@b.example", state },
    files: [{ ...file, name: "song.mp3" }],
  });
  store.value.close();
  const files = systemFiles({ profileFolder: profile });
  const origin = { peer: "sip:bob@b.example", conversationId: "c", offeredName: "song.mp3" };
  const part = await files.createPart({
    ...{ folder, suggestedName: "song.mp3", sizeOctets: 100 },
    journal: { ...origin, hashes: [], offerId: "in", index: 0 },
  });
  if (!part.ok) throw new Error(part.error.message);
  await part.value.write(0, Buffer.alloc(60));
  await part.value.keep();
  await files.close();
}

describe("cpm resume --list", () => {
  it("shows what is stored, and needs neither an account nor a network", async () => {
    const profile = join(folder, "alice");
    await leave(profile);
    const file = { index: 0, sizeOctets: 100 };
    expect(await list(profile)).toMatchObject({
      code: 0,
      events: [
        { event: "resumable", id: "in", files: [{ ...file, name: "song.mp3", octets: 60 }] },
        { event: "resumable", id: "out", files: [{ ...file, name: "plan.pdf", octets: 40 }] },
        { event: "ended", exit: 0 },
      ],
    });
  });

  it("makes no profile, and leaves alone one that another program uses", async () => {
    const profile = join(folder, "bob");
    expect(await list(profile)).toMatchObject({ code: 2, events: REFUSED });
    expect(existsSync(profile)).toBe(false);
    await leave(profile);
    const lock = lockProfile(profile);
    expect(await list(profile)).toMatchObject({ code: 2, events: REFUSED });
    lock?.release();
  });
});
