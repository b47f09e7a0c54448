import type { HostPort } from "../../base/host-port.ts";
import type { Clock, SocketError, TcpConnection, Timer } from "../../base/ports.ts";
import type { SipParseError } from "../grammar/parse-error.ts";
import type { SipMessage } from "../message/message.ts";
import { SipStreamParser, type StreamItem } from "../message/stream-parser.ts";
import type { Flow } from "./flow.ts";
import { socketError } from "./socket-failure.ts";
import type { TransportLimits } from "./transport-options.ts";

/** What a connection tells the transport layer. */
export interface StreamHandlers {
  onMessage(message: SipMessage, raw: Buffer): void;
  /** Framing is lost; the connection closes itself. */
  onMalformed(error: SipParseError): void;
  /** Exactly once, last. */
  onClosed(error: SocketError | undefined): void;
}

export interface StreamOptions {
  readonly transport: "tcp" | "tls";
  /** Opened by the other side: it has to show a message within `firstMessageMs`. */
  readonly isInbound: boolean;
  readonly limits: TransportLimits;
  readonly clock: Clock;
}

const PONG = Buffer.from("\r\n");
/** Who lets more than this wait unread has no use for another pong, and each costs memory of its own. */
const MAX_UNREAD_AT_PING = 16_384;
/** How long the other side may take to end a connection that we have ended. */
const LINGER_MS = 5000;
const PING = Buffer.from("\r\n\r\n");
/** RFC 5626 §4.4.1: without a pong after this time the flow has failed. */
const PONG_MS = 10_000;

/**
 * One SIP connection: frames what arrives (RFC 3261 §18.3), answers keep-alives (RFC 5626 §3.5.1), bounds what waits to
 * be written, and gives up when the other side brings nothing.
 */
export class StreamConnection {
  readonly flow: Flow;
  readonly isInbound: boolean;
  readonly #connection: TcpConnection;
  readonly #options: StreamOptions;
  readonly #handlers: StreamHandlers;
  readonly #parser = new SipStreamParser();
  #deadline: Timer | undefined;
  #keepAlive: Timer | undefined;
  #nextPingMs: (() => number) | undefined;
  #isAwaitingPong = false;
  #lastUseMs: number;
  #hasMessage = false;
  #isClosing = false;

  constructor(connection: TcpConnection, options: StreamOptions, handlers: StreamHandlers) {
    this.#connection = connection;
    this.#options = options;
    this.#handlers = handlers;
    this.isInbound = options.isInbound;
    this.flow = {
      transport: options.transport,
      local: connection.local,
      remote: connection.remote,
    };
    this.#lastUseMs = options.clock.nowMs();
  }

  get remote(): HostPort {
    return this.flow.remote;
  }

  /** Neither side has ended it: requests and responses may be written. */
  get isUsable(): boolean {
    return !this.#isClosing;
  }

  /** Nothing is read before this call. */
  start(): void {
    const { limits } = this.#options;
    if (this.isInbound) this.#watch(limits.firstMessageMs, this.#judgeFirstMessage);
    else this.#watch(limits.idleMs, this.#judgeIdle);
    this.#connection.start({
      onData: (bytes) => {
        this.#receive(bytes);
      },
      onDrained: () => undefined,
      onEnd: () => {
        this.end();
      },
      onClose: (error) => {
        this.#isClosing = true;
        this.#deadline?.cancel();
        this.#keepAlive?.cancel();
        this.#handlers.onClosed(error);
      },
    });
  }

  /** @returns why the octets were not taken */
  write(bytes: Buffer): SocketError | undefined {
    if (this.#isClosing) return socketError("EPIPE", "the connection is closing");
    if (this.#connection.queuedOctets + bytes.length > this.#options.limits.queuedOctets) {
      return socketError("ENOBUFS", "the other side does not read");
    }
    this.#lastUseMs = this.#options.clock.nowMs();
    this.#connection.write(bytes);
    return undefined;
  }

  /** Double CRLF (RFC 5626 §4.4.1). */
  ping(): void {
    if (!this.#isClosing) this.#connection.write(PING);
  }

  /**
   * Pings from now on, after `nextPingMs` each time, and gives the connection up when no pong comes (RFC 5626 §4.4.1).
   * undefined ends it.
   */
  keepAlive(nextPingMs: (() => number) | undefined): void {
    this.#keepAlive?.cancel();
    this.#nextPingMs = nextPingMs;
    this.#isAwaitingPong = false;
    if (nextPingMs === undefined || this.#isClosing) return;
    this.#keepAlive = this.#options.clock.startTimer(nextPingMs(), () => {
      this.#isAwaitingPong = true;
      this.ping();
      this.#keepAlive = this.#options.clock.startTimer(PONG_MS, () => {
        this.destroy();
      });
    });
  }

  /** Octets that the system has not taken yet. */
  get queuedOctets(): number {
    return this.#connection.queuedOctets;
  }

  /** Ends once the queue is empty; a peer that does not end its side soon loses it. */
  end(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#connection.end();
    this.#deadline?.cancel();
    this.#watch(LINGER_MS, () => {
      this.#connection.destroy();
    });
  }

  destroy(): void {
    this.#isClosing = true;
    this.#connection.destroy();
  }

  #receive(bytes: Buffer): void {
    for (const item of this.#parser.push(bytes)) {
      this.#lastUseMs = this.#options.clock.nowMs();
      this.#take(item);
    }
  }

  #take(item: StreamItem): void {
    if (item.kind === "message") {
      this.#hasMessage = true;
      this.#handlers.onMessage(item.message, item.raw);
    } else if (item.kind === "error") {
      this.#handlers.onMalformed(item.error);
      // RFC 3261 §18.3: without framing nothing that follows can be trusted.
      this.end();
      if (this.#connection.queuedOctets === 0) this.#connection.destroy();
    } else if (this.#isAwaitingPong) {
      this.#parser.endKeepAlive();
      this.keepAlive(this.#nextPingMs);
    } else if (item.signal === "ping") {
      this.#pong();
    }
  }

  #pong(): void {
    if (this.#isClosing || this.#connection.queuedOctets > MAX_UNREAD_AT_PING) return;
    this.#connection.write(PONG);
  }

  #watch(ms: number, judge: () => void): void {
    this.#deadline = this.#options.clock.startTimer(ms, judge);
  }

  readonly #judgeFirstMessage = (): void => {
    if (this.#hasMessage) this.#watch(this.#options.limits.idleMs, this.#judgeIdle);
    else this.destroy();
  };

  readonly #judgeIdle = (): void => {
    const unusedMs = this.#options.clock.nowMs() - this.#lastUseMs;
    if (unusedMs >= this.#options.limits.idleMs) this.end();
    else this.#watch(this.#options.limits.idleMs - unusedMs, this.#judgeIdle);
  };
}
