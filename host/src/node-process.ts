import childProcess, { type ForkOptions } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { release } from "node:os";

export interface ElectronIdentity {
  readonly execPath: string;
  readonly resourcesPath: string;
  readonly version: string;
  readonly isPackaged: boolean;
}

const CHROMIUM_VERSION = "156.0.8078.100";

function define(name: string, value: unknown): void {
  Object.defineProperty(process, name, { value, enumerable: true, configurable: true });
}

/** Makes this Node process look like Electron's main process. */
export function becomeElectron(identity: ElectronIdentity): void {
  const { execPath, resourcesPath, version, isPackaged } = identity;
  define("execPath", execPath);
  define("resourcesPath", resourcesPath);
  define("type", "browser");
  if (!isPackaged) define("defaultApp", true);
  define("versions", {
    ...process.versions,
    electron: version,
    chrome: CHROMIUM_VERSION,
    electronHost: version,
  });
  define("getSystemVersion", () => release());
  process.execArgv = [];
  process.argv = [execPath, ...process.argv.slice(1)];
  forkAsNode();
}

/** As in Electron, a forked child is Node: the executable alone would start an application. */
function forkAsNode(): void {
  const { fork } = childProcess;
  childProcess.fork = ((path: string, ...rest: unknown[]) => {
    const args = Array.isArray(rest[0]) ? (rest[0] as string[]) : [];
    const options = (Array.isArray(rest[0]) ? rest[1] : rest[0]) as ForkOptions | undefined;
    const env = { ...(options?.env ?? process.env), ELECTRON_RUN_AS_NODE: "1" };
    return fork(path, args, { ...options, env });
  }) as typeof fork;
  syncBuiltinESMExports();
}
