export interface Counts {
  readonly passed: number;
  /** One line each. */
  readonly failures: readonly string[];
}

export interface Verdict {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly problems: readonly string[];
}

export const EXPECTED: Readonly<Record<string, number>>;
export function readTap(text: string): Counts;
export function readMocha(text: string): Counts;
export function judge(
  name: string,
  counts: Counts,
  end: { readonly code: number | null; readonly isTimeout: boolean },
): Verdict;
