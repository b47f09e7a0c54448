import { type Attribute, hasAttribute, type SessionDescription } from "./session-description.ts";

const NAME = "cpm-courier-resume";

/**
 * Says that the files of a push offer were accepted before and go on now: a device that has no part of them refuses
 * without ringing. An attribute of our own, at session level: others ignore it (RFC 8866 §5.13) and see an offer.
 */
export const RESUME_ATTRIBUTE: Attribute = { name: NAME };

export function isResumeOffer(sd: SessionDescription): boolean {
  return hasAttribute(sd.attributes, NAME);
}
