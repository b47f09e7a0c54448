import type { TraceStamp, TraceSummary } from "../../../shared/model/trace-record.ts";
import type { ContinuationFlag } from "./end-line.ts";

/** What leaves, as the trace shall see it: header section and end-line, never a body. */
export interface FrameRecord {
  readonly summary: TraceSummary;
  readonly text: string;
  /** When its first octet left, where the record is made later. */
  readonly stamp?: TraceStamp;
}

/** Where the frames of sessions leave. One per connection; sessions know nothing else of a connection. */
export interface FrameWire {
  /**
   * Sends a whole frame without body part: a response, a REPORT, a bodiless SEND. A chunk that is open is interrupted
   * for it (RFC 4975 §7.1.1).
   */
  sendFrame(text: string, summary: TraceSummary): void;
  /** Gives the source turns, in fair order with others, until a turn returns false. */
  want(source: ChunkSource): void;
  /** Takes the source out; an open chunk is interrupted. */
  forget(source: ChunkSource): void;
  /** Stops reading until `resume` with the same key. */
  pause(key: object): void;
  resume(key: object): void;
  /** The peer abuses the connection: it is closed at once, with all its sessions. */
  lose(reason: string): void;
}

/** For the time of one turn. */
export interface ChunkWriter {
  writeText(text: string): void;
  writeBytes(bytes: Buffer): void;
  /** Takes the place in the trace of a frame that begins to leave. */
  stamp(): TraceStamp;
  record(record: FrameRecord): void;
}

/** A message that sends chunks. */
export interface ChunkSource {
  readonly isChunkOpen: boolean;
  /**
   * Writes up to `octets` of body.
   * @returns whether it could write more now
   */
  writeTurn(writer: ChunkWriter, octets: number): boolean;
  /** Ends the open chunk: `+`, or `#` when its message was given up. */
  interrupt(writer: ChunkWriter): void;
}

/** Takes one incoming frame after its head. */
export interface FrameSink {
  onBody(bytes: Buffer): void;
  onEnd(flag: ContinuationFlag): void;
  /** The connection is gone, or its framing is lost, inside the frame. */
  onBroken(): void;
}

/** Reads a frame to its end and forgets it. */
export const IGNORED_FRAME: FrameSink = {
  onBody: () => undefined,
  onEnd: () => undefined,
  onBroken: () => undefined,
};
