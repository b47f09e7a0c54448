import type { EventSource } from "../../base/events.ts";
import type { FailureReport, HeaderLine } from "./message-fields.ts";

export interface OutgoingHeader {
  /** Default: a fresh one. A relay keeps the one it received. */
  readonly messageId?: string;
  readonly contentType: string;
  readonly totalOctets: number | "*";
  /** 1-based place of the first octet written; default 1. */
  readonly startOctet?: number;
  readonly successReport: boolean;
  readonly failureReport: FailureReport;
  /** Content-Disposition and the like, before Content-Type. */
  readonly headers?: readonly HeaderLine[];
}

/** One message being sent. Its octets leave as interruptible chunks (`*` as range end, RFC 4975 §7.1.1). */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly events: EventSource<OutgoingMessageEvents>;
  /** Settles once. Never rejects. */
  readonly outcome: Promise<MessageOutcome>;
  /** False where `write` would return false. */
  readonly isWritable: boolean;
  /**
   * 0-based place before which nothing is needed any more: every chunk before it has its 200. Grows with
   * `acknowledged`; stays 0 where 200s are not asked for.
   */
  readonly answeredEnd: number;
  /**
   * Takes the octets in any case; the buffer must not be changed until `answeredEnd` is past it. False: window or socket are full,
   * wait for `drained`.
   */
  write(bytes: Buffer): boolean;
  /** Ends the running chunk with `+`, so that its octets are answered for; the next `write` begins another. */
  endChunk(): void;
  /** Moves to another place of the message (1-based), for relays whose chunks come out of order. Ends the chunk. */
  seek(startOctet: number): void;
  /** `$`. Without any octet written it sends the empty body. */
  finish(): void;
  /** `#`: the message will not be completed. Octets not sent yet are dropped. */
  abort(): void;
}

export interface OutgoingMessageEvents {
  /** `write` is welcome again. */
  readonly drained: undefined;
  /** Octets of this message that 200s cover so far. */
  readonly acknowledged: { readonly octets: number };
}

export type MessageOutcome =
  /** Every chunk has its 200; without Failure-Report `yes`: every chunk has left. */
  | { readonly kind: "acknowledged" }
  /** The peer refused; nothing more was sent (RFC 4975 §10). */
  | { readonly kind: "rejected"; readonly status: number; readonly comment?: string }
  /** No response within 30 s of a chunk's end (RFC 4975 §7.1.1). */
  | { readonly kind: "timeout" }
  | { readonly kind: "closed"; readonly message: string }
  | { readonly kind: "aborted" };
