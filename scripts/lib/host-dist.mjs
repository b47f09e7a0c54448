import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPackage } from "@electron/asar";
import { electronVersion, HOST } from "./electron.mjs";
import { ROOT, requireNode } from "./paths.mjs";

async function writeDefaultApp(path) {
  const folder = mkdtempSync(join(tmpdir(), "cpm-default-app-"));
  try {
    writeFileSync(join(folder, "package.json"), '{"name":"default-app","main":"main.js"}\n');
    writeFileSync(join(folder, "main.js"), "");
    await createPackage(folder, path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyLicences(folder) {
  const node = join(ROOT, "node_modules", `node-${process.platform}-${process.arch}`, "LICENSE");
  if (existsSync(node)) cpSync(node, join(folder, "LICENSE.node"));
  cpSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  writeFileSync(
    join(folder, "LICENSES.chromium.html"),
    "<!doctype html><title>Chromium</title><p>No Chromium is part of this package: it uses the one that is installed.\n",
  );
}

/**
 * Lays the Chromium host out as an unpacked Electron, for electron-builder's `electronDist`: the host, the Node it runs on, and
 * the files that electron-builder looks for.
 * @param folder is made anew
 */
export async function writeHostDist(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "locales"), { recursive: true });
  mkdirSync(join(folder, "resources"));
  for (const name of ["electron", "launch.mjs"]) cpSync(join(HOST, name), join(folder, name));
  cpSync(join(HOST, "src"), join(folder, "src"), {
    recursive: true,
    filter: (path) => !path.endsWith(".test.ts"),
  });
  chmodSync(join(folder, "electron"), 0o755);
  cpSync(requireNode(), join(folder, "node"));
  // The host's files are modules, whatever lies above the folder they are installed to.
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(folder, "version"), electronVersion());
  writeFileSync(join(folder, "locales", "en-US.pak"), "");
  copyLicences(folder);
  await writeDefaultApp(join(folder, "resources", "default_app.asar"));
}
