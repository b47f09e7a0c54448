import { printable } from "../../shared/format/safe-text.ts";
import { type FlowReport, isComplete, recogniseFlows } from "../trace/flow-report.ts";
import { FLOW_STEPS, STEP_TITLES } from "../trace/flow-step.ts";
import { formatLadder, formatVerdict } from "../trace/ladder.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { Output } from "./output.node.ts";
import { readTraces } from "./trace-merge.node.ts";

export interface FlowFlags {
  readonly check?: boolean;
  readonly format?: "text" | "json";
  readonly json?: boolean;
}

/** `cpm flow`: which steps of the change request a trace shows. */
export async function runFlowCommand(
  paths: readonly string[],
  flags: FlowFlags,
): Promise<ExitCode> {
  const isJson = flags.json === true || flags.format === "json";
  const output = new Output({ isJson, profile: "-" });
  const reports = recogniseFlows(await readTraces(paths));
  if (reports.length === 0) {
    output.event("flow", flowFields(undefined));
    output.say("The trace holds no offer.");
  }
  for (const report of reports) {
    output.event("flow", flowFields(report));
    output.say(`${formatLadder(report, output.columns)}\n${formatVerdict(report)}`);
  }
  const isFine = reports.length > 0 && reports.every(isComplete);
  if (flags.check !== true || isFine) return EXIT.done;
  output.hint(`cpm: ${firstFault(reports)}`);
  return EXIT.expectation;
}

/** The `flow` event of `--json`; without a report every step is missing. */
export function flowFields(report: FlowReport | undefined): object {
  return {
    steps: FLOW_STEPS.length,
    seen: report?.seen.length ?? 0,
    missing: report?.missing ?? FLOW_STEPS,
    misplaced: report?.misplaced.map(({ step }) => step) ?? [],
    notApplicable: report?.notApplicable ?? [],
    ...(report === undefined ? {} : { conversationId: report.conversationId }),
  };
}

/** The first step that is missing or misplaced, in the order of the figures, and of which offer. */
function firstFault(reports: readonly FlowReport[]): string {
  const at = reports.findIndex((each) => !isComplete(each));
  const report = reports[at];
  if (report === undefined) return "the trace holds no offer: O1 is missing";
  const place = `offer ${String(at + 1)} of ${String(reports.length)}`;
  const which =
    reports.length === 1 ? "" : `${place} (conversation ${printable(report.conversationId)}): `;
  return `${which}${faultOf(report)}`;
}

function faultOf({ missing, misplaced }: FlowReport): string {
  const step = FLOW_STEPS.find(
    (each) => missing.includes(each) || misplaced.some((fault) => fault.step === each),
  );
  if (step === undefined) return "";
  const cause = misplaced.find((fault) => fault.step === step)?.cause;
  const fault = cause === undefined ? "is missing" : `came before its cause, ${cause}`;
  return `${step} (${STEP_TITLES[step]}) ${fault}`;
}
