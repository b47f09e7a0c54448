import { beforeAll, describe, expect, it } from "vitest";
import { judge, type Violation } from "./planted-tree.ts";

const BELOW_COMPOSE = [
  "shared",
  "main/base",
  "main/sip",
  "main/sdp",
  "main/msrp",
  "main/storage",
  "main/trace",
  "main/drachtio",
  "main/cpm",
  "main/network",
];

/** ARCHITECTURE.md, "Direction of dependencies", written down a second time and on purpose by hand. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  "main/base": ["shared"],
  "main/sip": ["shared", "main/base"],
  "main/sdp": ["shared", "main/base"],
  "main/msrp": ["shared", "main/base"],
  "main/storage": ["shared", "main/base"],
  "main/trace": ["shared", "main/base"],
  "main/drachtio": ["shared", "main/base", "main/sip"],
  "main/cpm": ["shared", "main/base", "main/sip", "main/sdp", "main/msrp", "main/drachtio"],
  "main/network": [
    "shared",
    "main/base",
    "main/sip",
    "main/sdp",
    "main/msrp",
    "main/drachtio",
    "main/cpm",
  ],
  "main/compose": BELOW_COMPOSE,
  "main/cli": [...BELOW_COMPOSE, "main/compose"],
  "main/app": [...BELOW_COMPOSE, "main/compose"],
  "main/preload": ["shared"],
  renderer: ["shared"],
  host: [],
};

const LAYERS = Object.keys(ALLOWED);
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
const SIP_PARTS = ["grammar", "message", "transport", "transaction", "dialog", "ua"];

interface Case {
  /** Rule that has to speak; undefined where nothing may. */
  readonly rule: string | undefined;
  readonly from: string;
  readonly to: string;
}

const plants = new Map<string, string>();
const cases: Case[] = [];

/** Depth of `from` decides how many steps up the relative path takes. */
function specifier(from: string, to: string): string {
  return `${"../".repeat(from.split("/").length - 1)}${to}`;
}

/** A file of its own per breach, so that none hides another. */
function planted(from: string, to: string, rule: string | undefined, isPackage = false): void {
  const target = isPackage ? to : specifier(from, to);
  const text = `import type * as other from "${target}";\nexport type Other = typeof other;\n`;
  plants.set(from, text);
  if (!isPackage) plants.set(to, plants.get(to) ?? "export const here = 1;\n");
  cases.push({ rule, from, to });
}

function slug(layer: string): string {
  return layer.replace("/", "-");
}

for (const from of LAYERS) {
  for (const to of LAYERS.filter((layer) => layer !== from)) {
    const isAllowed = ALLOWED[from]?.includes(to) === true;
    planted(
      `${from}/reaches-${slug(to)}.ts`,
      `${to}/target.ts`,
      isAllowed ? undefined : `layer:${from}`,
    );
  }
}
for (const [i, part] of SIP_PARTS.entries()) {
  for (const [j, other] of SIP_PARTS.entries()) {
    if (i === j) continue;
    planted(
      `main/sip/${part}/reaches-${other}.ts`,
      `main/sip/${other}/target.ts`,
      j > i ? `sip:${part}` : undefined,
    );
  }
}
for (const [part, other, isAllowed] of [
  ["framing", "session", false],
  ["framing", "connection", false],
  ["session", "connection", false],
  ["connection", "session", false],
  ["session", "framing", true],
  ["connection", "framing", true],
] as const) {
  planted(
    `main/msrp/${part}/reaches-${other}.ts`,
    `main/msrp/${other}/target.ts`,
    isAllowed ? undefined : `msrp:${part}`,
  );
}
for (const layer of PURE) {
  planted(`${layer}/takes-a-socket.ts`, "node:net", "pure-core", true);
  planted(`${layer}/takes-a-package.ts`, "left-pad", "pure-core", true);
  planted(`${layer}/knows-the-shell.ts`, `${layer}/shell.node.ts`, "pure-knows-the-port");
  planted(`${layer}/may-take-a-socket.node.ts`, "node:net", undefined, true);
}
planted("main/drachtio/may-take-srf.node.ts", "drachtio-srf", undefined, true);
planted("main/network/takes-srf.node.ts", "drachtio-srf", "drachtio-srf-only-in-its-layer", true);
planted("main/cli/may-take-commander.ts", "commander", undefined, true);
planted("main/storage/takes-commander.ts", "commander", "commander-only-in-cli", true);
planted("shared/ipc/may-take-zod.ts", "zod", undefined, true);
planted("shared/ipc/takes-a-package.ts", "left-pad", "pure-ipc", true);
planted("shared/ipc/takes-a-file.ts", "node:fs", "pure-ipc", true);
planted("renderer/takes-a-file.ts", "node:fs", "no-node-in-renderer", true);
planted("main/cpm/takes-electron.node.ts", "electron", "electron-only-in-shell", true);
planted("main/app/may-take-electron.ts", "electron", undefined, true);
planted("main/sip/takes-a-test.ts", "tests/support/target.ts", "no-test-imports");
planted("main/sip/nowhere.ts", "./no-such-file.ts", "no-unresolvable", true);
plants.set("main/sip/circle.ts", 'import "./circle-back.ts";\n');
plants.set("main/sip/circle-back.ts", 'import "./circle.ts";\n');
planted("main/entry.ts", "main/cli/target.ts", "entry-is-lazy");
plants.set("main/trace/takes-the-entry.ts", 'import "../entry.ts";\n');

const RULES = [...new Set(cases.map(({ rule }) => rule))].filter((rule) => rule !== undefined);

/** How dependency-cruiser may print what a file imports: resolved, or without its prefix. */
function isSame(reported: string, to: string): boolean {
  return reported.includes(to.replace(/^(node:|\.\/)/, ""));
}

describe("the walls of ARCHITECTURE.md", () => {
  let found: readonly Violation[] = [];

  beforeAll(async () => {
    found = await judge(plants);
  });

  function rulesAgainst({ from, to }: Case): readonly string[] {
    return found.filter((one) => one.from === from && isSame(one.to, to)).map(({ rule }) => rule);
  }

  it.each(RULES)("%s reports every planted breach", (rule) => {
    const missed = cases.filter((one) => one.rule === rule && !rulesAgainst(one).includes(rule));
    expect(missed).toEqual([]);
  });

  it("no rule reports an import that is allowed", () => {
    const allowed = cases.filter(({ rule }) => rule === undefined);
    expect(allowed.length).toBeGreaterThan(50);
    expect(allowed.filter((one) => rulesAgainst(one).length > 0)).toEqual([]);
  });

  it("no-circular reports two files that need each other", () => {
    const circles = found.filter(({ rule }) => rule === "no-circular");
    expect(circles.map(({ from }) => from.replace("-back", ""))).toContain("main/sip/circle.ts");
  });

  it("a layer cannot import the entry", () => {
    expect(found).toContainEqual({
      rule: "layer:main/trace",
      from: "main/trace/takes-the-entry.ts",
      to: "main/entry.ts",
    });
  });

  it("every layer, and every part inside main/sip and main/msrp, has its rule planted here", () => {
    const parts = LAYERS.map((layer) => `layer:${layer}`);
    const inside = [
      ...SIP_PARTS.slice(0, -1).map((part) => `sip:${part}`),
      "msrp:framing",
      "msrp:session",
      "msrp:connection",
    ];
    expect(RULES).toEqual(expect.arrayContaining([...parts, ...inside]));
  });
});
