import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "..", "..");

/** One breach that dependency-cruiser reported. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** Path below the planted tree -> its text. */
export type Plants = ReadonlyMap<string, string>;

interface CruiseReport {
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** Packages as the rules see them: only their names matter, so a stub of each stands in. */
const PACKAGES = ["zod", "commander", "drachtio-srf", "left-pad"];

async function plant(folder: string, plants: Plants): Promise<void> {
  const stubs = PACKAGES.flatMap((name): [string, string][] => [
    [
      `node_modules/${name}/package.json`,
      `{ "name": "${name}", "version": "1.0.0", "main": "index.js" }`,
    ],
    [`node_modules/${name}/index.js`, "module.exports = {};"],
  ]);
  const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, "1.0.0"]));
  const manifest = JSON.stringify({ name: "planted", type: "module", dependencies });
  for (const [path, text] of [...plants, ...stubs, ["package.json", manifest] as const]) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

/**
 * Writes a small tree with the project's own rules beside it and lets dependency-cruiser judge it.
 * @param plants at least one file below each of main, shared and renderer
 */
export async function judge(plants: Plants): Promise<readonly Violation[]> {
  const folder = await mkdtemp(join(tmpdir(), "cpm-walls-"));
  try {
    await plant(folder, plants);
    await cp(join(ROOT, ".dependency-cruiser.cjs"), join(folder, ".dependency-cruiser.cjs"));
    const cli = join(ROOT, "node_modules", ".bin", "depcruise");
    // Always 0 with this output: the violations are in the report, not in the exit code.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [cli, "--output-type", "json", "shared", "main", "renderer", "host"],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
    );
    const report = JSON.parse(stdout) as CruiseReport; // dependency-cruiser's own documented shape
    return report.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
