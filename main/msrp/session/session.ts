import type { EventSource } from "../../base/events.ts";
import type { HostPort } from "../../base/host-port.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { Result } from "../../base/result.ts";
import type { ByteRange } from "../framing/byte-range.ts";
import type { ContinuationFlag } from "../framing/end-line.ts";
import type { FailureReport, HeaderLine } from "./message-fields.ts";
import type { OutgoingHeader, OutgoingMessage } from "./outgoing-message.ts";

export type { ContinuationFlag, FailureReport, HeaderLine };

/** Our place at a relay of ours (RFC 4976). */
export interface RelayPlace {
  /** Goes into `a=path` before our own URI: the farthest relay first. */
  readonly usePath: readonly MsrpUri[];
}

export interface SessionOptions {
  /** One that `MsrpEndpoint.newUri` made. */
  readonly localUri: MsrpUri;
  /** The peer's `a=path`, leftmost first: the next hop first, the peer itself last (RFC 4975 §8.2). */
  readonly remotePath: readonly MsrpUri[];
  /** Where an active session connects instead of its next hop: c= and m= where RFC 6714 applies. Paths stay as they are. */
  readonly connectTo?: HostPort;
  /** Ours, where we are behind one: the session uses its connection, and its URIs stand before `remotePath`. */
  readonly relay?: RelayPlace;
  /** `active`: we connect and send the first SEND; `passive`: the peer does (RFC 6135 §4.2). */
  readonly role: "active" | "passive";
  readonly receiver: MessageReceiver;
  /** How long to wait until the session is bound to a connection; default 30,000. */
  readonly bindTimeoutMs?: number;
  /** Media types of incoming messages, `*` and `type/*` included; others are answered 415. Default: all. */
  readonly acceptTypes?: readonly string[];
  /** Chunks of messages longer than this are answered 413. Default: no limit. */
  readonly maxSizeOctets?: number;
  /**
   * Active sessions of the same group share one connection to the same host and port. Give the sessions of one offer
   * one group (its Call-ID): users who share a connection fail and wait together. Default: one group for all.
   */
  readonly connectionGroup?: string;
  /**
   * SHA-256 fingerprints that the peer's certificate may have. Needed where `localUri` is `msrps`: nothing is sent to or
   * taken from anybody else (RFC 8122).
   */
  readonly fingerprints?: readonly string[];
}

/** One MSRP session (RFC 4975 §4): a pair of URIs, bound to one connection by the first request on it. */
export interface MsrpSession {
  readonly localUri: MsrpUri;
  readonly remotePath: readonly MsrpUri[];
  /** Settles once: ok when the peer can be sent to. Messages begun before wait for it. */
  readonly bound: Promise<Result<void, MsrpFailure>>;
  readonly events: EventSource<MsrpSessionEvents>;
  /** Begins one MSRP message. On a closed session its outcome is `closed` at once. */
  send(header: OutgoingHeader): OutgoingMessage;
  /** A REPORT to the peer about one of its messages (RFC 4975 §7.1.2). Never answered. */
  report(report: MsrpReport): void;
  /** Stops reading the connection (also for the other sessions on it). Calls do not nest. */
  pauseReading(): void;
  resumeReading(): void;
  /**
   * Sends what is queued (our last 200 and REPORT included), frees the session, and ends the connection when no other
   * session uses it. Messages not finished end with `closed`.
   */
  close(): Promise<void>;
}

export interface MsrpSessionEvents {
  /** Once; without `failure` when we closed. */
  readonly closed: { readonly failure?: MsrpFailure };
  /** A REPORT about a message that this session sent. */
  readonly report: MsrpReport;
}

export interface MsrpReport {
  readonly messageId: string;
  readonly range: ByteRange;
  /** 200 for success, otherwise the failure. */
  readonly status: number;
  readonly comment?: string;
}

/** `untrusted`: over TLS somebody else than agreed was met. */
export interface MsrpFailure {
  readonly kind:
    | "untrusted"
    | "connect-failed"
    | "bind-timeout"
    | "connection-lost"
    | "framing"
    | "closed";
  readonly message: string;
}

/** Whoever takes the messages of a session: the file being received, or the other leg of a relay. */
export interface MessageReceiver {
  /**
   * A chunk with a body begins. Bodiless SENDs, duplicates of finished messages and chunks that break a rule never
   * come here. Chunks of a message may come out of order and overlap (RFC 4975 §7.3): use `position`.
   */
  begin(chunk: IncomingChunk): ChunkSink | { readonly reject: number; readonly comment?: string };
}

export interface IncomingChunk {
  readonly session: MsrpSession;
  readonly messageId: string;
  readonly contentType: string;
  /** As the peer wrote it; the length that counts is what arrives (RFC 4975 §7.3.1). */
  readonly byteRange: ByteRange;
  /** 0-based place of the chunk's first octet. */
  readonly position: number;
  readonly totalOctets: number | "*";
  readonly successReport: boolean;
  readonly failureReport: FailureReport;
  /** Fields that are not MSRP's own framing, in order: Content-Disposition and the like, Content-Type excluded. */
  readonly headers: readonly HeaderLine[];
  /**
   * Answers now, while the chunk still arrives, and drops the rest of it; the sink is called no more. 413 stops the
   * peer (RFC 4975 §10.5). After the chunk's end it does nothing.
   */
  reject(status: number, comment?: string): void;
}

export interface ChunkSink {
  /**
   * The next octets of the chunk; the buffer is never reused, so it may be kept. False: the connection stops reading
   * until `resumeReading`; at most what was read already (64 KiB) still comes.
   */
  write(bytes: Buffer): boolean;
  /**
   * The chunk's end-line. `reply` answers the SEND, once, now or later; the Failure-Report rules decide whether
   * anything leaves (RFC 4975 §7.2).
   */
  end(flag: ContinuationFlag, reply: (status: number, comment?: string) => void): void;
  /** The connection was lost, or the peer broke the framing, inside this chunk. */
  broken(): void;
}
