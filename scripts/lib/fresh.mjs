import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { withLock } from "./lock.mjs";
import { ENTRY, ROOT, requireNode } from "./paths.mjs";
import { run } from "./run.mjs";

/** What the build reads. */
const SOURCES = ["main", "renderer", "shared", "scripts/build.mjs", "package-lock.json"];
const STAMP = join(ROOT, "out", "main", ".stamp");
/** What the last build wrote, as a list of paths relative to the project. */
export const FILES = join(ROOT, "out", ".files.json");

/** Newest change below a path, in ms; a folder counts too, so that a deleted file is noticed. */
function newestMs(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined || /\.test\.tsx?$/.test(path)) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  return readdirSync(path).reduce(
    (newest, name) => Math.max(newest, newestMs(join(path, name))),
    info.mtimeMs,
  );
}

/** Text that changes whenever the sources do. */
export function sourceStamp() {
  return String(Math.max(...SOURCES.map((source) => newestMs(join(ROOT, source)))));
}

function isFresh() {
  return (
    existsSync(ENTRY) &&
    existsSync(FILES) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, "utf8") === sourceStamp()
  );
}

/** Files below out/ that the last build did not write, kept for programs that still run; relative to the project. */
export function staleFiles() {
  const fresh = new Set(JSON.parse(readFileSync(FILES, "utf8")));
  return ["main", "preload", "renderer"].flatMap((part) =>
    readdirSync(join(ROOT, "out", part), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)))
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => !fresh.has(path) && !path.endsWith("/.stamp")),
  );
}

/** Builds out/main if the sources are newer; of several callers one builds and the others wait. */
export async function ensureBuilt() {
  if (isFresh()) return;
  await withLock(join(ROOT, "out", ".build-lock"), async () => {
    if (isFresh()) return;
    const { code } = await run(requireNode(), [join(ROOT, "scripts", "build.mjs")], {
      stdio: ["ignore", 2, 2],
    });
    if (code !== 0) throw new Error(`the build failed (${code})`);
  });
}
