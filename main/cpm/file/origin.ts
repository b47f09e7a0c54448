import type { Clock } from "../../base/ports.ts";
import type { Origin } from "../../sdp/session-description.ts";

/** Seconds between 1900, where NTP time starts, and 1970. */
const NTP_OFFSET_S = 2_208_988_800;

/** `o=` of a new session description: NTP time makes id and first version (RFC 8866 §5.2). */
export function newOrigin(clock: Clock, host: string): Origin {
  const now = String(Math.floor(clock.wallMs() / 1000) + NTP_OFFSET_S);
  const addressType = host.includes(":") ? "IP6" : "IP4";
  return { user: "-", sessionId: now, version: now, addressType, address: host };
}
