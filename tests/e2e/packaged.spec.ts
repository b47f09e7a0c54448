import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { _electron, expect, test } from "@playwright/test";

const ROOT = join(import.meta.dirname, "..", "..");
const execute = promisify(execFile);

/** Where tests run on the host, the packed application does too. */
const runtime = process.env["ELECTRON_OVERRIDE_DIST_PATH"] === undefined ? [] : ["--host"];

let folder = "";
let unpacked = "";

test.beforeAll(async () => {
  test.setTimeout(120_000);
  folder = await mkdtemp(join(tmpdir(), "cpm-packaged-"));
  const args = ["dir", ...runtime, "--keep-inspect", `--output=${folder}`];
  await execute(process.execPath, [join(ROOT, "scripts", "package.mjs"), ...args], { cwd: ROOT });
  unpacked = join(folder, "linux-unpacked");
});

test.afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The installed command line; from another folder, as an installed one is called. */
async function cpm(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(join(unpacked, "resources", "bin", "cpm"), [...args], {
    cwd: folder,
    // What the demonstration makes goes with the rest.
    env: { ...process.env, TMPDIR: folder },
    maxBuffer: 64 << 20,
  });
  return stdout;
}

/** What React and the components carry only where they were built for development or for tests. */
const UNFINISHED = ["VIRT_ON", "react-stack-top-frame"];

test.describe("the built windows", () => {
  test("are built for users, whoever built them", async () => {
    const index = await readFile(join(ROOT, "out", "renderer", "index.html"), "utf8");
    const scripts = [...index.matchAll(/assets\/[\w-]+\.js/g)].map(([path]) => path);
    expect(scripts).not.toEqual([]);
    for (const script of scripts) {
      const text = await readFile(join(ROOT, "out", "renderer", script), "utf8");
      expect(UNFINISHED.filter((mark) => text.includes(mark))).toEqual([]);
    }
  });
});

test.describe("the packed application", () => {
  test("shows its window", async () => {
    const app = await _electron.launch({
      executablePath: join(unpacked, "cpm-courier"),
      args: ["--profile", join(folder, "profile")],
    });
    try {
      const window = await app.firstWindow();
      await expect(window.locator("#root > *").first()).toBeVisible();
      const identity = await app.evaluate(({ app: { isPackaged, name } }) => ({
        isPackaged,
        name,
      }));
      expect(identity).toEqual({ isPackaged: true, name: "CPM Courier" });
    } finally {
      await app.close();
    }
  });

  test("is the command line too", async () => {
    expect(await cpm("--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("does the main job as a command line, its children included", async () => {
    const lines = (await cpm("demo", "--json")).trim().split("\n");
    const events = lines.map((line) => JSON.parse(line) as { readonly event: string }); // cpm's contract
    expect(events.at(-1)).toMatchObject({ event: "ended", exit: 0 });
    expect(events.find(({ event }) => event === "flow")).toMatchObject({ steps: 41, seen: 41 });
  });
});
