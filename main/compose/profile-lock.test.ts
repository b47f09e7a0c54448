import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lockProfile } from "./profile-lock.node.ts";

const folder = mkdtempSync(join(tmpdir(), "cpm-lock-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("one device for each profile", () => {
  it("gives the profile to one holder at a time", () => {
    const first = lockProfile(folder);
    expect(first).toBeDefined();
    expect(lockProfile(folder)).toBeUndefined();
    first?.release();
    const next = lockProfile(folder);
    expect(next).toBeDefined();
    next?.release();
  });

  it("gives it back when its holder is killed", async () => {
    const module = resolve(import.meta.dirname, "profile-lock.node.ts");
    const script = `import { lockProfile } from ${JSON.stringify(module)};
      globalThis.lock = lockProfile(${JSON.stringify(folder)});
      process.stdout.write("held");
      setInterval(() => undefined, 1000);`;
    const holder = spawn(process.execPath, ["--input-type=module", "--eval", script]);
    await once(holder.stdout, "data");
    expect(lockProfile(folder)).toBeUndefined();
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const next = lockProfile(folder);
    expect(next).toBeDefined();
    next?.release();
  });
});
