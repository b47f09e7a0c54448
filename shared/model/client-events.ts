import type { OfferedFileView, OfferId, OfferView } from "./offer.ts";
import type { RegistrationFailedView, RegistrationView } from "./registration.ts";
import type { FileState, TransferState } from "./transfer.ts";

/**
 * What a CPM client tells its user interface and, with `event`, `at` and `profile` added, what `--json` prints.
 *
 * The life of an offer: `offer`, then `ringing`, then at most one of `answered`, `declined`, `cancelled`, `missed`
 * (`answered` again for every hundred files of a larger one, about those alone), then per accepted file `progress…` and one `file`. The last event of every offer is `transfer`, except on a device
 * that lost it to another one: there it is `elsewhere`; `notified` may come later. An `error` may explain any of them and ends nothing itself.
 */
export interface ClientEvents {
  readonly registered: RegistrationView;
  readonly registrationFailed: RegistrationFailedView;
  readonly offer: OfferView;
  /** Incoming: the offer goes on with these files, taken with the first ones (docs/decisions/0007); `answered` follows. */
  readonly more: { readonly id: OfferId; readonly files: readonly OfferedFileView[] };
  /** Outgoing: a device of the recipient rings. Incoming: this device rings. */
  readonly ringing: { readonly id: OfferId };
  /** Incoming, and not answered yet: more offers came than may ring, and were refused. Told once of each offer. */
  readonly moreWaiting: { readonly id: OfferId };
  /** Outgoing: the 200 is here. Incoming: our 200 was acknowledged. Both lists hold file indexes. */
  readonly answered: {
    readonly id: OfferId;
    readonly accepted: readonly number[];
    readonly declined: readonly number[];
    /** The peer's User-Agent, where it has one. */
    readonly peerAgent?: string;
    /**
     * The connection of this device for these files is encrypted, to whoever signalling named: the receiver, or the own
     * network's Participating Function. Of the way beyond that nothing is known here.
     */
    readonly isEncrypted?: boolean;
  };
  readonly elsewhere: ElsewhereEvent;
  readonly cancelled: CancelledEvent;
  /** Incoming: nobody answered on this device in time, and no other device took the offer as far as we know. */
  readonly missed: { readonly id: OfferId };
  /** Outgoing: refused as a whole with this SIP status. Incoming: the status with which this device refused. */
  readonly declined: { readonly id: OfferId; readonly status: number };
  /** At most four a second for one file, and always one at its end. */
  readonly progress: ProgressEvent;
  readonly file: FileEvent;
  /** Outgoing: what the receiver's device tells after the transfer; `displayed`: its user has opened a file. */
  readonly notified: {
    readonly id: OfferId;
    readonly status: "delivered" | "failed" | "displayed";
  };
  /**
   * The transfer was interrupted and goes on by itself as soon as the other side can be reached; `resumed` follows, or
   * the end. Incoming: the next attempt begins after `inMs`. Outgoing: the receiver is awaited for `forMs` at most.
   */
  readonly reconnecting: {
    readonly id: OfferId;
    readonly inMs?: number;
    readonly forMs?: number;
  };
  /**
   * Nothing moves until whoever paused it goes on. Incoming, by `space`: the disk is full, and it goes on by itself when
   * there is room again.
   */
  readonly paused: { readonly id: OfferId; readonly by: PausedBy };
  /** Octets move again, also after the offer's `transfer`: then another `transfer` follows. */
  readonly resumed: ResumedEvent;
  readonly transfer: { readonly id: OfferId; readonly state: TransferState };
  readonly error: ErrorEvent;
  /** Another user says something in words; it came through the own core. */
  readonly message: MessageEvent;
}

export type PausedBy = "us" | "peer" | "space";

/** A transfer that goes on; it stands for itself, since the offer may be one of an earlier run of the program. */
export interface ResumedEvent {
  readonly id: OfferId;
  readonly direction: "incoming" | "outgoing";
  /** SIP or tel URI of the other side. */
  readonly peer: string;
  readonly files: readonly ResumedFile[];
}

export interface ResumedFile {
  readonly index: number;
  readonly name: string;
  /** What is there already, from the start of the file; 0 where the other side begins anew. */
  readonly octets: number;
  readonly sizeOctets: number;
}

export interface MessageEvent {
  /** SIP or tel URI. */
  readonly from: string;
  readonly fromName?: string;
  /** Safe to show, at most 1,000 characters. */
  readonly text: string;
}

/** Another device of this user dealt with the offer. */
export interface ElsewhereEvent {
  readonly id: OfferId;
  readonly reason: "accepted" | "declined";
  /** Name of that device, only if the network told it. */
  readonly device?: string;
  /** True when this device had accepted too and was a moment later. */
  readonly isLostRace: boolean;
}

export interface CancelledEvent {
  readonly id: OfferId;
  /**
   * `us`: on this device. `peer`: by the other user. `unknown`: the request was withdrawn, and it cannot be ruled out
   * that another device answered ("no longer ringing").
   */
  readonly by: "us" | "peer" | "unknown";
  readonly reason: string;
}

export interface ProgressEvent {
  readonly id: OfferId;
  readonly index: number;
  readonly octets: number;
  readonly sizeOctets: number;
  readonly octetsPerS: number;
}

export interface FileEvent {
  readonly id: OfferId;
  readonly index: number;
  readonly state: FileState;
  /** Incoming and complete: where the file is. With a failed verification: where it was set aside. */
  readonly path?: string;
  /** `sha-1:` or `sha-256:` and hexadecimal digits of the octets that are stored or were sent. */
  readonly hash?: string;
  /**
   * Incoming: the hash was compared with the offer's. Outgoing: the receiver proved it. `false` with `failed` is a
   * failed verification; `false` with `complete` means that nobody vouched for the hash.
   */
  readonly verified?: boolean;
  /** A sentence for people where the state is not `complete`. */
  readonly reason?: string;
  /** What `reason` is about. */
  readonly code?: ErrorCode;
  /** Interrupted: it can go on after so many octets of `sizeOctets`; without it, only from the start with a new offer. */
  readonly resumable?: { readonly octets: number };
}

export interface ErrorEvent {
  readonly code: ErrorCode;
  /** What happened and what it means for the files, for people. */
  readonly message: string;
  /** The one thing to do next, for people. */
  readonly action: string;
  readonly id?: OfferId;
  /** The SIP or MSRP status behind it. */
  readonly status?: number;
}

export type ErrorCode =
  | "unknown-user"
  | "no-answer"
  | "offline"
  | "busy"
  /** Earlier offers to the same person ring still. */
  | "earlier-unanswered"
  /** Too many offers to the same person in a short time. */
  | "too-often"
  | "declined"
  | "incompatible"
  | "too-large"
  | "not-allowed"
  | "authentication"
  | "network"
  | "connection"
  /** The user of this device paused it and can go on. */
  | "paused"
  /** The other user did. */
  | "peer-paused"
  /** The other user did, and cannot be reached since. */
  | "pauser-offline"
  /** The user of this device ended it; of the other user it is `declined`. */
  | "cancelled"
  | "protocol"
  /** Somebody else than agreed was met, or the protection that was agreed went missing. */
  | "not-protected"
  | "source"
  /** The sender's file is not what was offered any more. */
  | "source-changed"
  | "storage"
  /** Its name was taken when it was here, and its user had chosen to keep the other one only. */
  | "skipped"
  /** The receiver's device has not kept it. Why is known there. */
  | "not-kept"
  | "no-space"
  | "verification"
  | "internal";
