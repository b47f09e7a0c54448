/**
 * Builds out/main: entry.js, one file per worker (any NAME.worker.node.ts under main becomes NAME.worker.node.js
 * beside entry.js) and shared chunks, all in one flat folder so that `import.meta.url` means the same in each.
 * Packages stay outside; they are loaded from node_modules.
 */
import {
  globSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { build } from "vite";
import { sourceStamp } from "./lib/fresh.mjs";
import { ROOT } from "./lib/paths.mjs";

const OUT = join(ROOT, "out", "main");
const NEXT = join(ROOT, "out", `.next-${process.pid}`);
/** Chunks of the last build stay this long: a program that is running may still load one. */
const KEEP_OLD_CHUNKS_MS = 3_600_000;

const workers = globSync("main/**/*.worker.node.ts", { cwd: ROOT });
const stamp = sourceStamp();

function inputs() {
  const names = workers.map((path) => [basename(path, ".ts"), join(ROOT, path)]);
  const unique = new Map(names);
  if (unique.size !== names.length)
    throw new Error(`two workers share a name: ${workers.join(" ")}`);
  return { entry: join(ROOT, "main", "entry.ts"), ...Object.fromEntries(unique) };
}

/** entry.js goes last: whoever starts it finds everything it imports. */
function publish() {
  mkdirSync(OUT, { recursive: true });
  const files = readdirSync(NEXT).sort(
    (a, b) => Number(a === "entry.js") - Number(b === "entry.js"),
  );
  for (const file of files) renameSync(join(NEXT, file), join(OUT, file));
  const fresh = new Set(files);
  const oldest = Date.now() - KEEP_OLD_CHUNKS_MS;
  for (const file of readdirSync(OUT)) {
    const path = join(OUT, file);
    if (!fresh.has(file) && statSync(path).mtimeMs < oldest) rmSync(path, { recursive: true });
  }
  writeFileSync(join(OUT, ".stamp"), stamp);
}

try {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: "warn",
    build: {
      ssr: true,
      target: "node24",
      outDir: NEXT,
      minify: false,
      sourcemap: false,
      rollupOptions: {
        input: inputs(),
        external: [/^node:/, "electron"],
        output: {
          format: "es",
          entryFileNames: "[name].js",
          chunkFileNames: "[name]-[hash].js",
        },
      },
    },
  });
  publish();
} finally {
  rmSync(NEXT, { recursive: true, force: true });
}
