import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { sourceFiles } from "./source-files.ts";

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type Locked = readonly [path: string, one: LockedPackage];

const ROOT = join(import.meta.dirname, "..", "..");

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, name), "utf8"));
}

const { packages } = readJson("package-lock.json") as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}; // npm's documented shape
const locked: readonly Locked[] = Object.entries(packages).filter(([path]) => path !== "");
const runtime = locked.filter(([, one]) => one.dev !== true);

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** Licences that ask for no more than their text in what we hand out. */
const FREE = new Set([
  "MIT",
  "ISC",
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "BlueOak-1.0.0",
]);

/** Tools that stay here and are not handed out; data of CC-BY and code of MPL are used as they are. */
const FREE_FOR_TOOLS = new Set([...FREE, "MPL-2.0", "CC-BY-4.0", "Python-2.0", "WTFPL"]);

/** Their package.json says nothing, their text does. */
const SAID_ELSEWHERE: ReadonlyMap<string, string> = new Map([["only", "MIT"]]);

/** One of several that may be chosen is enough. */
function isFree(path: string, { license }: LockedPackage, free: ReadonlySet<string>): boolean {
  const said = license ?? SAID_ELSEWHERE.get(nameOf(path)) ?? "none";
  return said
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((one) => free.has(one.trim()));
}

/** Packages that the windows are built of, with all that these need, by what the sources import. */
function bundled(): readonly string[] {
  const found = new Set<string>();
  function add(name: string, from: string): void {
    const path = placesOf(name, from).find((place) => packages[place] !== undefined);
    const one = path === undefined ? undefined : packages[path];
    if (path === undefined || one === undefined || found.has(path)) return;
    found.add(path);
    for (const next of needsOf(one)) add(next, path);
  }
  const files = sourceFiles("renderer/**/*.{ts,tsx}").filter(
    ({ path }) => !path.includes(".test."),
  );
  for (const { text } of files) {
    for (const [, name] of text.matchAll(/from "((?:@[\w-]+\/)?[\w-]+)[^"]*"/g))
      add(name ?? "", "");
  }
  return [...found];
}

/** Where Node looks for a package that a package of that path asks for, the nearest place first. */
function placesOf(name: string, from: string): readonly string[] {
  const places = [`${from === "" ? "" : `${from}/`}node_modules/${name}`];
  const above = from.lastIndexOf("/node_modules/");
  if (from === "") return places;
  return [...places, ...placesOf(name, above < 0 ? "" : from.slice(0, above))];
}

function needsOf({
  dependencies,
  peerDependencies,
  peerDependenciesMeta,
}: LockedPackage): readonly string[] {
  const peers = Object.keys(peerDependencies ?? {});
  return [
    ...Object.keys(dependencies ?? {}),
    ...peers.filter((peer) => peerDependenciesMeta?.[peer]?.optional !== true),
  ];
}

describe("what is installed", () => {
  it("comes from the registry alone: no link, no folder, no archive, no bundle in a bundle", () => {
    const odd = locked.filter(
      ([, one]) =>
        one.link === true ||
        one.inBundle === true ||
        !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(one.version ?? ""),
    );
    expect(odd.map(([path]) => path)).toEqual([]);
  });

  it("is held by strong digests", () => {
    const weak = locked.filter(
      ([, { integrity }]) => integrity !== undefined && !integrity.startsWith("sha512-"),
    );
    expect(weak.map(([path]) => path)).toEqual([]);
  });

  it("runs no script when it is installed, but for those that are known", () => {
    const scripted = locked.filter(([, one]) => one.hasInstallScript === true);
    // Makes installers for Windows; its script only chooses a program of its own package, and npm is not asked to run it.
    expect(scripted.map(([path]) => nameOf(path))).toEqual(["electron-winstaller"]);
  });
});

describe("what is handed out", () => {
  it("is at most 30 packages beside our own program, Node included", () => {
    expect(runtime.length).toBeGreaterThan(0);
    expect(runtime.map(([path]) => nameOf(path)).length).toBeLessThanOrEqual(30);
  });

  it("is at most 30 packages inside the windows", () => {
    const names = new Set(bundled().map(nameOf));
    expect(names).toContain("react-aria-components");
    expect([...names].length).toBeLessThanOrEqual(30);
  });

  it("has licences that ask for no more than their text", () => {
    const windows = bundled().map((path): Locked => [path, packages[path] ?? {}]);
    const others = [...runtime, ...windows].filter(([path, one]) => !isFree(path, one, FREE));
    expect(others.map(([path, { license }]) => `${path}: ${String(license)}`)).toEqual([]);
  });

  it("is made with tools whose licences are known", () => {
    const others = locked.filter(([path, one]) => !isFree(path, one, FREE_FOR_TOOLS));
    expect(others.map(([path, { license }]) => `${path}: ${String(license)}`)).toEqual([]);
  });

  it("has no licence explained that is said", () => {
    const needed = locked
      .filter(([, one]) => one.license === undefined)
      .map(([path]) => nameOf(path));
    expect([...SAID_ELSEWHERE.keys()].filter((name) => !needed.includes(name))).toEqual([]);
  });
});

interface Sbom {
  readonly bomFormat: string;
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly purl?: string;
    readonly hashes?: readonly { readonly alg: string }[];
  }[];
}

describe("the list of parts (npm run sbom)", () => {
  let sbom: Sbom;
  beforeAll(async () => {
    const { scripts } = readJson("package.json") as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const [program = "", ...options] = (scripts["sbom"] ?? "").split(" ");
    const isWindows = process.platform === "win32";
    const { stdout } = await promisify(execFile)(isWindows ? `${program}.cmd` : program, options, {
      cwd: ROOT,
      maxBuffer: 2 ** 26,
      shell: isWindows,
    });
    sbom = JSON.parse(stdout) as Sbom;
  });

  // Without --omit: npm leaves out what the program shares with a tool, and the windows are built of tools' packages.
  const handedOut = [...runtime, ...bundled().map((path): Locked => [path, packages[path] ?? {}])];
  const names = new Set(handedOut.map(([path, one]) => `${nameOf(path)}@${String(one.version)}`));

  it("is CycloneDX and names every package that is handed out", () => {
    expect(sbom.bomFormat).toBe("CycloneDX");
    const listed = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`));
    expect([...names].filter((one) => !listed.has(one))).toEqual([]);
  });

  it("gives a place and a digest for each of them", () => {
    const bare = sbom.components
      .filter(({ name, version }) => names.has(`${name}@${version}`))
      .filter(
        ({ purl, hashes = [] }) =>
          purl === undefined || !hashes.some(({ alg }) => alg === "SHA-512"),
      );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});
