import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Built program; `bin/cpm` runs it. */
export const ENTRY = join(ROOT, "out", "main", "entry.js");

const BIN = join(ROOT, "node_modules", ".bin");

/** Oldest major version of Node the product runs on: node:sqlite and type stripping. */
const OLDEST_NODE = 24;

/**
 * The Node that package.json pins, or this one if it is new enough (there is no pinned binary for macOS).
 * @returns absolute path, or undefined where neither is at hand
 */
export function pinnedNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const file = process.platform === "win32" ? "node.exe" : "node";
  const pinned = join(ROOT, "node_modules", `node-${platform}-${process.arch}`, "bin", file);
  if (existsSync(pinned)) return pinned;
  return Number(process.versions.node.split(".")[0]) >= OLDEST_NODE ? process.execPath : undefined;
}

/** As `pinnedNode`, but says what to do and throws. */
export function requireNode() {
  const node = pinnedNode();
  if (node === undefined) {
    throw new Error(
      `Node ${OLDEST_NODE} is missing for ${process.platform}-${process.arch}: run "npm run setup", or bring your own Node ${OLDEST_NODE}`,
    );
  }
  return node;
}

/** Environment for child programs: tools of this checkout, and the Node they find, come first. */
export function toolEnv(extra = {}) {
  return { ...process.env, ...extra, PATH: `${BIN}${delimiter}${process.env.PATH ?? ""}` };
}

/** Script behind a tool of node_modules/.bin, to be run by the pinned Node. */
export function tool(name) {
  return join(BIN, name);
}
