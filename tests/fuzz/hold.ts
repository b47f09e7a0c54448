import { isDeepStrictEqual } from "node:util";

/** Throws unless it holds. Cheaper than `expect`, which costs more than most of the parsers that are fuzzed. */
export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** Throws unless both are equal in every part. */
export function holdEqual(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what}\n  is       ${shown(actual)}\n  expected ${shown(expected)}`);
}

function shown(value: unknown): string {
  return JSON.stringify({ value }).slice(0, 1000);
}
