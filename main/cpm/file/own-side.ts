import type { AnswererSide } from "../../sdp/file-answer.ts";
import type { Origin } from "../../sdp/session-description.ts";
import type { OfferContext } from "./offer-context.ts";
import { newOrigin } from "./origin.ts";

/** What our session descriptions say of this device; a new session unless one goes on. */
export function ownSide(
  { ports, mediaHost }: Pick<OfferContext, "ports" | "mediaHost">,
  origin: Origin = newOrigin(ports.clock, mediaHost),
): AnswererSide {
  return { origin, host: mediaHost, fingerprint: ports.msrp.fingerprint };
}
