import type { ByteRange } from "../../msrp/framing/byte-range.ts";

/** What the REPORTs about one message say together (RFC 4975 §7.1.2: one at the end, or several, in any ranges). */
export interface ReportCoverage {
  /** Covered octets as 0-based half-open spans, in order, never touching. */
  readonly spans: readonly Span[];
  /** A success REPORT about an empty message covers it. */
  readonly hasEmptySuccess: boolean;
  /** Of the first failure REPORT. */
  readonly failure?: { readonly status: number; readonly comment?: string };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A peer that reports in more pieces than this without ever closing a gap is not counted further. */
const MAX_SPANS = 1024;

export const NO_REPORTS: ReportCoverage = { spans: [], hasEmptySuccess: false };

export function addReport(
  state: ReportCoverage,
  report: { readonly range: ByteRange; readonly status: number; readonly comment?: string },
  sizeOctets: number,
): ReportCoverage {
  if (report.status !== 200) {
    const { status, comment } = report;
    const failure = { status, ...(comment === undefined ? {} : { comment }) };
    return state.failure === undefined ? { ...state, failure } : state;
  }
  const from = report.range.start - 1;
  const to = report.range.end === "*" ? sizeOctets : Math.min(report.range.end, sizeOctets);
  if (to < from || from > sizeOctets) return state;
  if (to === from) return sizeOctets === 0 ? { ...state, hasEmptySuccess: true } : state;
  const spans = merge(state.spans, { from, to });
  return spans.length > MAX_SPANS ? state : { ...state, spans };
}

function merge(spans: readonly Span[], added: Span): readonly Span[] {
  const before = spans.filter((span) => span.to < added.from);
  const after = spans.filter((span) => span.from > added.to);
  const touching = spans.filter((span) => span.to >= added.from && span.from <= added.to);
  const joined = {
    from: Math.min(added.from, ...touching.map((span) => span.from)),
    to: Math.max(added.to, ...touching.map((span) => span.to)),
  };
  return [...before, joined, ...after];
}

/** Every octet of the message has been reported as received. */
export function isCovered(state: ReportCoverage, sizeOctets: number): boolean {
  if (sizeOctets === 0) return state.hasEmptySuccess;
  const [only] = state.spans;
  return state.spans.length === 1 && only?.from === 0 && only.to === sizeOctets;
}
