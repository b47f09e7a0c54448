import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startLoopbackNetwork } from "../../tests/support/loopback-network.ts";
import { claimLab, joinLab, type Lab } from "./lab.node.ts";
import {
  isLabAlive,
  ownRecord,
  readRecord,
  runtimeFolder,
  writeRecord,
} from "./lab-record.node.ts";

let folder: string;
const labs: Lab[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lab-"));
});

afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.stop();
  rmSync(folder, { recursive: true });
});

let starts = 0;

async function joined(): Promise<Lab> {
  const lab = await joinLab(() => {
    starts += 1;
    return startLoopbackNetwork();
  }, folder);
  labs.push(lab);
  return lab;
}

beforeEach(() => {
  starts = 0;
});

describe("the built-in network of this machine", () => {
  it("is started by the first program and found by the next", async () => {
    const first = await joined();
    const second = await joined();
    expect([first.isOwner, second.isOwner, starts]).toEqual([true, false, 1]);
    expect(second.networks).toEqual(first.networks);
  });

  it("is one, also when several programs start at once", async () => {
    const all = await Promise.all([joined(), joined(), joined()]);
    expect(starts).toBe(1);
    expect(all.filter(({ isOwner }) => isOwner)).toHaveLength(1);
    expect(new Set(all.map(({ networks }) => JSON.stringify(networks))).size).toBe(1);
  });

  it("is taken over when its owner ends", async () => {
    const first = await joined();
    const second = await joined();
    await first.stop();
    expect(readRecord(folder)).toBeUndefined();
    await second.lost;
    const again = await joined();
    expect([again.isOwner, starts]).toEqual([true, 2]);
  });

  it("is gone as a whole when a part of it is", async () => {
    const network = await startLoopbackNetwork();
    const lab = await joinLab(() => Promise.resolve(network), folder);
    network.lose();
    await lab.lost;
    expect(readRecord(folder)).toBeUndefined();
    expect((await joined()).isOwner).toBe(true);
  });

  it("may be tried again when it could not be started", async () => {
    await expect(joinLab(() => Promise.reject(new Error("no")), folder)).rejects.toThrow("no");
    expect((await joined()).isOwner).toBe(true);
  });

  it("is claimed by one program only", async () => {
    labs.push((await claimLab(startLoopbackNetwork, folder)) ?? expect.fail("not claimed"));
    expect(await claimLab(startLoopbackNetwork, folder)).toBeUndefined();
  });
});

describe("lab.json", () => {
  it("is for this user alone and names process and addresses", async () => {
    const lab = await joined();
    expect(statSync(join(folder, "lab.json")).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(folder, "lab.json"), "utf8"))).toMatchObject({
      ...{ pid: process.pid, networks: lab.networks },
    });
  });

  it("of a program that is gone counts nothing", async () => {
    const child = spawn(process.execPath, ["--eval", ""]);
    await once(child, "exit");
    const network = await startLoopbackNetwork();
    writeRecord(folder, { ...ownRecord(network.networks), pid: child.pid ?? 0 });
    const lab = await joined();
    expect([lab.isOwner, readRecord(folder)?.pid]).toEqual([true, process.pid]);
    await network.stop();
  });

  it("of a later process with the same number counts nothing", async () => {
    const network = await startLoopbackNetwork();
    const record = ownRecord(network.networks);
    expect(await isLabAlive(record)).toBe(true);
    // Systems that tell no start time cannot tell the two apart; the ports must do there.
    if (record.startTime !== "")
      expect(await isLabAlive({ ...record, startTime: "1" })).toBe(false);
    await network.stop();
    expect(await isLabAlive(record)).toBe(false);
  });

  it.each(["", "{", "[]", '{"pid":1,"startTime":"","networks":[{}]}'])(
    "that says %j is none",
    async (text) => {
      writeFileSync(join(folder, "lab.json"), text);
      expect(readRecord(folder)).toBeUndefined();
      expect((await joined()).isOwner).toBe(true);
    },
  );

  it("is written in the user's own folder", () => {
    const own = join(folder, "own");
    expect(runtimeFolder({ XDG_RUNTIME_DIR: folder })).toBe(join(folder, "cpm-courier"));
    expect(runtimeFolder({ CPM_RUNTIME_DIR: own, XDG_RUNTIME_DIR: folder })).toBe(own);
    chmodSync(own, 0o755);
    runtimeFolder({ CPM_RUNTIME_DIR: own });
    expect(statSync(own).mode & 0o777).toBe(0o700);
  });

  it("is taken over from a program that was killed", async () => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", OWNER], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, LAB: folder, FROM: resolve(import.meta.dirname, "../..") },
    });
    await once(child.stdout, "data");
    const guest = await joined();
    expect([guest.isOwner, starts]).toEqual([false, 0]);
    child.kill("SIGKILL");
    await guest.lost;
    const taken = await joined();
    expect([taken.isOwner, starts]).toEqual([true, 1]);
  });
});

const OWNER = `
  const { joinLab } = await import(process.env.FROM + "/main/compose/lab.node.ts");
  const { startLoopbackNetwork } = await import(process.env.FROM + "/tests/support/loopback-network.ts");
  await joinLab(startLoopbackNetwork, process.env.LAB);
  process.stdout.write("up");
`;
