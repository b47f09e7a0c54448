/**
 * Builds the program into out/: `main` (entry.js, one file per worker, shared chunks), `preload` (one CommonJS file, as a
 * sandboxed window demands) and `renderer`. Packages stay outside `main`, but for those that form sentences; they are
 * loaded from node_modules.
 */
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "vite";
import { FILES, sourceStamp } from "./lib/fresh.mjs";
import { ROOT } from "./lib/paths.mjs";

// Who builds may be a test run; packages would put their code for tests into the windows then.
process.env.NODE_ENV = "production";

const OUT = join(ROOT, "out");
const NEXT = join(OUT, `.next-${process.pid}`);
/** Files of the last build stay this long: a program that is running may still load one. */
const KEEP_OLD_MS = 3_600_000;

const workers = globSync("main/**/*.worker.node.ts", { cwd: ROOT });
const stamp = sourceStamp();

/** Any NAME.worker.node.ts under main becomes NAME.worker.node.js beside entry.js, so that `import.meta.url` means the same in each. */
function mainInputs() {
  const names = workers.map((path) => [basename(path, ".ts"), join(ROOT, path)]);
  const unique = new Map(names);
  if (unique.size !== names.length)
    throw new Error(`two workers share a name: ${workers.join(" ")}`);
  return { entry: join(ROOT, "main", "entry.ts"), ...Object.fromEntries(unique) };
}

/** What forms sentences. Its makers count on React being there, of which it takes two functions. */
const BUILT_IN = [/^use-intl(\/|$)/, /^@formatjs\//, "icu-minify", "intl-messageformat", "react"];

const common = { configFile: false, logLevel: "warn" };

function buildMain() {
  return build({
    ...common,
    root: ROOT,
    // What the windows' code has built in too, and the package therefore need not hold.
    ssr: { noExternal: BUILT_IN },
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      ssr: true,
      target: "node24",
      outDir: join(NEXT, "main"),
      minify: false,
      sourcemap: false,
      rollupOptions: {
        input: mainInputs(),
        external: [/^node:/, "electron"],
        output: {
          format: "es",
          entryFileNames: "[name].js",
          chunkFileNames: "[name]-[hash].js",
        },
      },
    },
  });
}

function buildPreload() {
  return build({
    ...common,
    root: ROOT,
    build: {
      target: "chrome156",
      outDir: join(NEXT, "preload"),
      minify: false,
      lib: {
        entry: join(ROOT, "main", "preload", "index.ts"),
        formats: ["cjs"],
        fileName: () => "index.cjs",
      },
      rollupOptions: { external: ["electron"] },
    },
  });
}

async function buildRenderer() {
  const { default: react } = await import("@vitejs/plugin-react");
  return build({
    ...common,
    root: join(ROOT, "renderer"),
    base: "./",
    plugins: [react()],
    build: {
      target: "chrome156",
      outDir: join(NEXT, "renderer"),
      emptyOutDir: true,
      // Its polyfill is an inline script, which the windows' policy forbids.
      modulePreload: false,
      // A data: URL per small picture would need a wider policy.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 2_000,
    },
  });
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** What others start from goes last: whoever reads it finds everything it imports. */
const LAST = new Set([join("main", "entry.js"), join("renderer", "index.html")]);

function publish() {
  const files = filesBelow(NEXT).sort((a, b) => Number(LAST.has(a)) - Number(LAST.has(b)));
  for (const file of files) {
    mkdirSync(dirname(join(OUT, file)), { recursive: true });
    renameSync(join(NEXT, file), join(OUT, file));
  }
  const fresh = new Set(files);
  const oldest = Date.now() - KEEP_OLD_MS;
  for (const part of ["main", "preload", "renderer"]) {
    if (!existsSync(join(OUT, part))) continue;
    for (const file of filesBelow(join(OUT, part))) {
      const path = join(OUT, part, file);
      const isOld = statSync(path).mtimeMs < oldest;
      if (!fresh.has(join(part, file)) && file !== ".stamp" && isOld) rmSync(path);
    }
  }
  const paths = files.map((file) => `out/${file.replaceAll("\\", "/")}`);
  writeFileSync(FILES, `${JSON.stringify(paths.sort(), undefined, 1)}\n`);
  writeFileSync(join(OUT, "main", ".stamp"), stamp);
}

try {
  await Promise.all([buildMain(), buildPreload(), buildRenderer()]);
  publish();
} finally {
  rmSync(NEXT, { recursive: true, force: true });
}
