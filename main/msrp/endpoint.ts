import type { HostPort } from "../base/host-port.ts";
import { type MsrpUri, sameMsrpUri } from "../base/msrp-uri.ts";
import type {
  Clock,
  Log,
  Random,
  SocketError,
  Sockets,
  TcpConnection,
  TlsConnection,
  TlsIdentity,
  TraceTap,
} from "../base/ports.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import type { Result } from "../base/result.ts";
import { ok } from "../base/result.ts";
import { type Awaited, CertificateGate } from "./connection/certificate-gate.ts";
import { type ConnectionLoss, MsrpConnection } from "./connection/connection.ts";
import { HeldConnections } from "./connection/held-connections.ts";
import {
  type ConnectRequest,
  OutboundConnections,
  type OutboundProtection,
} from "./connection/outbound-connections.ts";
import type { RequestPath } from "./connection/request-path.ts";
import { UnboundConnections } from "./connection/unbound-connections.ts";
import { connectFailure, lossFailure, NOBODY_CAME, STRANGER_CAME } from "./endpoint-failures.ts";
import type { FrameHead } from "./framing/frame-head.ts";
import { type FrameSink, IGNORED_FRAME } from "./framing/frame-wire.ts";
import { responseFrame } from "./framing/serialize.ts";
import { MSRP_LIMITS, type MsrpLimits } from "./limits.ts";
import { type EndpointTls, Listeners } from "./listeners.ts";
import { OwnUris } from "./own-uris.ts";
import type { RelayFailure } from "./relay/relay-link.ts";
import { type MsrpRelay, type RelayOptions, Relays } from "./relay/relays.ts";
import { BoundSession } from "./session/bound-session.ts";
import { PeerPaces } from "./session/peer-paces.ts";
import { failureReportOf } from "./session/send-head.ts";
import type { MsrpFailure, MsrpSession, RelayPlace, SessionOptions } from "./session/session.ts";

export interface MsrpPorts {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly trace: TraceTap;
}

export interface MsrpEndpointOptions {
  /** Port 0 lets the system choose. */
  readonly listen: HostPort;
  /** Host in our URIs; default: the address listened on. */
  readonly advertisedHost?: string;
  readonly limits?: Partial<MsrpLimits>;
  /** Speaks TLS too, with this certificate, on a port of its own. */
  readonly tls?: EndpointTls;
}

/** One MSRP listener with all its sessions and connections (RFC 4975 §5.4). */
export class MsrpEndpoint {
  readonly #ports: MsrpPorts;
  readonly #limits: MsrpLimits;
  readonly #listeners: Listeners;
  readonly #identity: TlsIdentity | undefined;
  readonly #sessions = new Map<string, BoundSession>();
  readonly #uris: OwnUris;
  readonly #connectionOf = new Map<BoundSession, MsrpConnection>();
  /** Sessions that wait for what their relay brings, by the connection to it. */
  readonly #awaitedFrom = new Map<BoundSession, MsrpConnection>();
  readonly #sessionsOn = new Map<MsrpConnection, Set<BoundSession>>();
  readonly #unbound: UnboundConnections;
  readonly #held: HeldConnections;
  readonly #gate = new CertificateGate();
  /** Passive sessions over TLS. */
  readonly #awaited = new Map<BoundSession, Awaited>();
  readonly #outbound: OutboundConnections;
  readonly #paces: PeerPaces;
  readonly #relays: Relays;
  #isClosed = false;

  static async open(
    ports: MsrpPorts,
    options: MsrpEndpointOptions,
  ): Promise<Result<MsrpEndpoint, SocketError>> {
    const listeners = await Listeners.open(ports.sockets, options);
    return listeners.ok ? ok(new MsrpEndpoint(ports, options, listeners.value)) : listeners;
  }

  /** Where we listen now. */
  get local(): HostPort {
    return this.#listeners.local;
  }

  /** Where TLS is listened for. */
  get localTls(): HostPort | undefined {
    return this.#listeners.localTls;
  }

  /**
   * Goes over to another address of this machine, to the same port where that is free. Sessions whose connection has the
   * former one fail as after any lost connection.
   */
  async moveTo(host: string): Promise<Result<void, SocketError>> {
    const former = this.local.host;
    const moved = await this.#listeners.moveTo(host);
    if (!moved.ok || this.#isClosed) return moved;
    this.#outbound.abortAttempts();
    const connections = new Set([...this.#sessionsOn.keys(), ...this.#awaitedFrom.values()]);
    for (const connection of connections)
      if (connection.localHost === former) connection.breakOff("this machine has another address");
    return moved;
  }

  private constructor(ports: MsrpPorts, options: MsrpEndpointOptions, listeners: Listeners) {
    this.#ports = ports;
    this.#limits = { ...MSRP_LIMITS, ...options.limits };
    this.#listeners = listeners;
    this.#identity = options.tls?.identity;
    this.#uris = new OwnUris(ports.random, options.advertisedHost, () => ({
      ...{ msrp: this.local, msrps: this.localTls },
    }));
    this.#unbound = new UnboundConnections(ports.clock, this.#limits.unboundTimeoutMs);
    this.#held = new HeldConnections(ports.clock);
    this.#paces = new PeerPaces(ports.clock, this.#limits.maxChunkOctets);
    this.#outbound = new OutboundConnections(ports.sockets, this.#limits.connectTimeoutMs);
    this.#relays = new Relays({
      ...{ clock: ports.clock, random: ports.random },
      connect: (remote, group) =>
        this.#outbound.connect({ remote, group, user: {} }, (tcp) => this.#connection(tcp)),
      isInUse: (connection) => this.#sessionsOn.has(connection),
    });
    listeners.start({
      onTcp: (tcp) => {
        this.#onInbound(tcp);
      },
      onTls: (tls) => {
        this.#onInboundTls(tls);
      },
    });
  }

  /** SHA-256 of our certificate, for session descriptions; without one there is no TLS. */
  get fingerprint(): string | undefined {
    return this.#identity?.fingerprint;
  }

  /**
   * A fresh, unguessable URI on our listening address. A peer that connects before its session is opened, because it
   * knows the URI from our SDP, waits a while for that.
   * @param scheme `msrps` only where there is a fingerprint
   */
  newUri(scheme: MsrpUri["scheme"] = "msrp"): MsrpUri {
    return this.#uris.next(scheme);
  }

  /**
   * Opens a session. `active`: connects, or takes a connection of the same group to the same host and port, and sends
   * the first SEND at once (RFC 6135 §4.2.2). `passive`: waits for the peer's first request.
   */
  session(given: SessionOptions): MsrpSession {
    const options = behindRelay(given);
    const { localUri, fingerprints = [] } = options;
    if (localUri.scheme === "msrps" && (fingerprints.length === 0 || options.relay !== undefined))
      throw new LocalProtocolError("RFC 8122: whose certificate is it to be?");
    const session: BoundSession = new BoundSession(options, {
      clock: this.#ports.clock,
      random: this.#ports.random,
      // Whoever's relays they are: they hold one chunk at a time.
      pace: this.#paces.of(options.remotePath[0], options.remotePath.length > 1),
      bindTimeoutMs: options.bindTimeoutMs ?? this.#limits.bindTimeoutMs,
      whyUnbound: (): MsrpFailure =>
        this.#awaited.get(session)?.hasSeenStranger === true ? STRANGER_CAME : NOBODY_CAME,
      release: (released) => this.#release(released),
    });
    const sessionId = localUri.sessionId ?? "";
    this.#uris.forget(sessionId);
    if (this.#isClosed) {
      queueMicrotask(() => {
        session.fail({ kind: "closed", message: "the endpoint is closed" });
      });
      return session;
    }
    this.#sessions.set(sessionId, session);
    if (options.role === "active") void this.#bindActively(session, options);
    else if (options.relay === undefined) {
      if (localUri.scheme === "msrps") this.#awaited.set(session, this.#gate.expect(fingerprints));
      this.#held.release(sessionId);
    } else this.#awaitThroughRelay(session, options.relay);
    return session;
  }

  /** A place at a relay of ours (RFC 4976 §6.1), for sessions that are opened with it. */
  openRelay(options: RelayOptions): Promise<Result<MsrpRelay, RelayFailure>> {
    return this.#relays.open(options, this.newUri());
  }

  /** Ends all sessions in good order and stops listening. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.close();
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    await this.#relays.closeAll();
    this.#unbound.destroyAll();
  }

  // ---- active ----

  async #bindActively(session: BoundSession, options: SessionOptions): Promise<void> {
    if (options.relay !== undefined) {
      this.#bindThroughRelay(session, options.relay);
      return;
    }
    const nextHop = options.remotePath[0];
    if (nextHop?.port === undefined || nextHop.scheme !== session.localUri.scheme) {
      // Not before the caller holds the session.
      await Promise.resolve();
      session.fail({ kind: "connect-failed", message: "no address to connect to" });
      return;
    }
    const remote = options.connectTo ?? { host: nextHop.host, port: nextHop.port };
    const group = options.connectionGroup ?? "";
    const wanted = { remote, user: session, ...this.#protectionOf(options) };
    await this.#bindOver({ ...wanted, group }, session, () => {
      const shared = this.#connectionOf.get(session);
      if (shared === undefined || (this.#sessionsOn.get(shared)?.size ?? 0) < 2) return false;
      // Programs that know one session to a connection refuse the others: this one gets its own.
      this.#detach(session, shared);
      const own = `${group} ${session.localUri.sessionId ?? ""}`;
      void this.#bindOver({ ...wanted, group: own }, session, () => false);
      return true;
    });
  }

  /** @param onRefused true where the session is bound in another way */
  async #bindOver(
    request: ConnectRequest,
    session: BoundSession,
    onRefused: () => boolean,
  ): Promise<void> {
    const connected = await this.#outbound.connect(request, (tcp, peerFingerprint) =>
      this.#connection(tcp, peerFingerprint),
    );
    if (!connected.ok) {
      session.fail(connectFailure(connected.error));
      return;
    }
    if (!connected.value.isUsable) {
      session.fail({ kind: "connection-lost", message: "the peer closed the connection at once" });
      return;
    }
    this.#attach(session, connected.value);
    session.bindActively(connected.value, onRefused);
  }

  #protectionOf({ localUri, fingerprints = [] }: SessionOptions): {
    readonly protection?: OutboundProtection;
  } {
    const identity = this.#identity;
    if (localUri.scheme === "msrp" || identity === undefined) return {};
    return { protection: { identity, fingerprints } };
  }

  #bindThroughRelay(session: BoundSession, place: RelayPlace): void {
    const connection = this.#usableTo(place, session);
    if (connection === undefined) return;
    this.#attach(session, connection);
    session.bindActively(connection);
  }

  // ---- passive ----

  #awaitThroughRelay(session: BoundSession, place: RelayPlace): void {
    const connection = this.#usableTo(place, session);
    if (connection === undefined) return;
    this.#awaitedFrom.set(session, connection);
    this.#held.release(session.localUri.sessionId ?? "");
  }

  #usableTo(place: RelayPlace, session: BoundSession): MsrpConnection | undefined {
    const connection = this.#relays.connectionOf(place);
    if (connection?.isUsable === true) return connection;
    queueMicrotask(() => {
      session.fail({ kind: "connect-failed", message: "the relay is gone" });
    });
    return undefined;
  }

  #onInbound(tcp: TcpConnection): void {
    this.#admit(tcp, undefined)?.start();
  }

  #onInboundTls(tls: TlsConnection): void {
    const connection = this.#admit(tls, tls.peerFingerprint);
    if (connection === undefined || this.#gate.admit(connection)) return;
    connection.destroy("no certificate");
  }

  #admit(tcp: TcpConnection, peerFingerprint: string | undefined): MsrpConnection | undefined {
    const { maxInboundConnections, maxUnboundConnections } = this.#limits;
    if (this.#unbound.openedCount >= maxInboundConnections || this.#isClosed) {
      tcp.destroy();
      return undefined;
    }
    this.#unbound.makeRoom(maxUnboundConnections);
    const connection = this.#connection(tcp, peerFingerprint);
    this.#unbound.add(connection);
    return connection;
  }

  #connection(tcp: TcpConnection, peerFingerprint?: string): MsrpConnection {
    return new MsrpConnection(
      tcp,
      {
        peerFingerprint,
        clock: this.#ports.clock,
        trace: this.#ports.trace,
        stallTimeoutMs: this.#limits.stallTimeoutMs,
        maxQueuedOctets: this.#limits.queuedOctets,
      },
      {
        onFrame: (head, connection) => this.#onFrame(head, connection),
        onLost: (loss, connection) => {
          this.#onLost(loss, connection);
        },
      },
    );
  }

  // ---- frames ----

  #onFrame(head: FrameHead, connection: MsrpConnection): FrameSink | "hold" {
    if (head.kind === "response") {
      // A response to a REPORT, as some peers send, or to a request long given up: nobody waits for it.
      for (const session of this.#sessionsOn.get(connection) ?? NO_SESSIONS) {
        if (session.onResponse(head)) return IGNORED_FRAME;
      }
      this.#relays.onResponse(head, connection);
      return IGNORED_FRAME;
    }
    const path = connection.paths.read(head);
    if (path === undefined) {
      connection.lose("a request without usable paths");
      return IGNORED_FRAME;
    }
    const found = this.#sessionFor(head, path, connection);
    if (found === "hold") return "hold";
    if (typeof found !== "number") return found.onRequest(head);
    this.#refuse(head, path, found, connection);
    return IGNORED_FRAME;
  }

  /** The session that takes the request on this connection, or the status to refuse it with (RFC 4975 §7.3). */
  #sessionFor(
    head: FrameHead,
    path: RequestPath,
    connection: MsrpConnection,
  ): BoundSession | number | "hold" {
    if (path.to === undefined) return 481;
    const sessionId = path.to.sessionId ?? "";
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return this.#holdOrRefuse(path.to, sessionId, connection);
    if (!sameMsrpUri(session.localUri, path.to)) return 481;
    const peer = session.remotePath.at(-1);
    if (peer === undefined || !sameMsrpUri(peer, path.from)) return 403;
    return session.mayUse(connection)
      ? this.#boundTo(session, head, connection)
      : this.#strangerTo(session, connection);
  }

  #boundTo(
    session: BoundSession,
    head: FrameHead,
    connection: MsrpConnection,
  ): BoundSession | number {
    const bound = this.#connectionOf.get(session);
    if (bound === connection) return session;
    // RFC 4976 §6.4.2: a relay may open a connection of its own towards us. Nothing is answered on it.
    if (head.method === "REPORT" && session.remotePath.length > 1) return session;
    // An active session has its own connection, even while it is still being opened.
    if (bound !== undefined || session.isActive) return 506;
    this.#unbound.remove(connection);
    this.#attach(session, connection);
    session.bindPassively(connection);
    return session;
  }

  /** It knows the session's URI, and speaks without the protection or with another certificate than agreed. */
  #strangerTo(session: BoundSession, connection: MsrpConnection): number {
    this.#gate.noteStranger();
    this.#ports.log.write("warn", "MSRP request not protected as agreed", {
      ...{ remote: connection.remote.host, session: session.localUri.sessionId ?? "" },
    });
    return 403;
  }

  #holdOrRefuse(to: MsrpUri, sessionId: string, connection: MsrpConnection): 481 | "hold" {
    if (!this.#uris.isReserved(to)) return 481;
    this.#held.hold(connection, sessionId, () => {
      this.#uris.forget(sessionId);
    });
    return "hold";
  }

  #refuse(head: FrameHead, path: RequestPath, status: number, connection: MsrpConnection): void {
    if (head.method === "REPORT" || failureReportOf(head) === "no") return;
    const paths = { toPath: path.previousHopText, fromPath: path.toText };
    const { transactionId } = head;
    connection.sendFrame(responseFrame(transactionId, status, undefined, paths), {
      status,
      tid: transactionId,
      flag: "$",
      hasBody: false,
    });
  }

  // ---- ends ----

  #attach(session: BoundSession, connection: MsrpConnection): void {
    this.#connectionOf.set(session, connection);
    this.#awaitedFrom.delete(session);
    const sessions = this.#sessionsOn.get(connection);
    if (sessions === undefined) this.#sessionsOn.set(connection, new Set([session]));
    else sessions.add(session);
  }

  #detach(session: BoundSession, connection: MsrpConnection): void {
    this.#connectionOf.delete(session);
    this.#sessionsOn.get(connection)?.delete(session);
  }

  async #release(session: BoundSession): Promise<void> {
    this.#sessions.delete(session.localUri.sessionId ?? "");
    this.#awaitedFrom.delete(session);
    this.#awaited.get(session)?.end();
    this.#awaited.delete(session);
    this.#outbound.forgetUser(session);
    const connection = this.#connectionOf.get(session);
    if (connection === undefined) return;
    this.#connectionOf.delete(session);
    const sessions = this.#sessionsOn.get(connection);
    sessions?.delete(session);
    if (sessions?.size !== 0) return;
    this.#sessionsOn.delete(connection);
    if (this.#relays.holds(connection)) return;
    this.#outbound.forget(connection);
    await connection.end();
  }

  #onLost(loss: ConnectionLoss, connection: MsrpConnection): void {
    this.#unbound.forget(connection);
    this.#held.forget(connection);
    this.#gate.forget(connection);
    this.#outbound.forget(connection);
    this.#relays.onLost(connection);
    if (loss.kind === "framing") {
      this.#ports.log.write("warn", "MSRP connection closed", {
        reason: loss.message,
        remote: connection.remote.host,
      });
    }
    const failure = lossFailure(loss);
    for (const session of [...(this.#sessionsOn.get(connection) ?? [])]) session.fail(failure);
    for (const [session, from] of [...this.#awaitedFrom])
      if (from === connection) session.fail(failure);
    this.#sessionsOn.delete(connection);
  }
}

/** Requests go through our relays, the nearest first, and then along the peer's path (RFC 4976 §6.2). */
function behindRelay(options: SessionOptions): SessionOptions {
  if (options.relay === undefined) return options;
  const remotePath = [...options.relay.usePath.toReversed(), ...options.remotePath];
  return { ...options, remotePath };
}

const NO_SESSIONS: ReadonlySet<BoundSession> = new Set();
