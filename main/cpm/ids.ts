import type { OfferId } from "../../shared/model/offer.ts";
import type { Hashing, Random } from "../base/ports.ts";
import { randomToken, randomUuid } from "../base/tokens.ts";

/** RFC 5547 §6: at least 32 random characters are recommended. */
const TRANSFER_ID_LENGTH = 32;

/** A local name for an offer. */
export function newOfferId(random: Random): OfferId {
  // The only place where a text becomes an OfferId on its way out of this layer.
  return randomToken(random, 10) as OfferId;
}

/** Conversation-ID: globally unique and random, the same for a whole thread between the same users (OMA CPM C.1.1). */
export function newConversationId(random: Random): string {
  return randomUuid(random);
}

/**
 * Contribution-ID: 128 bits derived from the Call-ID with a secret of this device, so that nobody can tell the
 * Call-ID of one hop from it (OMA CPM C.1.2, draft-kaplan-dispatch-session-id).
 */
export function contributionIdOf(hashing: Hashing, secret: string, callId: string): string {
  const mac = hashing.hmac("SHA-1", Buffer.from(secret, "utf8"), Buffer.from(callId, "utf8"));
  return mac.subarray(0, 16).toString("hex");
}

export function newTransferId(random: Random): string {
  return randomToken(random, TRANSFER_ID_LENGTH);
}

export function newCallId(random: Random): string {
  return randomUuid(random);
}
