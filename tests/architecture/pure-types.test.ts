import { join } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const AMBIENT = join(ROOT, "main/base/ambient.d.ts");

const PURE = [
  "shared",
  "main/base",
  "main/sip",
  "main/sdp",
  "main/msrp",
  "main/drachtio",
  "main/cpm",
  "main/network",
  "main/trace",
];

/** What a pure file may not do, and one line that does it. */
const BREACHES: readonly (readonly [string, string])[] = [
  ["setTimeout", "setTimeout(() => 0, 1);"],
  ["setInterval", "setInterval(() => 0, 1);"],
  ["setImmediate", "setImmediate(() => 0);"],
  ["process", "process.exit(1);"],
  ["console", 'console.log("");'],
  ["fetch", 'fetch("http://localhost");'],
  ["performance", "performance.now();"],
  ["crypto", "crypto.randomUUID();"],
  ["require", 'require("net");'],
  ["document", "document.body;"],
  ["node:net", 'import "node:net"; import { connect } from "node:net"; connect(1);'],
  ["node:fs", 'import type { Stats } from "node:fs"; export type S = Stats;'],
];

/** What main/base/ambient.d.ts grants. */
const GRANTED = `
  export const octets = Buffer.from("MSRP", "latin1").subarray(0, 2);
  export const text = new TextDecoder().decode(new TextEncoder().encode("x"));
  export const signal: AbortSignal = new AbortController().signal;
  queueMicrotask(() => undefined);
`;

function coreConfig(): ts.ParsedCommandLine {
  const path = join(ROOT, "tsconfig.core.json");
  const read = ts.readConfigFile(path, (file) => ts.sys.readFile(file));
  const config: unknown = read.config;
  return ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
}

/** Compiles texts as if they lay in the tree, with the very options of tsconfig.core.json. */
function compile(files: ReadonlyMap<string, string>): readonly ts.Diagnostic[] {
  const { options } = coreConfig();
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    readFile: (path) => files.get(path) ?? disk.readFile(path),
    fileExists: (path) => files.has(path) || disk.fileExists(path),
    getSourceFile: (path, version, ...rest) => {
      const text = files.get(path);
      return text === undefined
        ? disk.getSourceFile(path, version, ...rest)
        : ts.createSourceFile(path, text, version);
    },
  };
  const program = ts.createProgram([AMBIENT, ...files.keys()], options, host);
  return [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()];
}

describe("tsconfig.core.json", () => {
  const files = new Map<string, string>();
  let complaints: readonly ts.Diagnostic[] = [];

  function plantPath(name: string): string {
    return join(ROOT, `main/sip/planted-${name.replace(":", "-")}.ts`);
  }

  beforeAll(() => {
    for (const [name, line] of BREACHES) files.set(plantPath(name), `${line}\nexport {};\n`);
    files.set(plantPath("granted"), GRANTED);
    complaints = compile(files);
  });

  function complaintsIn(name: string): readonly number[] {
    return complaints
      .filter(({ file }) => file?.fileName === plantPath(name))
      .map(({ code }) => code);
  }

  it.each(BREACHES)("does not compile %s in a pure layer", (name) => {
    // 2304, 2580, 2584, 2591: cannot find name; 2307: cannot find module; 2882: side-effect import.
    const unknownName = [2304, 2307, 2580, 2584, 2591, 2882];
    expect(complaintsIn(name).filter((code) => unknownName.includes(code))).not.toEqual([]);
  });

  it("compiles what main/base/ambient.d.ts grants", () => {
    expect(complaintsIn("granted")).toEqual([]);
  });

  it("covers every pure layer, and leaves out .node.ts files and tests", () => {
    const raw: unknown = coreConfig().raw;
    expect(raw).toMatchObject({
      include: PURE.map((layer) => `${layer}/**/*.ts`),
      exclude: ["main/base/node-buffer.d.ts", "**/*.node.ts", "**/*.test.ts"],
    });
  });
});
