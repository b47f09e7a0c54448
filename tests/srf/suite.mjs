import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { withLock } from "../../scripts/lib/lock.mjs";
import { ROOT } from "../../scripts/lib/paths.mjs";
import { capture } from "../../scripts/lib/run.mjs";

/** What is fetched once and used by every run. */
const CACHE = join(ROOT, "out", "srf-suite");
const MANIFEST = join(ROOT, "tests", "srf", "suite");
const PACKAGE = "drachtio-srf";

function readText(...path) {
  return readFileSync(join(...path), "utf8");
}

/** Version and hash that package-lock.json pins for the product: the suite is that very package's own. */
function pinned() {
  const { packages } = JSON.parse(readText(ROOT, "package-lock.json"));
  const { version, integrity } = packages[`node_modules/${PACKAGE}`];
  return { version, integrity };
}

async function npm(...args) {
  const { code, output } = await capture("npm", [...args, "--no-audit", "--no-fund"], {
    cwd: CACHE,
    shell: process.platform === "win32",
  });
  if (code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${code}:\n${output}`);
}

async function fetchPackage({ version, integrity }) {
  await npm("pack", `${PACKAGE}@${version}`);
  const tarball = join(CACHE, `${PACKAGE}-${version}.tgz`);
  const digest = createHash("sha512").update(readFileSync(tarball)).digest("base64");
  if (`sha512-${digest}` !== integrity)
    throw new Error(`${tarball} is not what package-lock.json pins`);
  rmSync(join(CACHE, "package"), { recursive: true, force: true });
  const { code, output } = await capture("tar", ["-xzf", tarball], { cwd: CACHE });
  if (code !== 0) throw new Error(output);
}

async function fetchAll(wanted, stamp) {
  process.stderr.write(`srf: fetching ${PACKAGE} ${wanted.version} and what its tests need\n`);
  mkdirSync(CACHE, { recursive: true });
  for (const file of ["package.json", "package-lock.json"])
    cpSync(join(MANIFEST, file), join(CACHE, file));
  await fetchPackage(wanted);
  await npm("ci", "--ignore-scripts");
  writeFileSync(join(CACHE, ".stamp"), stamp);
}

/**
 * Fetches the suite from the npm registry unless it is there: the tarball of the pinned version, checked against the
 * lock, and the pinned packages that its tests need.
 */
export async function fetchSuite() {
  const wanted = pinned();
  const stamp = createHash("sha256")
    .update(JSON.stringify(wanted))
    .update(readText(MANIFEST, "package-lock.json"))
    .digest("hex");
  const isThere = () => existsSync(join(CACHE, ".stamp")) && readText(CACHE, ".stamp") === stamp;
  if (isThere()) return;
  await withLock(join(ROOT, "out", ".srf-suite-lock"), async () => {
    if (!isThere()) await fetchAll(wanted, stamp);
  });
}

function rewrite(folder, change) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\.(js|xml|yaml)$/.test(entry.name)) continue;
    const text = readFileSync(path, "latin1");
    const changed = change(text);
    if (changed !== text) writeFileSync(path, changed, "latin1");
  }
}

/**
 * A copy of the suite for one run: its addresses lie in a part of 127/8 of that run, and its scenarios are
 * well-formed XML.
 * @param block two numbers: the suite's 172.29.0.N becomes 127.BLOCK.N
 * @returns folder of the copy
 */
export function copySuite(name, block) {
  const folder = join(CACHE, "runs", name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(CACHE, "package"), folder, { recursive: true });
  rewrite(join(folder, "test"), (text) =>
    text.replaceAll("172.29.0.", `127.${block}.`).replaceAll('regexp="<sip:', 'regexp="&lt;sip:'),
  );
  return folder;
}

/** Where the suite's control ports are, in the file that it reads. */
export function writeConfig(folder, engines) {
  const config = { logger: { level: "fatal" } };
  for (const [name, { port, secret }] of Object.entries(engines)) {
    config[name] = { host: "127.0.0.1", port, secret, enablePing: true, pingInterval: 5000 };
  }
  writeFileSync(join(folder, "config", "test.json"), JSON.stringify(config));
}

/** Script behind a tool of the suite's own packages. */
export function suiteTool(...path) {
  return join(CACHE, "node_modules", ...path);
}
