/** The walls: which folder may import which. ARCHITECTURE.md draws the same picture; tests/architecture proves each rule. */

/** Layer -> layers it may import; a layer may always import itself. */
const MAY_IMPORT = {
  shared: [],
  "main/base": ["shared"],
  "main/sip": ["shared", "main/base"],
  "main/sdp": ["shared", "main/base"],
  "main/msrp": ["shared", "main/base"],
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
  "main/storage": ["shared", "main/base"],
  "main/trace": ["shared", "main/base"],
  "main/compose": ["shared", "main/(?!(?:preload|app|cli)/)[^/]+"],
  "main/app": ["shared", "main/(?!(?:preload|cli)/)[^/]+"],
  "main/cli": ["shared", "main/(?!(?:preload|app)/)[^/]+"],
  "main/preload": ["shared"],
  renderer: ["shared"],
  host: [],
};

const layers = Object.entries(MAY_IMPORT).map(([layer, allowed]) => ({
  name: `layer:${layer}`,
  comment: `${layer} may import only: ${[layer, ...allowed].join(", ")}`,
  severity: "error",
  from: { path: `^${layer}/` },
  to: {
    path: "^(shared|main|renderer|host)/",
    pathNot: `^(${[layer, ...allowed].join("|")})/`,
  },
}));

/** Lowest first: a part may import the parts before it, never one after it. */
const SIP_PARTS = ["grammar", "message", "transport", "transaction", "dialog", "ua"];
const insideSip = SIP_PARTS.slice(0, -1).map((part, i) => ({
  name: `sip:${part}`,
  comment: "inside main/sip: grammar <- message <- transport <- transaction <- dialog <- ua",
  severity: "error",
  from: { path: `^main/sip/${part}/` },
  to: { path: `^main/sip/(${SIP_PARTS.slice(i + 1).join("|")})/` },
}));

const insideMsrp = [
  ["framing", "session|connection"],
  ["session", "connection"],
  ["connection", "session"],
].map(([part, above]) => ({
  name: `msrp:${part}`,
  comment: "inside main/msrp: framing <- session ; framing <- connection",
  severity: "error",
  from: { path: `^main/msrp/${part}/` },
  to: { path: `^main/msrp/(${above})/` },
}));

const PURE = "^(shared|main/(base|sip|sdp|msrp|drachtio|cpm|network|trace))/";
/** A relative path that leads nowhere is reported by no-unresolvable. */
const RELATIVE = "^\\.{1,2}/";
const NPM = ["npm", "npm-dev", "npm-peer", "npm-optional", "npm-no-pkg", "npm-unknown", "unknown"];

module.exports = {
  forbidden: [
    ...layers,
    ...insideSip,
    ...insideMsrp,
    {
      name: "no-circular",
      comment: "two files that need each other are one file, or miss a third",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "pure-core",
      comment: "sockets, timers, files and packages come through main/base/ports.ts",
      severity: "error",
      from: { path: PURE, pathNot: "\\.(node|test)\\.ts$|^shared/ipc/" },
      to: { dependencyTypes: ["core", ...NPM], pathNot: RELATIVE },
    },
    {
      name: "pure-ipc",
      comment: "the table of the process border may use zod and nothing else",
      severity: "error",
      from: { path: "^shared/ipc/", pathNot: "\\.test\\.ts$" },
      to: {
        dependencyTypes: ["core", ...NPM],
        pathNot: `${RELATIVE}|(^|/)node_modules/zod/|^zod(/|$)`,
      },
    },
    {
      name: "pure-knows-the-port",
      comment: "a composition root or a test wires the .node.ts implementation to the port",
      severity: "error",
      from: { path: PURE, pathNot: "\\.(node|test)\\.ts$" },
      to: { path: "\\.node\\.ts$" },
    },
    {
      name: "no-node-in-renderer",
      comment: "a window has no Node",
      severity: "error",
      from: { path: "^(renderer|main/preload)/", pathNot: "\\.test\\.tsx?$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "electron-only-in-shell",
      comment:
        "only main/app and main/preload know Electron, and the host that stands in for it its types",
      severity: "error",
      from: { pathNot: "^(main/(app|preload)|host)/" },
      to: { path: "^electron(/|$)|node_modules/electron/" },
    },
    {
      name: "drachtio-srf-only-in-its-layer",
      comment: "its defects are contained by the typed facade in main/drachtio",
      severity: "error",
      from: { pathNot: "^main/drachtio/" },
      to: { path: "^drachtio-[a-z]+(/|$)|node_modules/drachtio-[a-z]+/" },
    },
    {
      name: "commander-only-in-cli",
      comment: "options of the command line are parsed in one place",
      severity: "error",
      from: { pathNot: "^main/cli/" },
      to: { path: "^commander(/|$)|node_modules/commander/" },
    },
    {
      name: "entry-is-lazy",
      comment: "the command line must start without loading the windows, and the other way round",
      severity: "error",
      from: { path: "^main/entry\\.ts$" },
      to: { path: "^main/", dynamic: false },
    },
    {
      name: "no-test-imports",
      comment: "the product does not lean on its tests",
      severity: "error",
      from: { pathNot: "\\.test\\.tsx?$|^tests/" },
      to: { path: "\\.test\\.tsx?$|^tests/" },
    },
    {
      name: "no-unresolvable",
      comment: "a mistyped path, or a package that is not installed",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^electron(/|$)" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
