/**
 * What one message may cost. Each limit is checked before memory is taken for what it bounds. Peers cannot raise them.
 */
export interface SipLimits {
  readonly messageOctets: number;
  readonly headOctets: number;
  readonly headerFields: number;
  /** One header field with its continuation lines, or the start line. */
  readonly lineOctets: number;
  readonly bodyOctets: number;
}

const COMMON = {
  headOctets: 65_536,
  headerFields: 128,
  lineOctets: 16_384,
  bodyOctets: 65_536,
} as const;

export const DATAGRAM_LIMITS: SipLimits = { ...COMMON, messageOctets: 65_535 };
export const STREAM_LIMITS: SipLimits = { ...COMMON, messageOctets: 131_072 };
