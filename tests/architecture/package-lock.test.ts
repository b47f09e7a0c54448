import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", name), "utf8"));
}

const manifest = readJson("package.json") as Manifest; // npm's documented shape
const lock = readJson("package-lock.json") as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}; // npm's documented shape
const locked = Object.entries(lock.packages).filter(([path]) => path !== "");

function runsHere({ os, libc }: LockedPackage): boolean {
  const isLinux = os === undefined || [os].flat().includes("linux");
  return isLinux && (libc === undefined || libc.includes("glibc"));
}

describe("package.json and its lock", () => {
  it("name exact versions", () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const wanted = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it("name no registry", () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("hold the digest of everything that runs on Linux", () => {
    // Some registries lack the tools' packages for other systems; those stand without a digest.
    const platformless = /^node_modules\/@oxc-parser\/binding-linux-(arm-|ppc64|riscv64|s390x)/;
    const bare = locked.filter(([, one]) => runsHere(one) && one.integrity === undefined);
    expect(bare.map(([path]) => path).filter((path) => !platformless.test(path))).toEqual([]);
  });

  it("list the optional packages of every system, without which `npm ci` refuses", () => {
    const wanted = locked.flatMap(([, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies),
    );
    expect(wanted.filter((name) => lock.packages[`node_modules/${name}`] === undefined)).toEqual(
      [],
    );
  });
});
