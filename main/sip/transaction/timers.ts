/** The base values of RFC 3261 Appendix A, Table 4, in milliseconds. */
export interface TimerConfig {
  /** Round-trip time estimate: first retransmission interval. */
  readonly t1Ms: number;
  /** Longest retransmission interval of non-INVITE requests and of INVITE responses. */
  readonly t2Ms: number;
  /** Longest time a message stays in the network. */
  readonly t4Ms: number;
  /** Timer D over unreliable transports: how long an INVITE client absorbs retransmitted 3xx-6xx. */
  readonly dMs: number;
  /** RFC 3261 §17.2.1: a TU that is silent this long has its INVITE answered with 100. */
  readonly tryingAfterMs: number;
}

export const T1_MS = 500;
export const T2_MS = 4000;
export const T4_MS = 5000;

export const DEFAULT_TIMERS: TimerConfig = {
  t1Ms: T1_MS,
  t2Ms: T2_MS,
  t4Ms: T4_MS,
  dMs: 32_000,
  tryingAfterMs: 200,
};

/** What a state machine needs to know beside its events. */
export interface TransactionConfig extends TimerConfig {
  readonly isReliable: boolean;
}

/** Timers B, F, H, J, L and M all last 64*T1. */
export function timeoutMs(config: TimerConfig): number {
  return 64 * config.t1Ms;
}
