import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findBrowser } from "./browser.mjs";
import { withLock } from "./lock.mjs";
import { pinnedNode, ROOT } from "./paths.mjs";
import { capture, isOnPath, run } from "./run.mjs";

const MODULES = join(ROOT, "node_modules");
const STAMP = join(MODULES, ".cpm-setup");
const LOCK_FILE = join(ROOT, "package-lock.json");

/** Where Debian keeps what its packages add to Kamailio. */
const KAMAILIO_MODULES = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(
  (machine) => `/usr/lib/${machine}/kamailio/modules`,
);

/** Programs that tests call, and the Debian package that brings each. Nothing but Linux is asked for what only Linux has. */
const TEST_PROGRAMS = [
  { program: "tshark", debian: "tshark" },
  { program: "sipp", debian: "sip-tester" },
  { program: "kamailio", debian: "kamailio" },
  {
    program: "Kamailio's TLS",
    debian: "kamailio-tls-modules",
    isLinuxOnly: true,
    isHere: () => KAMAILIO_MODULES.some((folder) => existsSync(join(folder, "tls.so"))),
  },
  { program: "baresip", debian: "baresip-core", isLinuxOnly: true },
  { program: "a Chromium browser", debian: "chromium", isHere: () => findBrowser() !== undefined },
  { program: "Xvfb", debian: "xvfb", isLinuxOnly: true },
  { program: "ip", debian: "iproute2", isLinuxOnly: true },
];

/** What `npm run faults` calls besides. */
const FAULT_PROGRAMS = [
  { program: "fusermount", debian: "fuse", isLinuxOnly: true },
  {
    program: "the FUSE module of Python",
    debian: "python3-fusepy",
    isLinuxOnly: true,
    isHere: () => existsSync("/usr/lib/python3/dist-packages/fusepy.py"),
  },
  { program: "ss", debian: "iproute2", isLinuxOnly: true },
];

function isMissing({ program, isHere = () => isOnPath(program), isLinuxOnly = false }) {
  return !(isLinuxOnly && process.platform !== "linux") && !isHere();
}

function lockDigest() {
  return createHash("sha256").update(readFileSync(LOCK_FILE)).digest("hex");
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Whether npm's own record of what it installed agrees with the lock, package by package. */
function agreesWithLock() {
  const record = join(MODULES, ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson(LOCK_FILE).packages)
    .filter(([path, wanted]) => path !== "" && wanted.optional !== true)
    .every(([path, wanted]) => installed[path]?.version === wanted.version);
}

function isInstalled(digest) {
  if (!existsSync(MODULES)) return false;
  if (existsSync(STAMP)) return readFileSync(STAMP, "utf8") === digest;
  if (!agreesWithLock()) return false;
  writeFileSync(STAMP, digest);
  return true;
}

async function installPackages(digest) {
  // "npm ci" would empty the folder that the link leads to, under the programs of another checkout.
  if (lstatSync(MODULES, { throwIfNoEntry: false })?.isSymbolicLink() === true)
    return [
      "npm packages of this package-lock.json (node_modules is a link: install where it leads)",
    ];
  console.error("setup: installing the npm packages of package-lock.json into node_modules");
  // loglevel: npm itself may run on a Node that is older than the one it is about to install.
  const options = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { code } = await run(npm, options, {
    // Standard output belongs to the program that is about to run: `cpm … --json` is read by others.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (code !== 0) return [`npm packages ("npm ci" ended with ${code})`];
  writeFileSync(STAMP, digest);
  return [];
}

async function ensurePackages() {
  const digest = lockDigest();
  if (isInstalled(digest)) return [];
  return withLock(join(ROOT, "out", ".setup-lock"), async () =>
    isInstalled(digest) ? [] : installPackages(digest),
  );
}

async function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { code, output } = await capture("apt-get", args, { env });
  return { isDone: code === 0, output };
}

async function installDebian(packages) {
  console.error(`setup: installing Debian packages for the tests: ${packages.join(" ")}`);
  const install = () => aptGet("install", "-y", "-q", "--no-install-recommends", ...packages);
  let result = await install();
  if (!result.isDone) {
    // A fresh image has no package lists, or lists that are too old.
    await aptGet("update", "-q");
    result = await install();
  }
  if (!result.isDone) console.error(result.output.trim());
}

async function ensurePrograms(programs) {
  const absent = programs.filter(isMissing);
  if (absent.length === 0) return [];
  if (process.getuid?.() === 0 && isOnPath("apt-get")) {
    await installDebian(absent.map(({ debian }) => debian));
  }
  return absent
    .filter(isMissing)
    .map(({ program, debian }) => `${program} (as root: apt-get install ${debian})`);
}

/**
 * Installs what is missing and says so in one line each; instant when nothing is.
 * @param forTests also the programs that only tests need
 * @param forFaults also those that only `npm run faults` needs
 * @returns what is still missing, in words; empty when all is there
 */
export async function setup({ forTests = false, forFaults = false } = {}) {
  const missing = await ensurePackages();
  if (missing.length === 0 && pinnedNode() === undefined) {
    missing.push(`Node 24 for ${process.platform}-${process.arch} (install it and run again)`);
  }
  if (forTests) missing.push(...(await ensurePrograms(TEST_PROGRAMS)));
  if (forFaults) missing.push(...(await ensurePrograms(FAULT_PROGRAMS)));
  return missing;
}

/**
 * Says loudly what is missing.
 * @returns whether to go on: packages are always needed, test programs only where CI=true
 */
export function report(missing) {
  if (missing.length === 0) return true;
  const line = "!".repeat(78);
  console.error([line, "setup: MISSING", ...missing.map((what) => `  ${what}`), line].join("\n"));
  const isEssential = !existsSync(STAMP) || pinnedNode() === undefined;
  return !(isEssential || process.env.CI === "true");
}
