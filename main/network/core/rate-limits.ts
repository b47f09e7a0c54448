import type { LimitProfile } from "../../base/limit-profile.ts";
import type { Rate } from "../../base/rate.ts";

/** How much the core listens to anybody. */
export interface RateLimits {
  /** Requests from one address behind which no user is known. */
  readonly unproven: Rate;
  /** As many again are refused with 503; after that the address hears nothing and is not listened to. */
  readonly refusedUnproven: Rate;
  /** Requests of one user, whatever they are. */
  readonly proven: Rate;
  /** INVITEs of one user that begin something. A series of 5,000 files takes 50. */
  readonly invites: Rate;
}

export const OPEN_RATES: RateLimits = {
  unproven: { most: 30, windowMs: 2_000 },
  refusedUnproven: { most: 30, windowMs: 2_000 },
  proven: { most: 100, windowMs: 1_000 },
  invites: { most: 50, windowMs: 60_000 },
};

/** In the lab nobody is counted: measurements ask for more than people ever do. */
export const RATE_LIMITS: Readonly<Record<LimitProfile, RateLimits | undefined>> = {
  lab: undefined,
  open: OPEN_RATES,
};
