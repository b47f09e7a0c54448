/** Speed of one transfer as people are shown it (ux 3.6). Times are monotonic milliseconds. */
export interface TransferRate {
  readonly startMs: number;
  readonly startOctets: number;
  readonly lastMs: number;
  readonly octets: number;
  /** Octets and seconds so far, older ones counting less. */
  readonly weightedOctets: number;
  readonly weightedS: number;
  /** The time left that is shown, and since when another estimate has been above it. */
  readonly leftS?: number;
  readonly aboveSinceMs?: number;
}

/** How long ago something counts only a third. */
const WINDOW_S = 10;
const FIRST_SPEED_MS = 2000;
const FIRST_SPEED_OCTETS = 1_000_000;
const FIRST_LEFT_MS = 5000;
const RISE_MS = 3000;

export function startRate(octets: number, nowMs: number): TransferRate {
  return {
    ...{ startMs: nowMs, startOctets: octets, lastMs: nowMs, octets },
    ...{ weightedOctets: 0, weightedS: 0 },
  };
}

/** @param leftOctets still to come */
export function stepRate(
  rate: TransferRate,
  octets: number,
  leftOctets: number,
  nowMs: number,
): TransferRate {
  const elapsedS = (nowMs - rate.lastMs) / 1000;
  if (elapsedS <= 0)
    return { ...rate, octets, weightedOctets: rate.weightedOctets + octets - rate.octets };
  const fade = Math.exp(-elapsedS / WINDOW_S);
  const next: TransferRate = {
    ...rate,
    ...{ lastMs: nowMs, octets },
    weightedOctets: rate.weightedOctets * fade + (octets - rate.octets),
    weightedS: rate.weightedS * fade + elapsedS,
  };
  return withLeft(next, leftOctets, nowMs);
}

/** Weighted octets per second; undefined until it means something. */
export function speedOf(rate: TransferRate): number | undefined {
  const isOld = rate.lastMs - rate.startMs >= FIRST_SPEED_MS;
  const isMuch = rate.octets - rate.startOctets >= FIRST_SPEED_OCTETS;
  if ((!isOld && !isMuch) || rate.weightedS === 0) return undefined;
  return Math.max(0, Math.round(rate.weightedOctets / rate.weightedS));
}

/** The shown time falls freely and rises only after three seconds of evidence. */
function withLeft(rate: TransferRate, leftOctets: number, nowMs: number): TransferRate {
  const speed = speedOf(rate);
  if (speed === undefined || speed === 0 || nowMs - rate.startMs < FIRST_LEFT_MS) return rate;
  const leftS = Math.ceil(leftOctets / speed);
  const { aboveSinceMs, ...rest } = rate;
  if (rate.leftS === undefined || leftS <= rate.leftS) return { ...rest, leftS };
  const sinceMs = aboveSinceMs ?? nowMs;
  return nowMs - sinceMs >= RISE_MS ? { ...rest, leftS } : { ...rate, aboveSinceMs: sinceMs };
}
