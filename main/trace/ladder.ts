import type { FlowReport } from "./flow-report.ts";
import { FLOW_STEPS, type FlowStep } from "./flow-step.ts";
import { type Hop, startOf } from "./hop.ts";

const WIDEST_LANE = 16;
/** Narrower than this no message's name has room on its arrow. */
const NARROWEST_LANE = 10;
const STEP_COLUMNS = 10;
const TIME_COLUMNS = 10;
const MARGIN_COLUMNS = TIME_COLUMNS + STEP_COLUMNS + 2;

/** The elements from left to right, and the columns that each takes; even, so that a lane has a middle. */
interface Lanes {
  readonly names: readonly string[];
  readonly width: number;
}

function toLanes(names: readonly string[], columns: number): Lanes {
  const room = Math.floor(columns / Math.max(1, names.length));
  const width = Math.min(WIDEST_LANE, Math.max(NARROWEST_LANE, room));
  return { names, width: width - (width % 2) };
}

/**
 * One offer as text: a lane for each element, an arrow for each message, the step's number before it. Chunks that are no
 * step are counted, not drawn: a large file has thousands.
 * @param columns width that it should fit into; it may be wider where the lanes need it
 */
export function formatLadder(report: FlowReport, columns = Number.POSITIVE_INFINITY): string {
  const lanes = toLanes(lanesOf(report), columns - MARGIN_COLUMNS);
  const origin = report.hops[0];
  const lines = [`${" ".repeat(MARGIN_COLUMNS)}${laneHeads(lanes)}`];
  let collapsed = 0;
  const flush = (): void => {
    if (collapsed > 0) lines.push(collapsedLine(collapsed, lanes));
    collapsed = 0;
  };
  for (const hop of report.hops) {
    const steps = report.stepsOf.get(hop) ?? [];
    if (steps.length === 0 && isChunkTraffic(hop)) {
      collapsed += 1;
      continue;
    }
    flush();
    const timeMs = origin === undefined ? 0 : Number(startOf(hop).t - startOf(origin).t) / 1e6;
    const time = timeMs.toFixed(1).padStart(TIME_COLUMNS);
    lines.push(`${time}  ${stepLabel(steps).padEnd(STEP_COLUMNS)}${arrow(hop, lanes)}`);
  }
  flush();
  return `${lines.join("\n")}\n`;
}

/** What was seen, in one line for people. */
export function formatVerdict(report: FlowReport): string {
  const expected = FLOW_STEPS.length - report.notApplicable.length;
  const parts = [`${String(report.seen.length)} of ${String(expected)} steps`];
  if (report.notApplicable.length > 0) {
    parts.push(`${report.notApplicable.join(", ")} do not apply to this offer`);
  }
  if (report.missing.length > 0) parts.push(`missing: ${report.missing.join(", ")}`);
  for (const { step, cause } of report.misplaced) parts.push(`${step} came before ${cause}`);
  if (report.missing.length === 0 && report.misplaced.length === 0) parts.push("in causal order");
  return parts.join("; ");
}

/** In the order of the figures: the sender, its core and Participating Function, the receiver's, its devices. */
function lanesOf({ path, hops }: FlowReport): readonly string[] {
  const known = [
    path.sender,
    path.coreA,
    path.pfA,
    path.coreB,
    path.pfB,
    ...path.losers,
    path.winner,
  ];
  const others = hops.flatMap(({ from, to }) => [from, to]);
  return [...new Set([...known, ...others].filter((name) => name !== undefined))];
}

function laneHeads({ names, width }: Lanes): string {
  return names
    .map((name) => center(name.slice(0, width - 2), width))
    .join("")
    .trimEnd();
}

function isChunkTraffic({ proto, summary }: Hop): boolean {
  if (proto !== "msrp") return false;
  return (summary.method === "SEND" && summary.hasBody === true) || summary.status === 200;
}

function collapsedLine(count: number, { names, width }: Lanes): string {
  const text = `· · ·  ${String(count)} more chunk${count === 1 ? "" : "s"} and 200s  · · ·`;
  return `${" ".repeat(MARGIN_COLUMNS)}${center(text, names.length * width).trimEnd()}`;
}

function stepLabel(steps: readonly FlowStep[]): string {
  return steps.join(" = ");
}

/** `|` for every lane, the message's name on a line from sender to receiver. */
function arrow(hop: Hop, { names, width }: Lanes): string {
  const middle = width / 2;
  const row = Array.from({ length: names.length * width }, () => " ");
  const columnOf = (name: string): number => names.indexOf(name) * width + middle;
  for (const name of names) row[columnOf(name)] = "|";
  const from = columnOf(hop.from);
  const to = columnOf(hop.to);
  const text = messageName(hop);
  if (from === to) return `${row.join("").slice(0, from + 1)} ${text} (to itself)`;
  const [left, right] = from < to ? [from, to] : [to, from];
  for (let column = left + 1; column < right; column += 1) row[column] = "-";
  row[from < to ? right - 1 : left + 1] = from < to ? ">" : "<";
  const room = right - left - 3;
  // `200` says more than a cut-off `200 INV`.
  const shown = text.length <= room ? text : (text.split(" ", 1)[0] ?? "").slice(0, room);
  const start = left + (from < to ? 1 : 2) + Math.ceil((room - shown.length) / 2);
  for (let i = 0; i < shown.length; i += 1) row[start + i] = shown.charAt(i);
  return row.join("").trimEnd();
}

/** `INVITE`, `200 INVITE`, `SEND $`, `200`; with `!` where only one end saw it. */
function messageName({ proto, summary, sent, received, copies }: Hop): string {
  const { method, status, cseq, flag } = summary;
  const base = method ?? String(status ?? "?");
  const isSipResponse = proto === "sip" && method === undefined;
  const detail = isSipResponse ? ` ${cseq?.split(" ")[1] ?? ""}` : "";
  const isLastChunk = method === "SEND" && flag === "$";
  const isLost = sent !== undefined && received === undefined;
  return `${base}${detail}${isLastChunk ? " $" : ""}${copies > 1 ? ` x${String(copies)}` : ""}${isLost ? "!" : ""}`;
}

function center(text: string, width: number): string {
  const before = Math.max(0, Math.floor((width - text.length) / 2) + (width % 2 === 0 ? 1 : 0));
  return `${" ".repeat(before)}${text}`.padEnd(width).slice(0, Math.max(width, text.length));
}
