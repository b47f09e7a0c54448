/** What the calls bench tells its processes over the IPC channel of `fork`. */

export const BENCH_DOMAIN = "bench.example";
export const BENCH_PASSWORD = "bench";

/** First message. The answer is `{ port }`; a Participating Function then hears `{ core }`. */
export interface NetworkRole {
  readonly kind: "core" | "pf";
  /** SIP URI of the Participating Function; absent: none is called. */
  readonly pf?: string;
}
