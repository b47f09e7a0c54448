import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const MODULE = new URL("./files.node.ts", import.meta.url).href;

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "process-"));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A process that receives files of its own content under the same suggested name, as fast as it can. */
function receiver(content: string, rounds: number, sizeOctets: number): ChildProcess {
  const script = `
    import { systemFiles } from ${JSON.stringify(MODULE)};
    const files = systemFiles();
    const bytes = Buffer.alloc(${sizeOctets}, ${JSON.stringify(content)});
    const options = { folder: ${JSON.stringify(folder)}, suggestedName: "same.bin", sizeOctets: bytes.length };
    for (let round = 0; round < ${rounds}; round += 1) {
      const part = await files.createPart(options);
      if (!part.ok) throw new Error(part.error.message);
      for (let at = 0; at < bytes.length; at += 65536)
        await part.value.write(at, bytes.subarray(at, at + 65536));
      const done = await part.value.finish({ sizeOctets: bytes.length, hashes: [] });
      if (!done.ok) throw new Error(done.error.kind);
      console.log(done.value.name);
    }
    await files.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

async function namesOf(child: ChildProcess, enough = Number.POSITIVE_INFINITY): Promise<string[]> {
  let output = "";
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    if (output.split("\n").length > enough) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return output.split("\n").slice(0, -1);
}

describe("two processes that publish the same name into the same folder", () => {
  it("lose no file and replace none", async () => {
    const rounds = 30;
    const [ones, twos] = await Promise.all(
      ["1", "2"].map((content) => namesOf(receiver(content, rounds, 100))),
    );
    for (const [names, content] of [
      [ones, "1"],
      [twos, "2"],
    ] as const) {
      expect(names).toHaveLength(rounds);
      for (const name of names ?? [])
        expect(readFileSync(join(folder, name), "utf8")).toBe(content.repeat(100));
    }
    expect(readdirSync(folder)).toHaveLength(2 * rounds);
  });
});

describe("a file that the system does not let grow", () => {
  it("ends in an error, keeps what came, and is removed by discard", async () => {
    const script = `
      import { readdirSync } from "node:fs";
      import { systemFiles } from ${JSON.stringify(MODULE)};
      const folder = ${JSON.stringify(folder)};
      const files = systemFiles();
      const { value: part } = await files.createPart({ folder, suggestedName: "a", sizeOctets: 1e6 });
      const half = Buffer.alloc(500_000);
      const results = [await part.write(0, half.subarray(0, 60_000)), await part.write(60_000, half)];
      console.log(results.map((result) => (result.ok ? "ok" : result.error.kind)).join(" "));
      console.log(part.receivedOctets, readdirSync(folder).length);
      await part.discard();
      console.log(readdirSync(folder).length);
      await files.close();`;
    // 128 blocks of 512 octets; without the signal, writing more fails with EFBIG.
    const command = 'trap \'\' XFSZ; ulimit -f 128; exec "$0" --input-type=module --eval "$1"';
    const child = spawn("sh", ["-c", command, process.execPath, script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    expect(await namesOf(child)).toEqual(["ok too-large", "60000 1", "0"]);
  });
});

describe("a process that is killed while it receives", () => {
  it("leaves every file that it reported, and under a final name no other than whole ones", async () => {
    const sizeOctets = 1_500_000;
    for (const enough of [1, 4]) {
      const reported = await namesOf(receiver("x", 1000, sizeOctets), enough);
      const present = readdirSync(folder);
      expect(present).toEqual(expect.arrayContaining(reported));
      for (const name of present.filter((entry) => !entry.endsWith(".part")))
        expect(statSync(join(folder, name)).size).toBe(sizeOctets);
      expect(present.filter((entry) => entry.endsWith(".part")).length).toBeLessThanOrEqual(1);
      for (const name of present) rmSync(join(folder, name));
    }
  });
});
