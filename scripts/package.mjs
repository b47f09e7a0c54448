/**
 * `npm run package [-- TARGET…]`: the installable application, in out/package. Builds what can be built on this machine and
 * says of the rest why not. Where Electron's binary is missing, Linux packages are made with the Chromium host instead and have
 * `chromium` in their names. `--electron-dist=FOLDER` takes the unpacked Electron of that folder, `--host` the Chromium host
 * in any case, `--output=FOLDER` puts the results elsewhere, `--keep-inspect` leaves the switch on that Playwright needs.
 */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, Platform } from "electron-builder";
import { electronBinary, electronVersion, fetchElectron } from "./lib/electron.mjs";
import { ensureBuilt, staleFiles } from "./lib/fresh.mjs";
import { writeHostDist } from "./lib/host-dist.mjs";
import { ROOT } from "./lib/paths.mjs";
import { isOnPath } from "./lib/run.mjs";
import { report, setup } from "./lib/setup.mjs";

const OPTIONS = {
  "electron-dist": { type: "string" },
  output: { type: "string", default: join(ROOT, "out", "package") },
  host: { type: "boolean", default: false },
  "keep-inspect": { type: "boolean", default: false },
};
const TOOLS = join(ROOT, "scripts", "package");
const HOST_DIST = join(ROOT, "out", "host-dist");
const ASK_MS = 4000;

/** What electron-builder.yml names, and `dir`: the unpacked application. */
const TARGETS = {
  linux: ["dir", "AppImage", "deb", "tar.gz"],
  darwin: ["dmg", "zip"],
  win32: ["nsis", "portable"],
};
const SYSTEMS = { linux: "Linux", darwin: "macOS", win32: "Windows" };

/** electron-builder fetches its tools from GitHub, and asks for minutes where there is no way to it. */
async function isGithubReachable() {
  try {
    await fetch("https://github.com", { method: "HEAD", signal: AbortSignal.timeout(ASK_MS) });
    return true;
  } catch {
    return false;
  }
}

/** Why a target cannot be built here; undefined where it can. */
function obstacle(target, { hasElectron, hasTools }) {
  const system = Object.keys(TARGETS).find((name) => TARGETS[name].includes(target));
  if (system !== process.platform) return `needs ${SYSTEMS[system]}`;
  if (system !== "linux" && !hasElectron)
    return `needs Electron ${electronVersion()}, which is not here`;
  if (target === "AppImage" && !hasElectron) return "would not run on its own without Electron";
  if (["AppImage", "dmg", "nsis", "portable"].includes(target) && !hasTools)
    return "needs electron-builder's tools from GitHub, which is out of reach";
  if (target === "deb" && !isOnPath("dpkg-deb")) return "needs dpkg-deb";
  return undefined;
}

/** With the host there is no archive to load from and no fuse to flip; everything else is as electron-builder.yml says. */
async function hostOverrides() {
  await writeHostDist(HOST_DIST);
  return {
    electronDist: HOST_DIST,
    asar: false,
    electronFuses: null,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder's macros
    artifactName: "${name}-${version}-chromium-${os}-${arch}.${ext}",
    deb: {
      // xz takes four times as long for a quarter less.
      compression: "gz",
      depends: ["chromium | google-chrome-stable | microsoft-edge-stable"],
      recommends: [],
    },
  };
}

/** Without a folder electron-builder unpacks the very archive that the electron package fetched. */
function electronOverrides({ "electron-dist": folder, "keep-inspect": keepsInspect }) {
  return {
    ...(folder === undefined ? {} : { electronDist: resolve(folder) }),
    ...(keepsInspect ? { electronFuses: { enableNodeCliInspectArguments: true } } : {}),
  };
}

function setTools() {
  process.env.CUSTOM_FPM_PATH ??= join(TOOLS, "fpm.mjs");
  process.env.ELECTRON_BUILDER_7ZIP_PATH ??= join(TOOLS, "7za.sh");
}

/** @returns the targets to build; says of each other one why not */
async function choose(named, hasElectron) {
  const all = Object.values(TARGETS).flat();
  const unknown = named.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new Error(`unknown target ${unknown}; there are ${all.join(", ")}`);
  const abilities = { hasElectron, hasTools: await isGithubReachable() };
  return (named.length > 0 ? named : all).filter((target) => {
    const why = obstacle(target, abilities);
    if (why !== undefined) console.log(`package: ${target} is not built: it ${why}`);
    return why === undefined;
  });
}

function tellResults(output) {
  for (const entry of readdirSync(output, { withFileTypes: true })) {
    const path = join(output, entry.name);
    const mib = statSync(path).size / 2 ** 20;
    if (entry.isFile() && !/\.(ya?ml|blockmap)$/.test(entry.name))
      console.log(`package: ${path} (${mib.toFixed(1)} MiB)`);
    if (entry.isDirectory() && entry.name.endsWith("-unpacked")) console.log(`package: ${path}`);
  }
}

async function findElectron({ "electron-dist": folder, host }) {
  if (host || folder !== undefined) return !host;
  await fetchElectron();
  return electronBinary() !== undefined;
}

/** @returns whether everything was built that was asked for by name */
async function packageApplication(args) {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const hasElectron = await findElectron(values);
  const targets = await choose(positionals, hasElectron);
  if (targets.length === 0) return positionals.length === 0;
  if (process.platform === "linux") setTools();
  if (!hasElectron) console.log("package: built with the Chromium host, not with Electron");
  const output = resolve(values.output);
  await build({
    projectDir: ROOT,
    targets: Platform.current().createTarget(targets),
    config: {
      ...(hasElectron ? electronOverrides(values) : await hostOverrides()),
      directories: { output },
      files: staleFiles().map((path) => `!${path}`),
    },
    publish: "never",
  });
  tellResults(output);
  return positionals.every((name) => targets.includes(name));
}

try {
  const isReady = report(await setup());
  if (isReady) await ensureBuilt();
  if (!isReady || !(await packageApplication(process.argv.slice(2)))) process.exitCode = 1;
} catch (error) {
  console.error(`package: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
