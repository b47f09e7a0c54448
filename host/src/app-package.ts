import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface AppPackage {
  /** Folder of the application. */
  readonly path: string;
  readonly entry: string;
  readonly name: string;
  readonly version: string;
}

interface PackageJson {
  readonly main?: string;
  readonly name?: string;
  readonly productName?: string;
  readonly version?: string;
}

/** The application beside the executable, where a packaged one has it. */
export function packagedAppPath(resourcesPath: string): string | undefined {
  const folder = join(resourcesPath, "app");
  return existsSync(join(folder, "package.json")) ? folder : undefined;
}

/** Reads a folder with a package.json, or takes a script as it is. */
export function readAppPackage(path: string): AppPackage {
  const absolute = resolve(path);
  const manifest = join(absolute, "package.json");
  if (existsSync(manifest)) {
    const { main, name, productName, version } = JSON.parse(
      readFileSync(manifest, "utf8"),
    ) as PackageJson;
    return {
      path: absolute,
      entry: entryOf(join(absolute, main ?? "index.js")),
      name: productName ?? name ?? "Electron",
      version: version ?? "0.0.0",
    };
  }
  if (!existsSync(absolute)) {
    throw new Error(`Unable to find Electron app at ${absolute}`);
  }
  return { path: dirname(absolute), entry: entryOf(absolute), name: "Electron", version: "0.0.0" };
}

function entryOf(path: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) {
    return join(path, "index.js");
  }
  return existsSync(path) || !existsSync(`${path}.js`) ? path : `${path}.js`;
}
