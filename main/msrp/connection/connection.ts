import type { TraceStamp, TraceSummary } from "../../../shared/model/trace-record.ts";
import { formatHostPort, type HostPort } from "../../base/host-port.ts";
import type { Clock, SocketError, TcpConnection, Timer, TraceTap } from "../../base/ports.ts";
import type { ContinuationFlag } from "../framing/end-line.ts";
import type { FrameHead } from "../framing/frame-head.ts";
import { FrameParser } from "../framing/frame-parser.ts";
import {
  type ChunkSource,
  type FrameSink,
  type FrameWire,
  IGNORED_FRAME,
} from "../framing/frame-wire.ts";
import { FrameWriter } from "./frame-writer.ts";
import { RequestPaths } from "./request-path.ts";
import { incomingDraft, outgoingDraft, type TraceEnds } from "./trace-drafts.ts";

/** Answers that the peer does not read may fill this much memory; then we stop reading its requests. */
const MAX_UNREAD_FRAME_OCTETS = 65_536;

/** What is pushed while the parser is held: one read that was under way, not more. */
const MAX_HELD_OCTETS = 1_048_576;

/** How long a peer that was sent our FIN may take for its own. */
const LINGER_MS = 2_000;

export interface ConnectionOptions {
  readonly clock: Clock;
  readonly trace: TraceTap;
  /** A socket that takes no octet for this long is given up. */
  readonly stallTimeoutMs: number;
  /** One that takes some, while more than this waits for it, is given up too. */
  readonly maxQueuedOctets: number;
  /** Over TLS: of the certificate that the other side has proven to own. */
  readonly peerFingerprint?: string | undefined;
}

export interface ConnectionHandlers {
  /**
   * A frame begins.
   * @returns who takes it, or "hold": nothing more is read until `releaseHeld`, which asks again
   */
  onFrame(head: FrameHead, connection: MsrpConnection): FrameSink | "hold";
  /** Called exactly once. */
  onLost(loss: ConnectionLoss, connection: MsrpConnection): void;
}

export interface ConnectionLoss {
  /** `ended`: the peer closed in good order, between frames. `local`: we ended it. */
  readonly kind: "ended" | "lost" | "framing" | "local";
  readonly message: string;
}

interface IncomingFrame {
  readonly head: FrameHead;
  sink: FrameSink | "hold";
  isRecorded: boolean;
  /** When its header section was there: a relay sends on before its end-line comes. */
  readonly stamp: TraceStamp;
  /** The end-line was seen while the frame is held. */
  heldFlag?: ContinuationFlag;
}

/** One connection, over TCP or TLS, that carries MSRP frames of one or several sessions. */
export class MsrpConnection implements FrameWire {
  readonly localHost: string;
  readonly remote: HostPort;
  /** undefined: nobody has shown a certificate, and the connection may be plain TCP. */
  readonly peerFingerprint: string | undefined;
  /** Of the requests that arrive here. */
  readonly paths = new RequestPaths();
  readonly #tcp: TcpConnection;
  readonly #options: ConnectionOptions;
  readonly #handlers: ConnectionHandlers;
  readonly #parser: FrameParser;
  readonly #writer: FrameWriter;
  readonly #pauses = new Set<object>();
  readonly #traceEnds: TraceEnds;
  #frame: IncomingFrame | undefined;
  #stallTimer: Timer | undefined;
  #lingerTimer: Timer | undefined;
  #isLost = false;
  #isEnding = false;
  #onClosed: (() => void)[] = [];
  #isClosed = false;

  constructor(tcp: TcpConnection, options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.#tcp = tcp;
    this.localHost = tcp.local.host;
    this.remote = tcp.remote;
    this.peerFingerprint = options.peerFingerprint;
    this.#options = options;
    this.#handlers = handlers;
    this.#traceEnds = {
      ...{ local: formatHostPort(tcp.local), remote: formatHostPort(tcp.remote) },
      transport: options.peerFingerprint === undefined ? "tcp" : "tls",
    };
    this.#parser = new FrameParser({
      onHead: (head) => {
        this.#beginFrame(head);
      },
      onBody: (bytes) => {
        this.#sink.onBody(bytes);
      },
      onEnd: (flag) => {
        this.#endFrame(flag);
      },
      onLost: (reason) => {
        this.#giveUp({ kind: "framing", message: reason });
      },
    });
    this.#writer = new FrameWriter(tcp, {
      stamp: () => options.trace.stamp(),
      record: (record) => {
        options.trace.record(outgoingDraft(this.#traceEnds, record));
      },
    });
  }

  /** Begins to read. */
  start(): void {
    this.#tcp.start({
      onData: (bytes) => {
        this.#onData(bytes);
      },
      onDrained: () => {
        this.#onDrained();
      },
      onEnd: () => {
        this.#onPeerEnd();
      },
      onClose: (error) => {
        this.#onClose(error);
      },
    });
  }

  get isUsable(): boolean {
    return !this.#isLost && !this.#isEnding;
  }

  /** Octets that wait for the socket. */
  get queuedOctets(): number {
    return this.#tcp.queuedOctets;
  }

  sendFrame(text: string, summary: TraceSummary): void {
    if (this.#isLost) return;
    // A refusal may leave before its request has ended: the trace shows the request first all the same.
    const frame = this.#frame;
    if (frame !== undefined && !frame.isRecorded && frame.head.transactionId === summary.tid) {
      this.#recordIncoming(frame, undefined);
    }
    this.#writer.sendFrame(text, { summary, text });
    if (this.#tcp.queuedOctets > this.#options.maxQueuedOctets)
      this.#giveUp({ kind: "lost", message: "the peer does not read what it is sent" });
    else this.#watchStall();
  }

  want(source: ChunkSource): void {
    if (this.#isLost) return;
    this.#writer.want(source);
    this.#watchStall();
  }

  forget(source: ChunkSource): void {
    this.#writer.forget(source);
  }

  pause(key: object): void {
    if (this.#isLost) return;
    this.#pauses.add(key);
    if (this.#pauses.size === 1) this.#tcp.pause();
  }

  resume(key: object): void {
    if (this.#pauses.delete(key) && this.#pauses.size === 0) this.#tcp.resume();
  }

  lose(reason: string): void {
    this.#giveUp({ kind: "framing", message: reason });
  }

  /** Nothing comes over it any more, although the system has not noticed. */
  breakOff(message: string): void {
    this.#giveUp({ kind: "lost", message });
  }

  /** Asks again who takes the frame that was held, and reads on. */
  releaseHeld(): void {
    const frame = this.#frame;
    if (frame?.sink !== "hold" || this.#isLost) return;
    this.#writer.batch(() => {
      this.#offer(frame);
      if (frame.sink === "hold") return;
      const flag = frame.heldFlag;
      if (flag !== undefined) this.#endFrame(flag);
      this.#parser.release();
    });
    if (this.#frame?.sink !== "hold") this.resume(this.#parser);
  }

  /** Sends what is queued, then FIN. Settles when the connection is gone. */
  end(): Promise<void> {
    if (!this.#isEnding) {
      this.#isEnding = true;
      this.#loseSessions({ kind: "local", message: "closed" });
      this.#tcp.end();
      // Reading goes on, so that the peer's FIN is seen, but nothing is listened to.
      if (this.#pauses.size > 0) this.#tcp.resume();
      this.#lingerTimer = this.#options.clock.startTimer(LINGER_MS, () => {
        this.#tcp.destroy();
      });
    }
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onClosed.push(resolve);
    });
  }

  destroy(message: string): void {
    this.#giveUp({ kind: "local", message });
  }

  get #sink(): FrameSink {
    const sink = this.#frame?.sink;
    return sink === undefined || sink === "hold" ? IGNORED_FRAME : sink;
  }

  #onData(bytes: Buffer): void {
    if (this.#isLost) return;
    this.#writer.batch(() => {
      this.#parser.push(bytes);
    });
    if (this.#parser.backlogOctets > MAX_HELD_OCTETS) this.lose("too much before the session");
    // A peer that sends requests and reads no answers stops being read, so that the answers do not pile up.
    if (this.#writer.unreadFrameOctets > MAX_UNREAD_FRAME_OCTETS) this.pause(this.#writer);
    this.#watchStall();
  }

  #beginFrame(head: FrameHead): void {
    const stamp = this.#options.trace.stamp();
    const frame: IncomingFrame = { head, sink: IGNORED_FRAME, isRecorded: false, stamp };
    this.#frame = frame;
    this.#offer(frame);
    if (frame.sink !== "hold") return;
    this.#parser.hold();
    this.pause(this.#parser);
  }

  #offer(frame: IncomingFrame): void {
    frame.sink = this.#handlers.onFrame(frame.head, this);
  }

  #endFrame(flag: ContinuationFlag): void {
    const frame = this.#frame;
    if (frame === undefined) return;
    if (frame.sink === "hold") {
      frame.heldFlag = flag;
      return;
    }
    if (!frame.isRecorded) this.#recordIncoming(frame, flag);
    this.#frame = undefined;
    frame.sink.onEnd(flag);
  }

  #onDrained(): void {
    this.#stallTimer?.cancel();
    this.#stallTimer = undefined;
    if (this.#isLost) return;
    this.#writer.onDrained();
    this.resume(this.#writer);
    this.#watchStall();
  }

  #watchStall(): void {
    if (!this.#writer.isBlocked || this.#stallTimer !== undefined || this.#isLost) return;
    const queued = this.#tcp.queuedOctets;
    this.#stallTimer = this.#options.clock.startTimer(this.#options.stallTimeoutMs, () => {
      this.#stallTimer = undefined;
      if (this.#tcp.queuedOctets < queued) this.#watchStall();
      else this.#giveUp({ kind: "lost", message: "the peer takes no octets" });
    });
  }

  #onPeerEnd(): void {
    const isBetweenFrames = !this.#parser.isInsideFrame;
    const isFirst = !this.#isEnding;
    this.#isEnding = true;
    this.#loseSessions(
      isBetweenFrames
        ? { kind: "ended", message: "the peer closed the connection" }
        : { kind: "lost", message: "the peer closed the connection inside a message" },
    );
    if (!isFirst) return;
    this.#tcp.end();
    this.#lingerTimer = this.#options.clock.startTimer(LINGER_MS, () => {
      this.#tcp.destroy();
    });
  }

  #onClose(error: SocketError | undefined): void {
    this.#loseSessions({ kind: "lost", message: error?.message ?? "connection closed" });
    this.#isClosed = true;
    this.#lingerTimer?.cancel();
    for (const resolve of this.#onClosed) resolve();
    this.#onClosed = [];
  }

  #giveUp(loss: ConnectionLoss): void {
    this.#loseSessions(loss);
    this.#tcp.destroy();
  }

  #loseSessions(loss: ConnectionLoss): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#stallTimer?.cancel();
    this.#parser.stop();
    this.#writer.stop();
    const frame = this.#frame;
    this.#frame = undefined;
    if (frame !== undefined) {
      if (!frame.isRecorded) this.#recordIncoming(frame, undefined);
      if (frame.sink !== "hold") frame.sink.onBroken();
    }
    this.#handlers.onLost(loss, this);
  }

  #recordIncoming(frame: IncomingFrame, flag: ContinuationFlag | undefined): void {
    frame.isRecorded = true;
    const draft = incomingDraft(this.#traceEnds, frame, flag);
    this.#options.trace.record(draft);
  }
}
