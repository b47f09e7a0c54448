import type { LimitProfile } from "../../base/limit-profile.ts";
import type { Rate } from "../../base/rate.ts";

/** How many offers may come to a device. */
export interface OfferLimits {
  /** That ring or run at once. */
  readonly atOnce: number;
  /** That ring at once: of everybody, and of one person. */
  readonly ringing: number;
  readonly ringingOfPeer: number;
  /** New ones of one person. */
  readonly ofPeer: Rate;
}

/** Measurements offer a hundred at once. */
const LAB_OFFERS: OfferLimits = {
  atOnce: 200,
  ringing: 200,
  ringingOfPeer: 200,
  ofPeer: { most: 10_000, windowMs: 1000 },
};

const OPEN_OFFERS: OfferLimits = {
  atOnce: 32,
  ringing: 20,
  ringingOfPeer: 3,
  // One in five seconds, and a few in a row: who is answered at once goes on.
  ofPeer: { most: 6, windowMs: 30_000 },
};

export const OFFER_LIMITS: Readonly<Record<LimitProfile, OfferLimits>> = {
  lab: LAB_OFFERS,
  open: OPEN_OFFERS,
};

/** Of a window in the lab: nobody looks at a hundred offers, but tests make them quickly. */
export const LAB_WINDOW_OFFERS: OfferLimits = { ...OPEN_OFFERS, ofPeer: LAB_OFFERS.ofPeer };
