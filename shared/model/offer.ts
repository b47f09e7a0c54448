/** Names one offer on one device; never leaves the machine (on the wire an offer is known by its Contribution-ID). */
export type OfferId = string & { readonly __brand: "OfferId" };

/** Seen from this device: `outgoing` offers were made here, `incoming` ones reached it. */
export type OfferDirection = "incoming" | "outgoing";

/** A file as the offer describes it. Everything in it is the offerer's claim until the octets are here and checked. */
export interface OfferedFileView {
  /** 0-based position of the file's m= line in the offer. */
  readonly index: number;
  /** Suggested name, already made safe to show and to store; `file` where the offer had none. */
  readonly name: string;
  /** MIME type as offered, `application/octet-stream` where the offer had none. */
  readonly type: string;
  /** Absent when the offer does not say (RFC 5547 allows that beside a type or hash). */
  readonly sizeOctets?: number;
  /** `sha-1:` or `sha-256:` and lower-case hexadecimal digits. */
  readonly hash?: string;
  /** The offer's picture of the file, still undecoded, checked for type, size and dimensions. */
  readonly icon?: FileIcon;
}

/** A small picture that travels with an offer (RFC 5547 §6 file-icon). */
export interface FileIcon {
  readonly type: "image/png" | "image/jpeg";
  readonly bytes: Uint8Array;
}

/** One offer of one or more files, in either direction. */
export interface OfferView {
  readonly id: OfferId;
  readonly direction: OfferDirection;
  /** SIP or tel URI of the offering user. */
  readonly from: string;
  /** Display name of the offering user, where the offer had one. */
  readonly fromName?: string;
  /** SIP or tel URI of the user to whom the files are offered. */
  readonly to: string;
  readonly files: readonly OfferedFileView[];
  readonly conversationId: string;
  readonly contributionId: string;
  /** What the offering user wrote to go with the files, safe to show. */
  readonly text?: string;
  /**
   * Incoming: `files` are only the first of so many; the others come in offers that follow, and may be accepted with
   * these. Claims of the offerer, and no more than them can follow.
   */
  readonly series?: { readonly files: number; readonly octets: number };
  /** As the history has it, wall-clock milliseconds since 1970. */
  readonly startedMs: number;
  /** Incoming: it came through the own core, which vouches for `from`. */
  readonly isVouched?: boolean;
}
