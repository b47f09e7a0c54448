import type { ErrorCode } from "../../../shared/model/client-events.ts";
import type { TransferState } from "../../../shared/model/transfer.ts";

/** Receiver: octets that are on disk for good. Sender: octets for which the peer has answered. */
export interface ResumePlace {
  readonly octets: number;
}

/** How one file ended, with what the user interface and the history need to know of it. */
export type FileOutcome =
  /** `isProven`: stored at the receiver with the offered hash, beyond doubt (docs/decisions/0003). */
  | {
      readonly kind: "complete";
      readonly isProven: boolean;
      readonly path?: string;
      readonly hash?: string;
    }
  | { readonly kind: "declined" }
  | {
      readonly kind: "interrupted";
      readonly reason: string;
      readonly code: ErrorCode;
      /** It can go on after these octets from the start of the file. */
      readonly resumable?: ResumePlace;
    }
  | {
      readonly kind: "failed";
      readonly reason: string;
      readonly code: ErrorCode;
      /** The octets are there and differ from the offered hash. */
      readonly isMismatch?: boolean;
      readonly path?: string;
    };

export type Interrupted = Extract<FileOutcome, { readonly kind: "interrupted" }>;

/** A user, here or there, wants no more of it, or the receiver has not kept it: nothing is there to go on with. */
export function isStopped({ code }: Interrupted): boolean {
  return code === "declined" || code === "cancelled" || code === "not-kept";
}

/** Its octets are here, and nobody has ended it. */
export function isResumable(
  outcome: FileOutcome | undefined,
): outcome is Interrupted & { readonly resumable: ResumePlace } {
  return outcome?.kind === "interrupted" && outcome.resumable !== undefined;
}

/** Somebody else than agreed was met. The other side is told at once, and of nothing else. */
export function isUnprotected(outcome: FileOutcome): boolean {
  return outcome.kind === "interrupted" && outcome.code === "not-protected";
}

/** Nobody has ended it, the other side's device is still there, and was met as agreed. */
export function mayGoOnAlone(outcome: FileOutcome): outcome is Interrupted {
  if (outcome.kind !== "interrupted" || isStopped(outcome)) return false;
  return outcome.code !== "offline" && !isUnprotected(outcome);
}

/**
 * How an answered offer ended as a whole.
 * @param isCancelled a user ended it before its end
 */
export function transferStateOf(
  outcomes: readonly FileOutcome[],
  isCancelled: boolean,
): Exclude<TransferState, "noanswer"> {
  const complete = outcomes.filter((outcome) => outcome.kind === "complete");
  if (complete.length === outcomes.length && outcomes.length > 0)
    return complete.every((outcome) => outcome.isProven) ? "verified" : "confirmed";
  if (complete.length > 0) return "partly";
  if (outcomes.some((outcome) => outcome.kind === "failed")) return "failed";
  if (isCancelled) return "cancelled";
  return outcomes.some((outcome) => outcome.kind === "interrupted") ? "interrupted" : "declined";
}
