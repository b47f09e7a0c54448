import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CpmProcess } from "../support/cpm-process.ts";
import { KILL_CASES, stopNetworks } from "./kill-cases.ts";

/** A few of `npm run faults -- --only kill/`: each process, each kind of place. */
const SAMPLE = [
  "100kB/sender before in REPORT",
  "100kB/receiver after out 200 INVITE",
  "100kB/receiver before link",
  "100kB/receiver after out REPORT",
  "100kB/pf-a before in REPORT",
  "100kB/pf-b after out BYE",
  "100kB/core-a after in INVITE",
  "100kB/core-b after out 200 INVITE",
  "20MB/sender after out SEND 12",
  "20MB/receiver before datasync part",
  "20MB/receiver after datasync journal 2",
  "20MB/receiver after write part 20",
  "20MB/pf-b after out 200 SEND 15",
  "20MB/pf-a after out SEND 12",
  "300MB/receiver after datasync part 30",
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-kill-"));
  // Builds what is missing or old; the cases run what was built.
  const builds = new CpmProcess("build", ["--version"]);
  expect(await builds.exit(), builds.story()).toBe(0);
}, 180_000);

afterAll(async () => {
  await stopNetworks();
  await rm(folder, { recursive: true });
});

describe("reliability 5.3: a process is killed, and the transfer goes on", () => {
  it("has at least 25 points for each process", () => {
    for (const victim of ["sender", "receiver", "pf", "core"]) {
      const points = KILL_CASES.filter(({ name }) => name.startsWith(`kill/100kB/${victim}`));
      expect(points.length, victim).toBeGreaterThanOrEqual(25);
    }
  });

  it.each(SAMPLE)("MUST lose nothing: %s", async (name) => {
    const found = KILL_CASES.find((each) => each.name === `kill/${name}`);
    if (found === undefined) throw new Error(`no such case: ${name}`);
    const { figures, wrong, story } = await found.run({ folder, seed: 1 });
    process.stdout.write(`${name}: ${figures}\n`);
    expect(wrong, story).toEqual([]);
  });
});
