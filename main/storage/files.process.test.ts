import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { need } from "../../tests/support/need.ts";

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
    const rounds = 500;
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

describe("a disk that is full", () => {
  const isMountable =
    process.platform === "linux" &&
    spawnSync("unshare", ["-Urm", "mount", "-t", "tmpfs", "t", "/mnt"]).status === 0;
  const canRun = need(isMountable, "a mount of its own, for a disk that is full");

  // Needs a mount of its own, which not every system gives to its users.
  it.skipIf(!canRun)(
    "is an error of its own; the transfer goes on when there is room",
    async () => {
      const script = `
      import { rmSync, readFileSync, writeFileSync } from "node:fs";
      import { systemFiles } from ${JSON.stringify(MODULE)};
      const files = systemFiles({ profileFolder: ${JSON.stringify(folder)} });
      const journal = { peer: "sip:a@a.example", conversationId: "c", offeredName: "a", hashes: [] };
      const bytes = Buffer.alloc(900_000, "x");
      // The reserve would not let a file begin on so small a disk.
      files.freeOctets = () => Promise.resolve({ ok: true, value: 1e12 });
      const made = await files.createPart({ folder: "/mnt", suggestedName: "a", sizeOctets: 900_000, journal });
      const part = made.value;
      writeFileSync("/mnt/other", Buffer.alloc(600_000));
      const say = (result) => console.log(result.ok ? "ok" : result.error.kind);
      say(await part.write(0, bytes.subarray(0, 300_000)));
      say(await part.write(300_000, bytes.subarray(300_000)));
      say(await part.write(300_000, bytes.subarray(300_000)));
      const kept = await part.keep();
      console.log(kept.durableOctets);
      rmSync("/mnt/other");
      const again = await files.resumePart(kept.key);
      say(await again.value.write(300_000, bytes.subarray(300_000)));
      const done = await again.value.finish({ sizeOctets: 900_000, hashes: [] });
      console.log(readFileSync(done.value.path).equals(bytes));
      await files.close();`;
      const mount = "mount -t tmpfs -o size=1m t /mnt";
      const command = `${mount} && exec "$0" --input-type=module --eval "$1"`;
      const child = spawn("unshare", ["-Urm", "sh", "-c", command, process.execPath, script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      const expected = ["ok", "no-space", "no-space", "300000", "ok", "true"];
      expect(await namesOf(child)).toEqual(expected);
    },
  );
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
