import type { ConflictPolicy } from "../../base/files.ts";

/** How files are taken. */
export interface AcceptTerms {
  /** As configured when absent. */
  readonly folder?: string;
  /** What becomes of files whose name is taken when they are here; `keep-both` when absent. */
  readonly conflict?: ConflictPolicy;
  /** By index, where that is something else; not of files that follow in a series. */
  readonly conflicts?: ReadonlyMap<number, ConflictPolicy>;
  /**
   * In a series: others are taken too, so that no file here does not mean no file at all. A later offer waits for room, for
   * nobody is asked any more.
   */
  readonly place?: "first" | "later";
}
