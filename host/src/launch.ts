import { readFileSync } from "node:fs";
import inspector from "node:inspector";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { packagedAppPath, readAppPackage } from "./app-package.ts";
import { parseLaunchArguments } from "./command-line.ts";
import { complain } from "./complain.ts";
import { createElectron } from "./electron-module.ts";
import { installElectronModule } from "./module-hooks.ts";
import { becomeElectron } from "./node-process.ts";

const EXEC_PATH = "--host-exec-path=";
const HOST = dirname(dirname(fileURLToPath(import.meta.url)));

function takeExecPath(): string {
  const [first, ...rest] = process.argv.slice(2);
  if (first?.startsWith(EXEC_PATH) === true) {
    process.argv = [process.argv[0] ?? "", ...rest];
    return first.slice(EXEC_PATH.length);
  }
  process.argv = [process.argv[0] ?? "", ...process.argv.slice(2)];
  return join(HOST, process.platform === "win32" ? "electron.cmd" : "electron");
}

async function launch(): Promise<void> {
  const execPath = takeExecPath();
  const resourcesPath = join(dirname(execPath), "resources");
  const packaged = packagedAppPath(resourcesPath);
  const isPackaged = packaged !== undefined;
  const args = parseLaunchArguments(process.argv.slice(1), isPackaged);
  const version = readFileSync(join(HOST, "version"), "utf8").trim();
  becomeElectron({ execPath, resourcesPath, version, isPackaged });
  if (args.wantsVersion) {
    process.stdout.write(`v${version}\n`);
    return;
  }
  const path = packaged ?? args.appPath;
  if (path === undefined) {
    process.stderr.write("host: which application? electron PATH [ARGUMENT…]\n");
    process.exitCode = 2;
    return;
  }
  const info = readAppPackage(path);
  const { electron, app } = createElectron({ ...info, isPackaged });
  installElectronModule(electron);
  if (args.inspectPort !== undefined) {
    inspector.open(args.inspectPort);
  }
  const require = createRequire(join(process.cwd(), "host.js"));
  for (const module of args.requires) {
    require(module);
  }
  try {
    await import(pathToFileURL(info.entry).href);
  } catch (error) {
    complain("App threw an error during load\n", error);
    app.exit(1);
    return;
  }
  app.mainLoaded();
}

await launch();
