import type { TraceDraft, TraceStamp, TraceSummary } from "../../../shared/model/trace-record.ts";
import { type ContinuationFlag, endLine } from "../framing/end-line.ts";
import type { FrameHead } from "../framing/frame-head.ts";
import type { FrameRecord } from "../framing/frame-wire.ts";

/** Both ends of a connection, as `host:port`. */
export interface TraceEnds {
  readonly local: string;
  readonly remote: string;
  readonly transport: "tcp" | "tls";
}

/** What the trace sees of a frame. Its octets are put together when they are asked for: who keeps no trace never does. */
class FrameDraft implements TraceDraft {
  readonly proto = "msrp";
  readonly transport: "tcp" | "tls";
  readonly dir: "in" | "out";
  readonly local: string;
  readonly remote: string;
  readonly summary: TraceSummary;
  readonly stamp?: TraceStamp;
  readonly #raw: () => Buffer;

  constructor(
    dir: "in" | "out",
    ends: TraceEnds,
    frame: { readonly summary: TraceSummary; readonly stamp?: TraceStamp | undefined },
    raw: () => Buffer,
  ) {
    this.dir = dir;
    this.local = ends.local;
    this.remote = ends.remote;
    this.transport = ends.transport;
    this.summary = frame.summary;
    if (frame.stamp !== undefined) this.stamp = frame.stamp;
    this.#raw = raw;
  }

  get raw(): Buffer {
    return this.#raw();
  }
}

export function outgoingDraft(ends: TraceEnds, record: FrameRecord): TraceDraft {
  return new FrameDraft("out", ends, record, () => Buffer.from(record.text, "utf8"));
}

/** @param flag undefined where the frame has not ended */
export function incomingDraft(
  ends: TraceEnds,
  { head, stamp }: { readonly head: FrameHead; readonly stamp: TraceStamp },
  flag: ContinuationFlag | undefined,
): TraceDraft {
  return new FrameDraft("in", ends, { summary: incomingSummary(head, flag), stamp }, () => {
    const end = flag === undefined ? "" : endLine(head.transactionId, flag);
    return Buffer.from(head.rawText + end, "latin1");
  });
}

function incomingSummary(head: FrameHead, flag: ContinuationFlag | undefined): TraceSummary {
  const messageId = head.fields.get("message-id");
  const byteRange = head.fields.get("byte-range");
  return {
    ...(head.kind === "request" ? { method: head.method } : { status: head.status }),
    tid: head.transactionId,
    ...(messageId === undefined ? {} : { messageId }),
    ...(byteRange === undefined ? {} : { byteRange }),
    ...(flag === undefined ? {} : { flag }),
    hasBody: head.hasBody,
  };
}
