import { err, ok, type Result } from "../../base/result.ts";
import { parseSdp } from "../../sdp/parse.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import type { SipMessage } from "../../sip/message/message.ts";
import { type BodyLeaf, leavesOf } from "./multipart.ts";

/** A message's session description and what travelled beside it. */
export interface SdpBody {
  readonly description: SessionDescription;
  /** All leaves of the body, the description's included. */
  readonly leaves: readonly BodyLeaf[];
}

/** `statusHint`: the SIP status with which a request of that kind is refused. */
export interface SdpBodyError {
  readonly what: string;
  readonly statusHint: number;
}

/** The connection would not be protected as one side wants it. */
export function isAboutProtection(error: SdpBodyError): boolean {
  return "isAboutProtection" in error && error.isAboutProtection === true;
}

/**
 * Finds and reads the session description: the body itself, or the first `application/sdp` inside a multipart of any
 * kind (RFC 5547 §8.8; deployed clients write multipart/mixed too).
 */
export function readSdpBody(message: SipMessage): Result<SdpBody, SdpBodyError> {
  if (message.body.length === 0) return err({ what: "no session description", statusHint: 488 });
  const contentType = message.headers.get("Content-Type");
  if (contentType === undefined) return err({ what: "body without Content-Type", statusHint: 400 });
  const leaves = leavesOf(contentType, message.body);
  if (!leaves.ok) return leaves;
  const sdp = leaves.value.find((leaf) => leaf.type === "application/sdp");
  if (sdp === undefined) return err({ what: "no application/sdp in the body", statusHint: 415 });
  const description = parseSdp(sdp.content);
  return description.ok
    ? ok({ description: description.value, leaves: leaves.value })
    : description;
}
