/**
 * `npm run test:srf`: drachtio-srf's own test suite, from its npm tarball, against our engine. Arguments name files of
 * it (`uac b2b`); without any all are run. SRF_KEEP=1 keeps what the engines and sipp said. The last line is
 * `N passed, N failed, N skipped`.
 */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { EXPECTED, judge, readMocha, readTap } from "../tests/srf/results.mjs";
import { copySuite, fetchSuite, suiteTool } from "../tests/srf/suite.mjs";
import { Testbed } from "../tests/srf/testbed.mjs";
import { requireNode } from "./lib/paths.mjs";
import { report, setup } from "./lib/setup.mjs";

/** Most of these files wait most of their time, so they run beside each other, each with engines and sipps of its own. */
const LANES = [["uas", "utils", "unit", "proxy", "refer", "reinvite-tests"], ["b2b"], ["uac"]];
const FILE_LIMIT_MS = 200_000;
/** These need neither engine nor sipp. */
const ALONE = new Set(["unit", "utils"]);
const groups = new Set();
const beds = new Set();

/** The suite's processes form a group, so that what a failed test forgot ends with it. */
function runGroup(args, options) {
  return new Promise((resolve) => {
    const child = spawn(requireNode(), args, {
      ...options,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    groups.add(child.pid);
    const pieces = [];
    let isTimeout = false;
    const timer = setTimeout(() => {
      isTimeout = true;
      endGroup(child.pid);
    }, FILE_LIMIT_MS);
    child.stdout.on("data", (piece) => pieces.push(piece));
    child.stderr.on("data", (piece) => pieces.push(piece));
    child.once("close", (code) => {
      clearTimeout(timer);
      endGroup(child.pid);
      groups.delete(child.pid);
      resolve({ code, isTimeout, output: Buffer.concat(pieces).toString("utf8") });
    });
  });
}

function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

async function runUnit(folder, env) {
  const args = [suiteTool("mocha", "bin", "mocha.js"), "--reporter", "json", "test/unit-tests/"];
  const result = await runGroup(args, { cwd: folder, env });
  return { result, counts: readMocha(result.output) };
}

async function runTape(name, folder, env) {
  const result = await runGroup([join("test", `${name}.js`)], { cwd: folder, env });
  return { result, counts: readTap(result.output) };
}

async function runFile(name, folder, env) {
  const startedMs = Date.now();
  const { result, counts } = await (name === "unit"
    ? runUnit(folder, env)
    : runTape(name, folder, env));
  const verdict = judge(name, counts, result);
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  console.log(
    `${verdict.failed === 0 ? "ok  " : "FAIL"} ${name}: ${verdict.passed} of ${EXPECTED[name]}, ${seconds} s`,
  );
  if (verdict.failed > 0) {
    for (const problem of verdict.problems) console.log(`     ${problem}`);
    console.log(
      result.output
        .split("\n")
        .map((line) => `     | ${line}`)
        .join("\n"),
    );
  }
  return verdict;
}

/** A part of 127/8 that hardly anybody else has. */
function newBlock() {
  return `${randomInt(100, 250)}.${randomInt(1, 250)}`;
}

async function runLane(names) {
  const block = newBlock();
  const folder = copySuite(`${process.pid}-${names[0]}`, block);
  const bed = new Testbed(folder, block);
  const verdicts = [];
  beds.add(bed);
  try {
    if (names.some((name) => !ALONE.has(name))) await bed.start();
    for (const name of names) verdicts.push(await runFile(name, folder, bed.env()));
  } finally {
    await bed.stop();
    beds.delete(bed);
  }
  if (process.env.SRF_KEEP === undefined && verdicts.every(({ failed }) => failed === 0))
    rmSync(folder, { recursive: true, force: true });
  else console.log(`     what the engines and sipp said: ${join(folder, "logs")}`);
  return verdicts;
}

function chosenLanes(wanted) {
  const unknown = wanted.filter((name) => EXPECTED[name] === undefined);
  if (unknown.length > 0) throw new Error(`no such file in the suite: ${unknown.join(", ")}`);
  const isChosen = (name) => wanted.length === 0 || wanted.includes(name);
  return LANES.map((lane) => lane.filter(isChosen)).filter((lane) => lane.length > 0);
}

function hasSipp() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => folder !== "" && existsSync(join(folder, "sipp")));
}

async function main() {
  if (!report(await setup({ forTests: true }))) return false;
  await fetchSuite();
  const lanes = chosenLanes(process.argv.slice(2));
  const canRun = (name) => ALONE.has(name) || hasSipp();
  const skipped = lanes.flat().filter((name) => !canRun(name));
  for (const name of skipped) console.log(`skip ${name}: sipp is missing`);
  const possible = lanes.map((lane) => lane.filter(canRun)).filter((lane) => lane.length > 0);
  const verdicts = (await Promise.all(possible.map(runLane))).flat();
  const sum = (key) => verdicts.reduce((total, verdict) => total + verdict[key], 0);
  const left = skipped.reduce((total, name) => total + EXPECTED[name], 0);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${left} skipped`);
  return sum("failed") === 0 && sum("passed") > 0;
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    for (const pid of groups) endGroup(pid);
    for (const bed of beds) bed.kill();
    process.exit(130);
  });
}
if (!(await main())) process.exitCode = 1;
