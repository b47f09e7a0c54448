import { parseDecimal } from "../base/decimal.ts";

/** RFC 5547 §6 `file-range`: 1-based, both ends inclusive; `*` where the end is that of the file. */
export interface FileRange {
  readonly start: number;
  readonly stop: number | "*";
}

/** Reads `start-stop`; undefined when malformed, when start is 0 or when stop lies before start - 1. */
export function parseFileRange(text: string): FileRange | undefined {
  const dash = text.indexOf("-");
  if (dash < 0) return undefined;
  const start = parseDecimal(text.slice(0, dash));
  if (start === undefined || start < 1) return undefined;
  const stopText = text.slice(dash + 1);
  if (stopText === "*") return { start, stop: "*" };
  const stop = parseDecimal(stopText);
  // 1-0 is the whole of an empty file.
  return stop === undefined || stop < start - 1 ? undefined : { start, stop };
}

export function formatFileRange(range: FileRange): string {
  return `${String(range.start)}-${String(range.stop)}`;
}
