import type {
  Clock,
  SocketError,
  Sockets,
  TcpConnection,
  TcpListener,
  Timer,
  UdpSocket,
} from "../../main/base/ports.ts";
import { err, type Result } from "../../main/base/result.ts";
import type { FakeClock } from "./fake-clock.ts";
import { FakeTcpEnd } from "./fake-tcp.ts";

/**
 * How a program ends without having a say: `killed`, its system closes what it had open; `power-lost`, the machine is
 * gone and nobody hears anything until it is back.
 */
export type Death = "killed" | "power-lost";

/** One program on one machine: its clock and its sockets, which end with it. */
export class FakeProcess {
  readonly clock: ProcessClock;
  readonly sockets: Sockets;
  readonly #sockets: ProcessSockets;

  constructor(clock: FakeClock, sockets: Sockets) {
    this.clock = new ProcessClock(clock);
    this.#sockets = new ProcessSockets(sockets);
    this.sockets = this.#sockets;
  }

  die(how: Death): void {
    this.clock.stop();
    this.#sockets.drop(how);
  }
}

interface ProcessTimer {
  readonly dueMs: number;
  readonly fire: () => void;
  running?: Timer;
}

/** The clocks of one machine: its wall clock may be set, and monotonic time may stand still while it sleeps. */
export class ProcessClock implements Clock {
  readonly #base: FakeClock;
  readonly #timers = new Set<ProcessTimer>();
  #uncountedMs = 0;
  #wallStepMs = 0;
  #asleepSinceMs: number | undefined;
  #isStopped = false;

  constructor(base: FakeClock) {
    this.#base = base;
  }

  nowMs(): number {
    return (this.#asleepSinceMs ?? this.#base.nowMs()) - this.#uncountedMs;
  }

  nowNs(): bigint {
    return BigInt(Math.round(this.nowMs() * 1_000_000));
  }

  wallMs(): number {
    return this.#base.wallMs() + this.#wallStepMs;
  }

  startTimer(delayMs: number, fire: () => void): Timer {
    if (this.#isStopped) return { cancel: () => undefined };
    const timer: ProcessTimer = { dueMs: this.nowMs() + Math.max(0, delayMs), fire };
    this.#timers.add(timer);
    if (this.#asleepSinceMs === undefined) this.#run(timer, delayMs);
    return {
      cancel: () => {
        timer.running?.cancel();
        this.#timers.delete(timer);
      },
    };
  }

  /** Somebody, or a time server, sets the wall clock. */
  stepWall(byMs: number): void {
    this.#wallStepMs += byMs;
  }

  sleep(): void {
    if (this.#asleepSinceMs !== undefined) return;
    this.#asleepSinceMs = this.#base.nowMs();
    for (const { running } of this.#timers) running?.cancel();
  }

  /** @param isCounted monotonic time went on meanwhile, as some systems have it: what is overdue fires at once */
  wake(isCounted: boolean): void {
    const sinceMs = this.#asleepSinceMs;
    if (sinceMs === undefined) return;
    this.#asleepSinceMs = undefined;
    if (!isCounted) this.#uncountedMs += this.#base.nowMs() - sinceMs;
    const waiting = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
    for (const timer of waiting) this.#run(timer, timer.dueMs - this.nowMs());
  }

  stop(): void {
    this.#isStopped = true;
    for (const { running } of this.#timers) running?.cancel();
    this.#timers.clear();
  }

  #run(timer: ProcessTimer, delayMs: number): void {
    // As every system's: never early, were it by a rounding error. Who is called too early waits anew, for ever.
    const lateMs = Math.ceil(delayMs * 1024) / 1024;
    timer.running = this.#base.startTimer(lateMs, () => {
      this.#timers.delete(timer);
      timer.fire();
    });
  }
}

class ProcessSockets implements Sockets {
  readonly #inner: Sockets;
  readonly #open = new Set<UdpSocket | TcpListener>();
  readonly #connections = new Set<TcpConnection>();
  #isGone = false;

  constructor(inner: Sockets) {
    this.#inner = inner;
  }

  async bindUdp(
    ...[local, handlers]: Parameters<Sockets["bindUdp"]>
  ): ReturnType<Sockets["bindUdp"]> {
    const bound = await this.#inner.bindUdp(local, {
      onMessage: (bytes, from) => {
        if (!this.#isGone) handlers.onMessage(bytes, from);
      },
      onError: (error, to) => {
        if (!this.#isGone) handlers.onError(error, to);
      },
    });
    return this.#keep(bound);
  }

  async listenTcp(
    ...[local, onConnection]: Parameters<Sockets["listenTcp"]>
  ): ReturnType<Sockets["listenTcp"]> {
    const listening = await this.#inner.listenTcp(local, (connection) => {
      this.#connections.add(connection);
      onConnection(connection);
    });
    return this.#keep(listening);
  }

  async connectTcp(
    ...[remote, options]: Parameters<Sockets["connectTcp"]>
  ): ReturnType<Sockets["connectTcp"]> {
    if (this.#isGone) return err(GONE);
    return this.#keepConnection(await this.#inner.connectTcp(remote, options));
  }

  async listenTls(
    ...[local, options, onConnection]: Parameters<Sockets["listenTls"]>
  ): ReturnType<Sockets["listenTls"]> {
    const listening = await this.#inner.listenTls(local, options, (connection) => {
      this.#connections.add(connection);
      onConnection(connection);
    });
    return this.#keep(listening);
  }

  async connectTls(
    ...[remote, options]: Parameters<Sockets["connectTls"]>
  ): ReturnType<Sockets["connectTls"]> {
    if (this.#isGone) return err(GONE);
    return this.#keepConnection(await this.#inner.connectTls(remote, options));
  }

  #keepConnection<T extends TcpConnection>(
    connected: Result<T, SocketError>,
  ): Result<T, SocketError> {
    if (!connected.ok) return connected;
    if (this.#hasGone()) {
      connected.value.destroy();
      return err(GONE);
    }
    this.#connections.add(connected.value);
    return connected;
  }

  /** Asked anew after a wait. */
  #hasGone(): boolean {
    return this.#isGone;
  }

  drop(how: Death): void {
    this.#isGone = true;
    for (const socket of this.#open) socket.close();
    for (const connection of this.#connections)
      if (connection instanceof FakeTcpEnd) connection.abandon(how === "killed");
    this.#open.clear();
    this.#connections.clear();
  }

  #keep<T extends UdpSocket | TcpListener>(opened: Result<T, SocketError>): Result<T, SocketError> {
    if (!opened.ok) return opened;
    if (this.#isGone) {
      opened.value.close();
      return err(GONE);
    }
    this.#open.add(opened.value);
    return opened;
  }
}

const GONE: SocketError = { kind: "socket-error", code: "ESRCH", message: "no such process" };
