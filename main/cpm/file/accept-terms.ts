/** How files are taken. */
export interface AcceptTerms {
  /** As configured when absent. */
  readonly folder?: string;
  /**
   * In a series: others are taken too, so that no file here does not mean no file at all. A later offer waits for room, for
   * nobody is asked any more.
   */
  readonly place?: "first" | "later";
}
