import type { HostPort } from "../../main/base/host-port.ts";
import type {
  Clock,
  SocketError,
  TcpHandlers,
  Timer,
  TlsConnection,
} from "../../main/base/ports.ts";

/** Octets that may be queued in the writer before `write` answers false. */
export const HIGH_WATER_OCTETS = 65_536;

/** Octets that may be under way or unread at the receiver: the TCP window. */
export const WINDOW_OCTETS = 65_536;

/** What the wire does to a connection; asked anew for every segment. */
export interface TcpWire {
  readonly clock: Clock;
  latencyMs(from: HostPort, to: HostPort): number;
  isBlocked(from: HostPort, to: HostPort): boolean;
  /** Largest number of octets that reach the reader in one piece. */
  readonly segmentOctets: number;
  /** Of so many octets that arrive now, how many before something happens to the connection. */
  arriving(from: HostPort, to: HostPort, octets: number): number;
  /** What had to happen after those octets, if anything had to, happens. */
  arrived(end: FakeTcpEnd): void;
  onClosed(end: FakeTcpEnd): void;
}

type Segment = { readonly atMs: number } & (
  | { readonly kind: "data"; readonly bytes: Buffer }
  | { readonly kind: "fin" }
);

/** One end of a connection on the fake wire. Keeps order, loses nothing, honours the window, and resets when told. */
export class FakeTcpEnd implements TlsConnection {
  readonly local: HostPort;
  readonly remote: HostPort;
  /** Of a connection over TLS, where the other side showed a certificate. */
  peerFingerprint: string | undefined;
  readonly #wire: TcpWire;
  #peer: FakeTcpEnd | undefined;
  #handlers: TcpHandlers | undefined;

  #corks = 0;
  #corked: Buffer[] = [];
  #queue: Buffer[] = [];
  #queuedOctets = 0;
  #creditOctets = WINDOW_OCTETS;
  #hasAnsweredFalse = false;
  #underWay: Segment[] = [];
  #deliveryTimer: Timer | undefined;
  #isEnding = false;
  #isFinSent = false;

  #unread: Segment[] = [];
  #isPaused = false;
  #isReading = false;
  #isFinRead = false;
  #isClosed = false;
  /** Its machine knows nothing of the connection any more. */
  #isForgotten = false;

  constructor(wire: TcpWire, local: HostPort, remote: HostPort) {
    this.#wire = wire;
    this.local = local;
    this.remote = remote;
  }

  static pair(wire: TcpWire, a: HostPort, b: HostPort): readonly [FakeTcpEnd, FakeTcpEnd] {
    const endA = new FakeTcpEnd(wire, a, b);
    const endB = new FakeTcpEnd(wire, b, a);
    endA.#join(endB);
    endB.#join(endA);
    return [endA, endB];
  }

  #join(peer: FakeTcpEnd): void {
    this.#peer = peer;
  }

  get queuedOctets(): number {
    return this.#queuedOctets;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  start(handlers: TcpHandlers): void {
    if (this.#handlers !== undefined) throw new Error("start called twice");
    this.#handlers = handlers;
    this.#readSoon();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isClosed || this.#isEnding) return true;
    // A copy: the writer may reuse its buffer as soon as the system has taken the octets.
    const copy = Buffer.from(bytes);
    this.#queuedOctets += copy.length;
    if (this.#corks > 0) this.#corked.push(copy);
    else this.#queue.push(copy);
    this.#transmit();
    if (this.#queuedOctets < HIGH_WATER_OCTETS) return true;
    this.#hasAnsweredFalse = true;
    return false;
  }

  cork(): void {
    this.#corks += 1;
  }

  uncork(): void {
    this.#corks = Math.max(0, this.#corks - 1);
    if (this.#corks > 0 || this.#corked.length === 0) return;
    this.#queue.push(Buffer.concat(this.#corked));
    this.#corked = [];
    this.#transmit();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#readSoon();
  }

  end(): void {
    if (this.#isEnding || this.#isClosed) return;
    this.#corks = 0;
    this.uncork();
    this.#isEnding = true;
    this.#transmit();
  }

  destroy(): void {
    if (this.#isClosed) return;
    const peer = this.#peer;
    if (this.#unread.some((segment) => segment.kind === "data")) peer?.resetSoon();
    else if (!this.#isFinSent) this.#putUnderWay({ kind: "fin" });
    this.#close(undefined);
  }

  /** The connection breaks here and now, as by a RST. */
  reset(code = "ECONNRESET"): void {
    if (this.#isClosed) return;
    this.#underWay = [];
    this.#close({ kind: "socket-error", code, message: `read ${code}` });
  }

  /**
   * Its process is gone and hears nothing.
   * @param isPeerTold its system closes the connection; else whoever sends to it finds out by a RST
   */
  abandon(isPeerTold: boolean): void {
    this.#handlers = undefined;
    this.#isForgotten = true;
    if (isPeerTold) this.destroy();
    this.#underWay = isPeerTold ? this.#underWay : [];
    this.#close(undefined);
  }

  /** Both ends break here and now. */
  breakOff(): void {
    this.#peer?.reset();
    this.reset();
  }

  resetSoon(): void {
    this.#wire.clock.startTimer(this.#latencyMs(this.remote, this.local), () => {
      if (!this.#wire.isBlocked(this.remote, this.local)) this.reset();
    });
  }

  /** After a partition healed: what was held back, in either direction, is on its way again. */
  retransmit(): void {
    this.#retransmit();
    const peer = this.#peer;
    if (peer !== undefined) peer.#retransmit();
  }

  #retransmit(): void {
    const atMs = this.#wire.clock.nowMs() + this.#latencyMs(this.local, this.remote);
    this.#underWay = this.#underWay.map((segment) => ({
      ...segment,
      atMs: Math.max(segment.atMs, atMs),
    }));
    this.#scheduleDelivery();
  }

  #latencyMs(from: HostPort, to: HostPort): number {
    return this.#wire.latencyMs(from, to);
  }

  #transmit(): void {
    while (this.#creditOctets > 0) {
      const first = this.#queue.shift();
      if (first === undefined) break;
      const length = Math.min(first.length, this.#creditOctets, this.#wire.segmentOctets);
      if (length < first.length) this.#queue.unshift(first.subarray(length));
      this.#creditOctets -= length;
      this.#queuedOctets -= length;
      this.#putUnderWay({ kind: "data", bytes: first.subarray(0, length) });
    }
    if (this.#queuedOctets > 0) return;
    if (this.#isEnding && !this.#isFinSent) {
      this.#isFinSent = true;
      this.#putUnderWay({ kind: "fin" });
      this.#closeWhenBothDone();
    }
    if (this.#hasAnsweredFalse) {
      this.#hasAnsweredFalse = false;
      this.#soon(() => {
        this.#handlers?.onDrained();
      });
    }
  }

  #putUnderWay(
    segment: { readonly kind: "data"; readonly bytes: Buffer } | { readonly kind: "fin" },
  ): void {
    const last = this.#underWay.at(-1)?.atMs ?? 0;
    const atMs = Math.max(
      last,
      this.#wire.clock.nowMs() + this.#latencyMs(this.local, this.remote),
    );
    this.#underWay.push({ ...segment, atMs });
    this.#scheduleDelivery();
  }

  #scheduleDelivery(): void {
    const first = this.#underWay[0];
    if (first === undefined || this.#deliveryTimer !== undefined) return;
    if (this.#wire.isBlocked(this.local, this.remote)) return;
    this.#deliveryTimer = this.#wire.clock.startTimer(first.atMs - this.#wire.clock.nowMs(), () => {
      this.#deliveryTimer = undefined;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#wire.isBlocked(this.local, this.remote)) return;
    const first = this.#underWay[0];
    if (first !== undefined && first.atMs <= this.#wire.clock.nowMs()) {
      this.#underWay.shift();
      if (first.kind === "data") this.#arrive(first.bytes, first.atMs);
      else this.#peer?.receive(first);
    }
    this.#scheduleDelivery();
  }

  /** All of it, or as much as comes before something happens to the connection. */
  #arrive(bytes: Buffer, atMs: number): void {
    const octets = this.#wire.arriving(this.local, this.remote, bytes.length);
    if (octets < bytes.length)
      this.#underWay.unshift({ kind: "data", bytes: bytes.subarray(octets), atMs });
    if (octets > 0) this.#peer?.receive({ kind: "data", bytes: bytes.subarray(0, octets), atMs });
    this.#wire.arrived(this);
  }

  receive(segment: Segment): void {
    if (this.#isClosed) {
      // Octets for a socket that is gone are answered with a RST.
      if (segment.kind === "data" || this.#isForgotten) this.#peer?.resetSoon();
      return;
    }
    this.#unread.push(segment);
    this.#read();
  }

  #readSoon(): void {
    this.#soon(() => {
      this.#read();
    });
  }

  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (!this.#isPaused && !this.#isClosed && this.#handlers !== undefined) {
      const segment = this.#unread.shift();
      if (segment === undefined) break;
      if (segment.kind === "data") {
        this.#peer?.creditSoon(segment.bytes.length);
        this.#handlers.onData(segment.bytes);
      } else {
        this.#isFinRead = true;
        this.#handlers.onEnd();
        this.#closeWhenBothDone();
      }
    }
    this.#isReading = false;
  }

  creditSoon(octets: number): void {
    this.#wire.clock.startTimer(this.#latencyMs(this.remote, this.local), () => {
      this.#creditOctets += octets;
      if (!this.#isClosed) this.#transmit();
    });
  }

  #closeWhenBothDone(): void {
    if (this.#isFinSent && this.#isFinRead) this.#close(undefined);
  }

  #close(error: SocketError | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue = [];
    this.#corked = [];
    this.#unread = [];
    this.#queuedOctets = 0;
    this.#wire.onClosed(this);
    this.#soon(() => {
      this.#handlers?.onClose(error);
    });
  }

  #soon(run: () => void): void {
    this.#wire.clock.startTimer(0, run);
  }
}
