import type { SipCause } from "../sip-cause.ts";
import { NOT_PROTECTED } from "./media-security.ts";
import type { FileOutcome } from "./outcome.ts";

/** What the Reason of a BYE says (RFC 3326). */
export interface ByeCause {
  readonly cause: number;
  readonly text: string;
}

/** A user ended the transfer: nothing of it is kept. */
export const USER_STOPPED: ByeCause = { cause: 487, text: "Transfer stopped" };
/** A user wants to go on later. Known to our programs by its text; others see an interruption. */
export const PAUSED: ByeCause = { cause: 480, text: "Transfer paused" };
/** The device goes away; its user has decided nothing. */
export const GOING_AWAY: ByeCause = { cause: 480, text: "Device stopped" };

/** The connection of a file was not what was agreed: nobody goes on by itself, for it may be somebody else's doing. */
export const UNPROTECTED: ByeCause = {
  cause: 488,
  text: "File connection not protected as agreed",
};

/** Kept in the history, too: it holds in the next run of the program. */
export const PAUSED_HERE = "You paused it.";

/** What is left of files that somebody paused who cannot be asked any more. */
export const PAUSER_GONE = {
  sender: { code: "pauser-offline", reason: "Paused by the sender, who is offline." },
  receiver: { code: "pauser-offline", reason: "Paused by the receiver, who is offline." },
} as const;

/** Outcomes of files that are left where they are, by why. */
export const LEFT = {
  paused: { kind: "interrupted", code: "paused", reason: PAUSED_HERE },
  full: { kind: "interrupted", code: "no-space", reason: "The disk is full." },
  stopped: { kind: "interrupted", code: "connection", reason: "This device was stopped." },
} as const;

/** Of a peer whose device went away: nobody is there to go on with. */
function isGoingAway(cause: SipCause | undefined): boolean {
  return cause?.cause === GOING_AWAY.cause && cause.text === GOING_AWAY.text;
}

export function isPause(cause: SipCause | undefined): boolean {
  return cause?.cause === PAUSED.cause && cause.text === PAUSED.text;
}

/** What a BYE of the other side means for files that had not come to their end. */
export function endOutcome(
  peer: "sender" | "receiver",
  cause: SipCause | undefined,
): Extract<FileOutcome, { readonly kind: "interrupted" }> {
  if (cause?.cause === USER_STOPPED.cause)
    return {
      kind: "interrupted",
      code: "declined",
      reason: `The ${peer} cancelled the transfer.`,
    };
  if (cause?.cause === UNPROTECTED.cause && cause.text === UNPROTECTED.text) return NOT_PROTECTED;
  if (isPause(cause))
    return { kind: "interrupted", code: "peer-paused", reason: `The ${peer} paused the transfer.` };
  if (isGoingAway(cause))
    return { kind: "interrupted", code: "offline", reason: `The ${peer}'s device was stopped.` };
  return { kind: "interrupted", code: "connection", reason: `The ${peer} ended the transfer.` };
}
