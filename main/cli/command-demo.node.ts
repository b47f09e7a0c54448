import { rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type FlowReport, isComplete, recogniseFlows } from "../trace/flow-report.ts";
import { formatLadder, formatVerdict } from "../trace/ladder.ts";
import { parseAcceptRule } from "./accept-rule.ts";
import { flowFields } from "./command-flow.node.ts";
import { Demo } from "./demo.node.ts";
import { sha256OfFile } from "./demo-compare.node.ts";
import { makeSamples } from "./demo-samples.node.ts";
import { EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { checkGivenFiles } from "./given-files.node.ts";
import type { OfferOutcome } from "./offer-outcome.ts";
import { Output } from "./output.node.ts";
import { aborted, stopSignal } from "./stop-signal.node.ts";
import { readTraces, removeFolder, temporaryFolder, writeTrace } from "./trace-merge.node.ts";

export interface DemoFlags {
  readonly devices: number;
  readonly accept: string;
  readonly trace?: string;
  readonly json?: boolean;
}

/** `cpm demo`: the whole main job in one terminal. */
export async function runDemo(paths: readonly string[], flags: DemoFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "demo" });
  const rule = parseAcceptRule(flags.accept);
  if (rule === undefined || rule.kind === "ask") {
    throw usageError(
      `"${flags.accept}" is no rule for a demo.`,
      "Write --accept '*.pdf', all or none.",
    );
  }
  await checkGivenFiles(paths);
  const stop = stopSignal();
  const folder = await temporaryFolder("demo");
  const demo = new Demo(output, folder, flags.devices);
  try {
    const files = paths.length > 0 ? paths : await makeSamples(join(folder, "files"));
    const ending = demo.run(files, rule);
    const outcome = await Promise.race([ending, aborted(stop).then(() => undefined)]);
    if (outcome === undefined) ending.catch(() => undefined);
    await demo.stop();
    if (outcome === undefined) return EXIT.interrupted;
    return await conclude(demo, { outcome, files }, flags.trace);
  } finally {
    await demo.stop();
    await Promise.all(demo.scratchFolders.map(removeFolder));
    // Only what was received stays: a folder that holds anything is not removed.
    for (const empty of [...demo.receiveFolders, folder]) await rmdir(empty).catch(() => undefined);
  }
}

/** Everything has ended: compares what lies on disk and prints the flow. */
async function conclude(
  demo: Demo,
  { outcome, files }: { readonly outcome: OfferOutcome; readonly files: readonly string[] },
  traceFile: string | undefined,
): Promise<ExitCode> {
  const { output, teller } = demo;
  const records = await readTraces(demo.traceFiles);
  if (traceFile !== undefined) await writeTrace(traceFile, records);
  const hasDamage = await compareOnDisk(demo, files);
  const [report] = recogniseFlows(records);
  output.event("flow", flowFields(report));
  if (report !== undefined) {
    output.say(`\n${formatLadder(report, output.columns)}`);
    teller.line("Flow", verdict(report, outcome));
  }
  const exit = outcome.exit ?? EXIT.internal;
  if (hasDamage) return EXIT.verificationFailed;
  const isAccepted = outcome.accepted.length > 0 && (exit === EXIT.done || exit === EXIT.partly);
  const isShown = report !== undefined && isComplete(report);
  return isAccepted && !isShown ? EXIT.expectation : exit;
}

/** The steps after the offer belong to an offer that was accepted. */
function verdict(report: FlowReport, outcome: OfferOutcome): string {
  if (outcome.accepted.length > 0) return formatVerdict(report);
  return `${String(report.seen.length)} steps; the others follow only when files are accepted`;
}

/** Whether any file that arrived differs from the one that was sent. */
async function compareOnDisk(demo: Demo, sentPaths: readonly string[]): Promise<boolean> {
  const { received, output, teller } = demo;
  if (received === undefined) return false;
  let equal = 0;
  for (const [index, path] of received.paths) {
    const sent = sentPaths[index];
    const here = sent === undefined ? undefined : await sha256OfFile(sent);
    const there = await sha256OfFile(path);
    const isEqual = here === there;
    if (isEqual) equal += 1;
    output.event("compared", { index, path, sha256: there, isEqual });
  }
  const total = String(received.paths.size);
  teller.line(
    "On disk",
    `${String(equal)} of ${total} received files are identical to what was sent`,
  );
  const [first] = received.paths.values();
  if (first !== undefined) teller.line("", `they are in ${dirname(first)}`);
  return equal < received.paths.size;
}
