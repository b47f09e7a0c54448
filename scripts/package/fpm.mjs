#!/usr/bin/env node
/**
 * Stands in for fpm, which no distribution carries: makes a Debian package from the arguments that electron-builder gives,
 * by dpkg-deb. Called through CUSTOM_FPM_PATH.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const FLAGS_WITHOUT_VALUE = new Set(["--force", "--debug"]);
const LISTS = new Set(["-d", "--deb-recommends"]);

/** @returns options by their name, and `source=/destination` pairs */
function parse(args) {
  const options = new Map([...LISTS].map((name) => [name, []]));
  const files = [];
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i];
    if (FLAGS_WITHOUT_VALUE.has(arg)) continue;
    if (arg.startsWith("-")) {
      i += 1;
      if (LISTS.has(arg)) options.get(arg).push(args[i]);
      else options.set(arg, args[i]);
    } else {
      const middle = arg.lastIndexOf("=");
      files.push({ from: arg.slice(0, middle), to: arg.slice(middle + 1) });
    }
  }
  return { options, files };
}

function stage(root, { from, to }) {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  cpSync(from, target, { recursive: true, verbatimSymlinks: true });
  if (!statSync(from).isDirectory()) chmodSync(target, statSync(from).mode & 0o111 ? 0o755 : 0o644);
}

/** Folders that this user made may be closed to others; installed ones may not. */
function open(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) open(join(folder, entry.name));
  }
}

function sizeKib(folder) {
  return execFileSync("du", ["-sk", "--apparent-size", folder], { encoding: "utf8" }).split(
    "\t",
  )[0];
}

/** Each further line of a description is indented; an empty one is a full stop. */
function description(text) {
  const [synopsis = "", ...more] = text.split("\n").map((line) => line.trim());
  return [synopsis, ...more.map((line) => ` ${line === "" ? "." : line}`)].join("\n");
}

function control(options, root) {
  const list = (name) => options.get(name).join(", ");
  const fields = [
    ["Package", options.get("--name")],
    ["Version", options.get("--version")],
    ["Section", options.get("--category") ?? "net"],
    ["Priority", options.get("--deb-priority") ?? "optional"],
    ["Architecture", options.get("--architecture")],
    ["Maintainer", options.get("--maintainer")],
    ["Installed-Size", sizeKib(root)],
    ["Depends", list("-d")],
    ["Recommends", list("--deb-recommends")],
    ["Homepage", options.get("--url")],
    ["Description", description(options.get("--description"))],
  ];
  const present = fields.filter(([, value]) => value !== undefined && value !== "");
  return present.map(([name, value]) => `${name}: ${value}\n`).join("");
}

function writeScript(folder, name, source) {
  if (source === undefined) return;
  cpSync(source, join(folder, name));
  chmodSync(join(folder, name), 0o755);
}

const { options, files } = parse(process.argv.slice(2));
if (options.get("-t") !== "deb") {
  console.error(`fpm.mjs makes deb packages only, not ${options.get("-t")}`);
  process.exit(1);
}
const root = mkdtempSync(join(tmpdir(), "cpm-deb-"));
try {
  for (const file of files) stage(root, file);
  open(root);
  const meta = join(root, "DEBIAN");
  const text = control(options, root);
  mkdirSync(meta, { mode: 0o755 });
  writeFileSync(join(meta, "control"), text);
  writeScript(meta, "postinst", options.get("--after-install"));
  writeScript(meta, "postrm", options.get("--after-remove"));
  const asked = options.get("--deb-compression") ?? "xz";
  const compression = `-Z${asked === "gz" ? "gzip" : asked}`;
  execFileSync("dpkg-deb", [
    "--root-owner-group",
    compression,
    "-z3",
    "--build",
    root,
    options.get("--package"),
  ]);
} finally {
  rmSync(root, { recursive: true, force: true });
}
