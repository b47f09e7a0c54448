/** What a trace says of one message beside its octets. Recogniser, ladder and exports read only this. */
export interface TraceSummary {
  readonly method?: string;
  readonly status?: number;
  /** SIP: number and method, for example `1 INVITE`. */
  readonly cseq?: string;
  readonly callId?: string;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly topBranch?: string;
  /** Value of a SIP Reason header. */
  readonly reason?: string;
  readonly conversationId?: string;
  /** MSRP Message-ID. */
  readonly messageId?: string;
  /** MSRP transaction id. */
  readonly tid?: string;
  /** MSRP Byte-Range as written. */
  readonly byteRange?: string;
  /** MSRP continuation flag; absent while the end-line has not been seen. */
  readonly flag?: "$" | "+" | "#";
  /** MSRP: the message has a body part (an empty one counts, a bodiless SEND does not). */
  readonly hasBody?: boolean;
}

/** A moment in a process's trace, taken before the record that it belongs to is complete. */
export interface TraceStamp {
  /** Nanoseconds on the machine's monotonic clock. */
  readonly t: bigint;
  /** Counter per process. */
  readonly n: number;
}

/** What a protocol layer knows of a message; the recorder adds time, process, counter and names. */
export interface TraceDraft {
  readonly dir: "in" | "out";
  readonly proto: "sip" | "msrp";
  readonly transport: "udp" | "tcp" | "tls";
  /** `host:port` of our end. */
  readonly local: string;
  /** `host:port` of the other end. */
  readonly remote: string;
  readonly summary: TraceSummary;
  /** SIP: the whole message. MSRP: header section and end-line only. */
  readonly raw: Uint8Array;
  /**
   * When the message began to pass, where it is recorded later: a long chunk is recorded at its end-line, and a relay
   * may have sent its own chunk on before. Without it the message passed now.
   */
  readonly stamp?: TraceStamp;
}

/** One line of a trace file. */
export interface TraceRecord {
  /** Nanoseconds on the machine's monotonic clock. */
  readonly t: string;
  readonly process: string;
  /** Counter per process, from 1. */
  readonly n: number;
  /** Name of the element, for example `a1`, `core-a`, `pf-b`. */
  readonly element: string;
  /** Name of the other element where it is known, else its `host:port`. */
  readonly peer: string;
  readonly local: string;
  readonly remote: string;
  readonly dir: "in" | "out";
  readonly proto: "sip" | "msrp";
  readonly transport: "udp" | "tcp" | "tls";
  readonly summary: TraceSummary;
  /** Base64. */
  readonly raw: string;
}
