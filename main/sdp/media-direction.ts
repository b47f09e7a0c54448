import { type Attribute, hasAttribute } from "./session-description.ts";

export type Direction = "sendonly" | "recvonly" | "sendrecv" | "inactive";

const DIRECTIONS: readonly Direction[] = ["sendonly", "recvonly", "sendrecv", "inactive"];

/** Direction of a stream: its own attribute, else the session's, else `sendrecv` (RFC 8866 §6.7). */
export function directionOf(media: readonly Attribute[], session: readonly Attribute[]): Direction {
  for (const list of [media, session]) {
    const found = DIRECTIONS.find((direction) => hasAttribute(list, direction));
    if (found !== undefined) return found;
  }
  return "sendrecv";
}

/** The direction that answers an offered one (RFC 3264 §6.1; a file goes one way only, RFC 5547 §8.3.1). */
export function answerDirection(offered: Direction): Direction {
  if (offered === "recvonly") return "sendonly";
  return offered === "inactive" ? "inactive" : "recvonly";
}
