import { formatHostPort, type HostPort } from "../../main/base/host-port.ts";
import type {
  ConnectOptions,
  SocketError,
  Sockets,
  TcpListener,
  TlsConnection,
  TlsConnectOptions,
  TlsListenOptions,
  UdpHandlers,
  UdpSocket,
} from "../../main/base/ports.ts";
import { err, ok, type Result } from "../../main/base/result.ts";
import type { FakeClock } from "./fake-clock.ts";
import { canonicalHost, isIpv6, type Link, matches } from "./fake-link.ts";
import { SeededRandom } from "./fake-random.ts";
import { addTo, type DatagramRule, type Heal, strikes, type Which } from "./fake-rules.ts";
import { FakeTcpEnd, type TcpWire } from "./fake-tcp.ts";
import { admit, shakeHands, type TlsFate } from "./fake-tls.ts";

/** Random trouble on a link, by the net's seed. Rates from 0 to 1. */
export interface Disturbance {
  readonly lossRate?: number;
  readonly duplicateRate?: number;
  /** Each datagram is late by 0 to this: later ones may overtake it. */
  readonly jitterMs?: number;
}

export interface FakeNetOptions {
  readonly seed?: number;
  readonly latencyMs?: number;
  /** Largest piece in which TCP octets arrive; 1 gives every reader its octets one by one. */
  readonly segmentOctets?: number;
}

interface Datagram {
  readonly bytes: Buffer;
  readonly from: HostPort;
  readonly to: HostPort;
}

interface BoundUdp {
  readonly local: HostPort;
  readonly handlers: UdpHandlers;
}

interface Listening {
  readonly local: HostPort;
  readonly onConnection: (connection: FakeTcpEnd) => void;
  readonly tls?: TlsListenOptions;
}

interface OctetWatch {
  readonly link: Link;
  readonly act: (end: FakeTcpEnd) => void;
  left: number;
}

interface Attempt {
  readonly local: HostPort;
  readonly remote: HostPort;
  readonly options: ConnectOptions;
  readonly tls: TlsConnectOptions | undefined;
}

/** What passed, in the order in which it was sent, lost datagrams included. */
export interface Traffic {
  readonly proto: "udp" | "tcp-connect";
  readonly from: HostPort;
  readonly to: HostPort;
  readonly bytes: Buffer;
}

const FIRST_EPHEMERAL_PORT = 49_152;
const MAX_DATAGRAM_OCTETS = 65_507;
const WILDCARDS = new Set(["0.0.0.0", "::", ""]);

/**
 * An internet in memory: UDP and TCP between any addresses, IPv4 and IPv6, on a fake clock. The same calls with the
 * same seed give the same run. Nothing fails unless a rule says so.
 */
export class FakeNet {
  readonly clock: FakeClock;
  readonly traffic: Traffic[] = [];
  readonly #random: SeededRandom;
  readonly #udp = new Map<string, BoundUdp>();
  readonly #tcp = new Map<string, Listening>();
  readonly #ends = new Set<FakeTcpEnd>();
  readonly #rules: DatagramRule[] = [];
  readonly #disturbances: { readonly link: Link; readonly disturbance: Disturbance }[] = [];
  readonly #blocked: Link[] = [];
  readonly #refused: Link[] = [];
  readonly #forwards = new Map<string, HostPort>();
  readonly #tlsFates: { readonly link: Link; readonly fate: TlsFate }[] = [];
  readonly #latencies: { readonly link: Link; readonly ms: number }[] = [];
  readonly #watches: OctetWatch[] = [];
  readonly #held = new Map<DatagramRule, Datagram[]>();
  readonly #segmentOctets: number;
  #nextPort = FIRST_EPHEMERAL_PORT;

  constructor(clock: FakeClock, options: FakeNetOptions = {}) {
    this.clock = clock;
    this.#random = new SeededRandom(options.seed ?? 1);
    this.#segmentOctets = options.segmentOctets ?? 65_536;
    this.#latencies.push({ link: {}, ms: options.latencyMs ?? 1 });
  }

  /** The sockets of a host with these addresses. Several hosts may share an address, as processes on one machine do. */
  host(...addresses: readonly string[]): Sockets {
    return this.machine(() => addresses);
  }

  /** As {@link host}, of a machine whose addresses change. */
  machine(addresses: () => readonly string[]): Sockets {
    const own = (): readonly string[] => addresses().map(canonicalHost);
    return {
      bindUdp: (local, handlers) => Promise.resolve(this.#bindUdp(own, local, handlers)),
      listenTcp: (local, onConnection) =>
        Promise.resolve(this.#listen(own(), { local, onConnection })),
      connectTcp: (remote, options) => this.#connect(own(), remote, options),
      listenTls: (local, tls, onConnection) =>
        Promise.resolve(this.#listen(own(), { local, onConnection, tls })),
      connectTls: (remote, options) => this.#connect(own(), remote, options, options),
    };
  }

  /** A datagram from wherever the test says; nobody has to be bound there. */
  inject(from: HostPort, to: HostPort, bytes: Buffer): void {
    const datagram = { bytes, from, to };
    this.traffic.push({ proto: "udp", ...datagram });
    this.#applyRules(datagram);
  }

  /** Bound UDP ports, listening TCP ports and open ends of TCP connections: 0 when nothing leaked. */
  get openSockets(): number {
    return new Set(this.#udp.values()).size + new Set(this.#tcp.values()).size + this.#ends.size;
  }

  get openConnections(): number {
    return Math.ceil(this.#ends.size / 2);
  }

  lose(link: Link, which: Which = "all"): Heal {
    return this.#addRule({ link, which, fate: { do: "lose" }, seen: 0 });
  }

  duplicate(link: Link, which: Which = "all", afterMs = 0): Heal {
    return this.#addRule({ link, which, fate: { do: "duplicate", afterMs }, seen: 0 });
  }

  delay(link: Link, byMs: number, which: Which = "all"): Heal {
    return this.#addRule({ link, which, fate: { do: "delay", byMs }, seen: 0 });
  }

  /** Holds a datagram until the next one of the link has passed. */
  reorder(link: Link, which: Which): Heal {
    return this.#addRule({ link, which, fate: { do: "hold" }, seen: 0 });
  }

  disturb(disturbance: Disturbance, link: Link = {}): Heal {
    return addTo(this.#disturbances, { link, disturbance });
  }

  /** Nothing passes between the two in either direction; TCP octets wait for the healing, datagrams are lost. */
  partition(a: string, b: string): Heal {
    const heals = [this.blackhole({ from: a, to: b }), this.blackhole({ from: b, to: a })];
    return () => {
      for (const heal of heals) heal();
    };
  }

  blackhole(link: Link): Heal {
    const undo = addTo(this.#blocked, link);
    return () => {
      undo();
      for (const end of this.#ends) end.retransmit();
    };
  }

  /** TCP connections along the link are refused, whether or not anybody listens. */
  refuseTcp(link: Link): Heal {
    return addTo(this.#refused, link);
  }

  /** Connections to one place reach another, octet by octet: what a middlebox does that terminates nothing. */
  forwardTcp(at: HostPort, to: HostPort): void {
    this.#forwards.set(formatHostPort(at), to);
  }

  /** TLS handshakes along the link end so on both sides, or never. */
  spoilTls(fate: TlsFate, link: Link = {}): Heal {
    return addTo(this.#tlsFates, { link, fate });
  }

  /** Breaks the open connections of the link, seen from either end. Returns how many. */
  resetTcp(link: Link = {}): number {
    const ends = [...this.#ends].filter(
      (end) => matches(link, end.local, end.remote) || matches(link, end.remote, end.local),
    );
    for (const end of ends) end.reset();
    return Math.ceil(ends.length / 2);
  }

  /** Once, when TCP connections of the link have carried so many octets in that direction; those after them wait. */
  onOctets(octets: number, link: Link, act: (end: FakeTcpEnd) => void): Heal {
    return addTo(this.#watches, { link, left: octets, act });
  }

  setLatency(ms: number, link: Link = {}): Heal {
    return addTo(this.#latencies, { link, ms });
  }

  #addRule(rule: DatagramRule): Heal {
    return addTo(this.#rules, rule);
  }

  #latencyMs(from: HostPort, to: HostPort): number {
    return this.#latencies.findLast((entry) => matches(entry.link, from, to))?.ms ?? 0;
  }

  #isBlocked(from: HostPort, to: HostPort): boolean {
    return this.#blocked.some((link) => matches(link, from, to));
  }

  // ---- binding ----

  #bindUdp(
    own: () => readonly string[],
    local: HostPort,
    handlers: UdpHandlers,
  ): Result<UdpSocket, SocketError> {
    const claimed = this.#claim(own(), local, this.#udp);
    if (!claimed.ok) return claimed;
    const { address, keys } = claimed.value;
    const bound: BoundUdp = { local: address, handlers };
    for (const key of keys) this.#udp.set(key, bound);
    let isOpen = true;
    return ok({
      local: address,
      send: (bytes, to) => {
        if (isOpen) this.#sendDatagram(own(), bound, Buffer.from(bytes), to);
      },
      close: () => {
        isOpen = false;
        for (const key of keys) if (this.#udp.get(key) === bound) this.#udp.delete(key);
      },
    });
  }

  #listen(own: readonly string[], wanted: Listening): Result<TcpListener, SocketError> {
    const claimed = this.#claim(own, wanted.local, this.#tcp);
    if (!claimed.ok) return claimed;
    const { address, keys } = claimed.value;
    const listening: Listening = { ...wanted, local: address };
    for (const key of keys) this.#tcp.set(key, listening);
    return ok({
      local: address,
      close: () => {
        for (const key of keys) if (this.#tcp.get(key) === listening) this.#tcp.delete(key);
      },
    });
  }

  #claim(
    own: readonly string[],
    wanted: HostPort,
    taken: ReadonlyMap<string, unknown>,
  ): Result<{ readonly address: HostPort; readonly keys: readonly string[] }, SocketError> {
    const host = canonicalHost(wanted.host);
    const isWildcard = WILDCARDS.has(host);
    if (!isWildcard && !own.includes(host)) return err(socketError("EADDRNOTAVAIL"));
    const hosts = isWildcard ? own.filter((each) => host !== "0.0.0.0" || !isIpv6(each)) : [host];
    const keysAt = (port: number): readonly string[] =>
      hosts.map((each) => formatHostPort({ host: each, port }));
    const isTaken = (port: number): boolean => keysAt(port).some((key) => taken.has(key));
    const port = wanted.port === 0 ? this.#freePort(isTaken) : wanted.port;
    if (isTaken(port)) return err(socketError("EADDRINUSE"));
    return ok({ address: { host, port }, keys: keysAt(port) });
  }

  #freePort(isTaken: (port: number) => boolean): number {
    for (;;) {
      const port = this.#nextPort;
      this.#nextPort = port === 65_535 ? FIRST_EPHEMERAL_PORT : port + 1;
      if (!isTaken(port)) return port;
    }
  }

  // ---- datagrams ----

  #sendDatagram(own: readonly string[], sender: BoundUdp, bytes: Buffer, target: HostPort): void {
    const to = { host: canonicalHost(target.host), port: target.port };
    const fail = (code: string): void => {
      this.clock.startTimer(0, () => {
        sender.handlers.onError(socketError(code), target);
      });
    };
    if (bytes.length > MAX_DATAGRAM_OCTETS) {
      fail("EMSGSIZE");
      return;
    }
    const fromHost = WILDCARDS.has(sender.local.host)
      ? own.find((each) => isIpv6(each) === isIpv6(to.host))
      : sender.local.host;
    if (fromHost === undefined || isIpv6(fromHost) !== isIpv6(to.host) || !own.includes(fromHost)) {
      fail(fromHost !== undefined && own.includes(fromHost) ? "ENETUNREACH" : "EINVAL");
      return;
    }
    const datagram = { bytes, from: { host: fromHost, port: sender.local.port }, to };
    this.traffic.push({ proto: "udp", ...datagram });
    this.#applyRules(datagram);
  }

  #applyRules(datagram: Datagram): void {
    let lateMs = 0;
    let copies: readonly number[] = [0];
    const released: Datagram[] = [];
    for (const rule of this.#rules) {
      if (!matches(rule.link, datagram.from, datagram.to)) continue;
      released.push(...(this.#held.get(rule) ?? []));
      this.#held.delete(rule);
      rule.seen += 1;
      if (!strikes(rule, datagram.bytes)) continue;
      if (rule.fate.do === "lose") copies = [];
      else if (rule.fate.do === "duplicate") copies = [...copies, rule.fate.afterMs];
      else if (rule.fate.do === "delay") lateMs += rule.fate.byMs;
      else {
        this.#held.set(rule, [datagram]);
        copies = [];
      }
    }
    for (const afterMs of copies) this.#launch(datagram, lateMs + afterMs);
    for (const late of released) this.#launch(late, 0);
  }

  #launch(datagram: Datagram, lateMs: number): void {
    let totalMs = lateMs + this.#latencyMs(datagram.from, datagram.to);
    let copies = 1;
    for (const { link, disturbance } of this.#disturbances) {
      if (!matches(link, datagram.from, datagram.to)) continue;
      // All three are always drawn, so that changing one rate leaves the other decisions as they were.
      const [loss, double, jitter] = [
        this.#random.unit(),
        this.#random.unit(),
        this.#random.unit(),
      ];
      if (loss < (disturbance.lossRate ?? 0)) copies = 0;
      else if (double < (disturbance.duplicateRate ?? 0)) copies += 1;
      totalMs += jitter * (disturbance.jitterMs ?? 0);
    }
    for (let copy = 0; copy < copies; copy += 1) {
      this.clock.startTimer(totalMs, () => {
        if (this.#isBlocked(datagram.from, datagram.to)) return;
        const bound = this.#udp.get(formatHostPort(datagram.to));
        bound?.handlers.onMessage(Buffer.from(datagram.bytes), datagram.from);
      });
    }
  }

  // ---- connections ----

  async #connect(
    own: readonly string[],
    target: HostPort,
    options: ConnectOptions,
    tls?: TlsConnectOptions,
  ): Promise<Result<TlsConnection, SocketError>> {
    const remote = { host: canonicalHost(target.host), port: target.port };
    const localHost =
      options.localHost !== undefined && !WILDCARDS.has(options.localHost)
        ? canonicalHost(options.localHost)
        : own.find((each) => isIpv6(each) === isIpv6(remote.host));
    if (localHost === undefined || isIpv6(localHost) !== isIpv6(remote.host)) {
      return err(socketError("ENETUNREACH"));
    }
    if (!own.includes(localHost)) return err(socketError("EADDRNOTAVAIL"));
    const local = { host: localHost, port: this.#freePort(() => false) };
    this.traffic.push({ proto: "tcp-connect", from: local, to: remote, bytes: Buffer.alloc(0) });
    return new Promise((resolve) => {
      this.#handshake({ local, remote, options, tls }, resolve);
    });
  }

  #handshake(
    { local, remote, options, tls }: Attempt,
    resolve: (result: Result<TlsConnection, SocketError>) => void,
  ): void {
    let isDone = false;
    let ends: readonly [FakeTcpEnd, FakeTcpEnd] | undefined;
    const finish = (result: Result<TlsConnection, SocketError>): void => {
      if (isDone) return;
      isDone = true;
      timeout.cancel();
      options.signal.removeEventListener("abort", onAbort);
      if (!result.ok) ends?.[0].destroy();
      resolve(result);
    };
    const fail = (code: string): void => {
      finish(err(socketError(code)));
    };
    const onAbort = (): void => {
      fail("ABORT_ERR");
    };
    const timeout = this.clock.startTimer(options.timeoutMs, () => {
      fail("ETIMEDOUT");
    });
    options.signal.addEventListener("abort", onAbort, { once: true });
    if (options.signal.aborted) {
      onAbort();
      return;
    }

    const answerAfterMs = this.#latencyMs(remote, local);
    this.clock.startTimer(this.#latencyMs(local, remote), () => {
      if (isDone || this.#isBlocked(local, remote)) return;
      const isRefused = this.#refused.some((link) => matches(link, local, remote));
      const end = this.#forwards.get(formatHostPort(remote)) ?? remote;
      const listening = isRefused ? undefined : this.#tcp.get(formatHostPort(end));
      if (listening !== undefined) {
        ends = FakeTcpEnd.pair(this.#wire(), local, remote);
        for (const end of ends) this.#ends.add(end);
        admit(ends[1], listening, tls, this.clock);
      }
      this.clock.startTimer(answerAfterMs, () => {
        if (this.#isBlocked(remote, local)) return;
        if (ends === undefined) fail("ECONNREFUSED");
        else if (tls === undefined) finish(ok(ends[0]));
        else {
          timeout.cancel();
          const [client, server] = ends;
          const fate = this.#tlsFates.findLast(({ link }) => matches(link, local, remote))?.fate;
          shakeHands({ client, server, tls, listening, fate, wire: this.#wire() }, finish);
        }
      });
    });
  }

  #wire(): TcpWire {
    return {
      clock: this.clock,
      segmentOctets: this.#segmentOctets,
      latencyMs: (from, to) => this.#latencyMs(from, to),
      isBlocked: (from, to) => this.#isBlocked(from, to),
      arriving: (from, to, octets) => {
        const watches = this.#watches.filter(({ link }) => matches(link, from, to));
        const most = Math.min(octets, ...watches.map(({ left }) => left));
        for (const watch of watches) watch.left -= most;
        return most;
      },
      arrived: (end) => {
        for (const watch of this.#watches.filter(({ left }) => left <= 0)) {
          this.#watches.splice(this.#watches.indexOf(watch), 1);
          watch.act(end);
        }
      },
      onClosed: (end) => {
        this.#ends.delete(end);
      },
    };
  }
}

function socketError(code: string): SocketError {
  return { kind: "socket-error", code, message: code };
}
