import type { InviteOutcome } from "../../drachtio/srf.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { coreUri, fromValue, inviteHeaders, sipReason } from "../headers.ts";
import { contributionIdOf } from "../ids.ts";
import { onlyFor } from "../instance.ts";
import type { OfferContext } from "./offer-context.ts";

export interface AgainInvite {
  readonly to: string;
  /** The device of theirs that it is about, where it is known. */
  readonly instanceId?: string | undefined;
  readonly conversationId: string;
  readonly callId: string;
  readonly local: SessionDescription;
  /** Gets what withdraws the request; its answer forgets that. */
  readonly onStop: OnStop;
}

export type OnStop = (stop: () => void) => () => void;

/** Programs of ours answer as soon as they have looked at their disk; others may ask their users. */
const ANSWER_GUARD_MS = 250_000;

/** A new transfer in the same conversation, for files of before (RFC 5547 §8.1). */
export async function inviteAgain(
  context: OfferContext,
  { to, instanceId, conversationId, callId, local, onStop }: AgainInvite,
): Promise<InviteOutcome> {
  const { ports, config } = context;
  const contributionId = contributionIdOf(ports.hashing, config.deviceSecret, callId);
  const route = context.route();
  const uac = ports.srf.invite({
    ...{ uri: to, from: fromValue(config), to: `<${to}>`, callId },
    headers: [
      ...inviteHeaders(config, ports.srf.local, { ids: { conversationId, contributionId } }),
      ...onlyFor(instanceId),
    ],
    body: { contentType: "application/sdp", content: serializeSdp(local) },
    ...(route.length === 0 ? {} : { route }),
    nextHop: coreUri(config.core),
  });
  const forget = onStop(() => {
    uac.cancel(sipReason(480, "Not now"));
  });
  const guard = ports.clock.startTimer(ANSWER_GUARD_MS, () => {
    uac.cancel(sipReason(408, "No answer"));
  });
  const outcome = await uac.outcome;
  guard.cancel();
  forget();
  return outcome;
}
