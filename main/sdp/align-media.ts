import { err, ok, type Result } from "../base/result.ts";
import { transferIdOf } from "./file-media.ts";
import { refusedMedia } from "./refused-media.ts";
import {
  type MediaDescription,
  type SdpError,
  type SessionDescription,
  sdpError,
} from "./session-description.ts";

/**
 * Puts the m= lines of an answer into the number and order of the offer's, as RFC 3264 §6 orders. Some servers drop or
 * move lines with port 0; the file-transfer-id tells then which line is meant, and a line that is missing is refused.
 * @returns 488 when a line in use can't be matched without a guess
 */
export function alignMedia(
  offer: SessionDescription,
  answer: SessionDescription,
): Result<SessionDescription, SdpError> {
  if (isAligned(offer, answer)) return ok(answer);
  const byId = new Map<string, MediaDescription>();
  for (const media of answer.media) {
    const id = transferIdOf(media.attributes);
    if (id !== undefined) byId.set(id, media);
    else if (media.port !== 0)
      return err(sdpError("m= lines of the answer do not match those of the offer", 488));
  }
  const media = offer.media.map((offered) => {
    const id = transferIdOf(offered.attributes);
    const found = id === undefined ? undefined : byId.get(id);
    if (id !== undefined) byId.delete(id);
    return found ?? refusedMedia(offered);
  });
  const isLeftOver = [...byId.values()].some((left) => left.port !== 0);
  return isLeftOver
    ? err(sdpError("the answer uses an m= line that was not offered", 488))
    : ok({ ...answer, media });
}

/** Same count, same kinds, and no line carries an id other than the offer's. */
function isAligned(offer: SessionDescription, answer: SessionDescription): boolean {
  if (offer.media.length !== answer.media.length) return false;
  return offer.media.every((offered, index) => {
    const answered = answer.media[index];
    if (answered?.kind !== offered.kind) return false;
    const id = transferIdOf(answered.attributes);
    return id === undefined || id === transferIdOf(offered.attributes);
  });
}
