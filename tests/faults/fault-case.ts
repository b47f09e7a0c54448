/** What a case came to: figures for its line, and what is wrong; nothing is good. */
export interface CaseResult {
  readonly figures: string;
  readonly wrong: readonly string[];
  /** What was said meanwhile, printed where something is wrong. */
  readonly story?: string;
}

export interface CaseContext {
  /** For files of this run; removed at its end. */
  readonly folder: string;
  readonly seed: number;
}

/** One fault, shown on real processes. */
export interface FaultCase {
  readonly name: string;
  /** Why it cannot run here; undefined where it can. */
  readonly missing?: () => string | undefined;
  readonly run: (context: CaseContext) => Promise<CaseResult>;
  /** Others may run at the same time: it measures nothing that they would change. */
  readonly isParallel: boolean;
}
