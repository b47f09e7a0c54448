import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { need } from "../support/need.ts";

const ANALYZE = "/usr/bin/systemd-analyze";
const UNITS = fileURLToPath(new URL("../../deploy/systemd", import.meta.url));
const canRun = need(existsSync(ANALYZE), "systemd-analyze");

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cpm-units-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

// systemd is a program of its own: without it nothing could be shown, and `need` has said so.
describe.skipIf(!canRun)("deploy/systemd: units of a home network", () => {
  it.each([
    ["cpm-core@", "a.example"],
    ["cpm-pf@", "5070"],
  ])("MUST hold nothing that systemd does not understand: %s", async (name, instance) => {
    const unit = join(folder, `${name}${instance}.service`);
    await copyFile(join(UNITS, `${name}.service`), unit);
    const { stderr } = await promisify(execFile)(ANALYZE, ["verify", unit]).catch(
      (error: unknown) => error as { readonly stderr: string },
    );
    // The programs themselves need not be installed here.
    const complaints = stderr
      .split("\n")
      .filter((line) => line !== "" && !line.includes("is not executable"));
    expect(complaints).toEqual([]);
  });

  it("MUST give a worker no privilege, and time to end its transfers", async () => {
    const unit = await readFile(join(UNITS, "cpm-pf@.service"), "utf8");
    for (const line of ["DynamicUser=yes", "NoNewPrivileges=yes", "TimeoutStopSec=10"])
      expect(unit.split("\n")).toContain(line);
  });
});
