import type { TraceStamp } from "../../../shared/model/trace-record.ts";
import type { TcpConnection } from "../../base/ports.ts";
import type { ChunkSource, ChunkWriter, FrameRecord } from "../framing/frame-wire.ts";
import { JoinedWrites } from "./joined-writes.ts";

/** Octets one message may write before another of the same connection has its turn. */
export const TURN_OCTETS = 262_144;

export interface FrameTrace {
  stamp(): TraceStamp;
  record(record: FrameRecord): void;
}

/**
 * The sending side of a connection: whole frames at once, chunks of several messages in fair turns while the socket
 * takes octets. Texts and short bodies that follow each other leave as one piece, and all that one turn of the event loop
 * brings about leaves in one write to the system.
 */
export class FrameWriter implements ChunkWriter {
  readonly #tcp: TcpConnection;
  readonly #trace: FrameTrace;
  readonly #ready = new Set<ChunkSource>();
  #last: ChunkSource | undefined;
  readonly #joined = new JoinedWrites();
  #depth = 0;
  #isBlocked = false;
  #isStopped = false;
  /** Octets of whole frames written since the socket was last empty: those that no window bounds. */
  #frameOctets = 0;

  constructor(tcp: TcpConnection, trace: FrameTrace) {
    this.#tcp = tcp;
    this.#trace = trace;
  }

  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** What answers to the peer wait in memory because it does not read them; more or less. */
  get unreadFrameOctets(): number {
    return this.#isBlocked ? this.#frameOctets : 0;
  }

  /** Collects what `run` sends into one write; then gives turns. Nests. */
  batch(run: () => void): void {
    if (this.#isStopped) return;
    if (this.#depth === 0) this.#tcp.cork();
    this.#depth += 1;
    try {
      run();
      if (this.#depth === 1) this.#giveTurns();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) {
        this.#flush();
        this.#tcp.uncork();
      }
    }
  }

  sendFrame(text: string, record: FrameRecord): void {
    this.batch(() => {
      this.#interruptAll();
      this.#frameOctets += text.length;
      this.writeText(text);
      this.record(record);
    });
  }

  want(source: ChunkSource): void {
    this.#ready.add(source);
    if (this.#depth === 0 && !this.#isBlocked) this.batch(NOTHING);
  }

  forget(source: ChunkSource): void {
    this.#ready.delete(source);
    // Nothing may follow a chunk that is open, so it ends here, even when the socket is full.
    if (source.isChunkOpen) {
      this.batch(() => {
        source.interrupt(this);
      });
    }
    if (this.#last === source) this.#last = undefined;
  }

  onDrained(): void {
    this.#isBlocked = false;
    this.#frameOctets = 0;
    if (this.#ready.size > 0) this.batch(NOTHING);
  }

  /** Nothing leaves any more but what was said already. */
  stop(): void {
    this.#flush();
    this.#isStopped = true;
    this.#ready.clear();
    this.#last = undefined;
  }

  writeText(text: string): void {
    if (this.#joined.addText(text)) return;
    this.#flush();
    if (!this.#joined.addText(text)) this.#put(Buffer.from(text, "utf8"));
  }

  writeBytes(bytes: Buffer): void {
    if (this.#joined.addBytes(bytes)) return;
    this.#flush();
    if (!this.#joined.addBytes(bytes)) this.#put(bytes);
  }

  record(record: FrameRecord): void {
    this.#trace.record(record);
  }

  stamp(): TraceStamp {
    return this.#trace.stamp();
  }

  #giveTurns(): void {
    for (const source of this.#ready) {
      if (this.#isBlocked || this.#isStopped) return;
      // Deleting and adding again moves it behind the others: the set's order is the order of turns.
      this.#ready.delete(source);
      if (this.#last !== source) this.#interruptAll();
      this.#last = source;
      if (source.writeTurn(this, TURN_OCTETS)) this.#ready.add(source);
    }
  }

  #interruptAll(): void {
    if (this.#last?.isChunkOpen === true) this.#last.interrupt(this);
  }

  #flush(): void {
    const bytes = this.#joined.take();
    if (bytes !== undefined) this.#put(bytes);
  }

  #put(bytes: Buffer): void {
    if (!this.#isStopped && !this.#tcp.write(bytes)) this.#isBlocked = true;
  }
}

const NOTHING = (): void => undefined;
