import type { TraceStamp } from "../../../shared/model/trace-record.ts";
import { EventSource, type Undo } from "../../base/events.ts";
import { formatHostPort, type HostPort } from "../../base/host-port.ts";
import type { SocketError, TcpConnection } from "../../base/ports.ts";
import { ok, type Result } from "../../base/result.ts";
import { hasParameter } from "../grammar/parameters.ts";
import type { SipParseError } from "../grammar/parse-error.ts";
import { topViaOf } from "../message/fields.ts";
import type { SipMessage, SipRequest, SipResponse } from "../message/message.ts";
import { parseSipMessage } from "../message/parse.ts";
import { serializeSipMessage } from "../message/serialize.ts";
import { BoundPorts } from "./bound-ports.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { type Flow, isFlow, type SipTransport, type Target } from "./flow.ts";
import { keepConnectionAlive } from "./keep-alive.ts";
import { refusalOf } from "./malformed.ts";
import { MessageDraft } from "./message-draft.ts";
import { type StreamTarget, streamOpener } from "./open-stream.ts";
import type { SipPorts } from "./ports.ts";
import { FLOW_GONE, socketError, TLS_ONLY } from "./socket-failure.ts";
import type { StreamConnection } from "./stream-connection.ts";
import type { SentVia, TransportCounters, TransportEvents } from "./transport-events.ts";
import {
  DEFAULT_LIMITS,
  type TransportGuard,
  type TransportLimits,
  type TransportOptions,
} from "./transport-options.ts";
import { UdpOnlyHosts } from "./udp-only-hosts.ts";
import {
  defaultPort,
  markReceived,
  reconnectAddress,
  responseAddress,
  stampVia,
} from "./via-rules.ts";

export type { Flow, SipTransport, Target } from "./flow.ts";
export type { SipPorts } from "./ports.ts";
export type { SentVia, TransportCounters, TransportEvents } from "./transport-events.ts";
export type { TransportGuard, TransportOptions } from "./transport-options.ts";

/** RFC 3261 §18.1.1: no UDP datagram holds more (65,535 less the headers of IPv4 and UDP). */
const MAX_DATAGRAM_OCTETS = 65_507;

/** A connection tried only because of size is not waited for as long as one that was asked for. */
const SIZE_CONNECT_MS = 4000;

const CR = 0x0d;
const SECURE = "sips:";

/**
 * RFC 3261 §18 over UDP and TCP on one port, and over TLS on one of its own where it is given an identity. Knows messages
 * and addresses, no transactions.
 */
export class TransportLayer {
  readonly events = new EventSource<TransportEvents>();
  readonly #ports: SipPorts;
  readonly #limits: TransportLimits;
  readonly #bound: BoundPorts;
  readonly #pool: ConnectionPool;
  readonly #udpOnly: UdpOnlyHosts;
  readonly #speaksTls: boolean;
  readonly #isTlsRequired: boolean;
  #guard: TransportGuard | undefined;
  #isClosed = false;
  #malformed = 0;
  #misrouted = 0;

  private constructor(ports: SipPorts, options: TransportOptions, bound: BoundPorts) {
    this.#ports = ports;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#bound = bound;
    this.#speaksTls = options.tls !== undefined;
    this.#isTlsRequired = options.tls?.isRequired === true;
    this.#udpOnly = new UdpOnlyHosts(ports.clock);
    this.#pool = new ConnectionPool(
      {
        open: streamOpener(ports.sockets, () => bound.local.host, options.tls),
        clock: ports.clock,
        limits: this.#limits,
      },
      {
        onMessage: (message, raw, connection) => {
          this.#receiveFromStream(message, raw, connection);
        },
        onMalformed: (error, flow) => {
          this.#reportMalformed(error, flow, undefined);
        },
        onClosed: (flow, places) => {
          if (!this.#isClosed) this.events.emit("flowClosed", { flow, places });
        },
      },
    );
    bound.start({
      onMessage: (bytes, from) => {
        this.#receiveDatagram(bytes, from);
      },
      onError: (error, to) => {
        this.#reportUnreachable(error, to);
      },
      onConnection: (connection, transport) => {
        this.#accept(connection, transport);
      },
      isWelcome: (remote) => this.#guard?.isSilenced(remote, "tls") !== true,
      onRefused: (error, remote) => {
        ports.log.write("debug", "TLS handshake refused", { ...remote, code: error.code });
        this.#guard?.wasted(remote, "tls");
      },
    });
  }

  /** Binds UDP and TCP on one port, as a size-made change of transport needs (RFC 3261 §18.1.1). */
  static async open(
    ports: SipPorts,
    options: TransportOptions,
  ): Promise<Result<TransportLayer, SocketError>> {
    const bound = await BoundPorts.open(ports.sockets, options);
    return bound.ok ? ok(new TransportLayer(ports, options, bound.value)) : bound;
  }

  /** Where we are bound now. */
  get local(): HostPort {
    return this.#bound.local;
  }

  /** Where others connect to us over TLS. */
  get localTls(): HostPort | undefined {
    return this.#bound.localTls;
  }

  /**
   * Goes over to another address of this machine, to the same port where that is free. Connections of the former one
   * end, and so do requests under way: what would be answered to them goes where we no longer are.
   */
  async moveTo(host: string): Promise<Result<void, SocketError>> {
    const former = this.local.host;
    const moved = await this.#bound.moveTo(host);
    if (!moved.ok) return moved;
    if (!moved.value) return ok(undefined);
    const error = socketError(FLOW_GONE, "this machine has another address");
    this.events.emit("moved", { error });
    this.#pool.dropFrom(former);
    return ok(undefined);
  }

  get counters(): TransportCounters {
    return {
      malformed: this.#malformed,
      misrouted: this.#misrouted,
      refusedConnections: this.#pool.refusedInbound,
    };
  }

  /** Open connections, in both directions. */
  get connections(): number {
    return this.#pool.size;
  }

  get speaksTls(): boolean {
    return this.#speaksTls;
  }

  /** What we write as sent-by, over UDP and TCP unless said otherwise. */
  sentBy(transport: SipTransport = "udp"): HostPort {
    return this.#bound.sentBy(transport);
  }

  /**
   * Sends a request whose top Via is ours; its transport and sent-by are written here. To a `Target` connections are
   * reused or opened, and a request that is too large for UDP goes over TCP, falling back to UDP where TCP cannot be had
   * (RFC 3261 §18.1.1). To a `Flow` it goes that way or not at all (RFC 5626 §5.3: FLOW_GONE).
   * @param onFailure called at most once, never before this call returns; datagrams that the system refuses later are
   *   told by the event `unreachable`
   * @param onMoved the fallback to UDP happened; the request is now unreliable
   */
  sendRequest(
    request: SipRequest,
    where: Target | Flow,
    onFailure: (error: SocketError) => void,
    onMoved?: (sent: SentVia) => void,
  ): SentVia {
    const refusal = this.#downgrade(where.transport, request.uri);
    if (refusal !== undefined) {
      fail(onFailure, refusal);
      return { request, transport: where.transport };
    }
    if (isFlow(where)) return this.#sendOnFlow(request, where, onFailure);
    const { transport, remote } = where;
    if (transport !== "udp") return this.#sendByStream(request, { ...where, transport }, onFailure);
    const sent = this.#stamp(request, "udp");
    const bytes = serializeSipMessage(sent.request);
    const tcp = { transport: "tcp", remote } as const;
    const isLarge = bytes.length > this.#limits.udpRequestOctets;
    const canTryTcp = this.#pool.findTo(tcp) !== undefined || !this.#udpOnly.has(remote);
    if (!isLarge || !canTryTcp) {
      this.#sendDatagram(sent.request, bytes, remote, onFailure);
      return sent;
    }
    const fallBack = (error: SocketError): void => {
      if (this.#isClosed) {
        onFailure(error);
        return;
      }
      this.#udpOnly.add(remote);
      this.#ports.log.write("info", "large request goes over UDP: no TCP there", {
        remote: formatHostPort(remote),
        code: error.code,
      });
      onMoved?.(sent);
      this.#sendDatagram(sent.request, bytes, remote, onFailure);
    };
    return this.#sendByStream(request, tcp, fallBack, SIZE_CONNECT_MS);
  }

  /**
   * Sends a response by RFC 3261 §18.2.2: over the connection of its request, else over a new one to `received` or
   * sent-by; over UDP to `received` and `rport` (RFC 3581 §4).
   * @param flow the way the request came
   * @returns what went as a datagram, for {@link resend}
   */
  sendResponse(
    response: SipResponse,
    flow: Flow,
    onFailure: (error: SocketError) => void,
  ): Datagram | undefined {
    const bytes = serializeSipMessage(response);
    const via = topViaOf(response);
    if (flow.transport === "udp") {
      const to = via.ok ? responseAddress(via.value) : flow.remote;
      this.#sendDatagram(response, bytes, to, onFailure);
      return { bytes, remote: to };
    }
    const remote = via.ok ? reconnectAddress(via.value) : flow.remote;
    const isOpen = this.#pool.find(flow) !== undefined;
    const waiting = { bytes, onFailure, ...this.#traced(response, bytes) };
    if (isOpen) this.#pool.sendOn(flow, waiting);
    else this.#pool.send(this.#wayBack(flow.transport, remote), waiting);
    return undefined;
  }

  /** Sends a datagram once more. */
  resend({ bytes, remote }: Datagram): void {
    const message = parseSipMessage(bytes);
    if (message.ok) this.#sendDatagram(message.value, bytes, remote, () => undefined);
  }

  /** Sends a keep-alive (RFC 5626 §3.5.1) over the flow's connection. False when there is none. */
  ping(flow: Flow): boolean {
    const connection = this.#pool.find(flow);
    connection?.ping();
    return connection !== undefined;
  }

  /**
   * Keeps the connection to a place alive (RFC 5626 §4.4.1): pings it after `nextPingMs` each time.
   * @param onLost called once, when there is no such connection or it has failed; never before this call returns
   */
  keepAlive(target: Target, nextPingMs: () => number, onLost: () => void): Undo {
    return keepConnectionAlive(this.#pool, this.events, { target, nextPingMs, onLost });
  }

  /** The guard is asked about each datagram and each new connection. */
  guardBy(guard: TransportGuard): void {
    this.#guard = guard;
  }

  /** Whoever sent over this flow is known (see `unprovenConnectionsPerHost`). */
  vouch(flow: Flow): void {
    if (flow.transport !== "udp") this.#pool.vouch(flow);
  }

  /** Breaks the connection of this flow. */
  cut(flow: Flow): void {
    this.#pool.find(flow)?.destroy();
  }

  /** Ends all connections and gives the port back; no event comes any more. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#bound.close();
    await this.#pool.close();
  }

  // ---- sending ----

  #stamp(request: SipRequest, transport: SipTransport): SentVia {
    return {
      request: stampVia(request, transport, this.#bound.sentByFor(request, transport)),
      transport,
    };
  }

  /** RFC 3261 §26.2.2, RFC 5630 §3: what is to be protected goes over TLS or not at all. */
  #downgrade(transport: SipTransport, uri: string): SocketError | undefined {
    if (transport === "tls") return undefined;
    if (this.#isTlsRequired) return socketError(TLS_ONLY, "nothing goes over another transport");
    const isSecure = uri.slice(0, SECURE.length).toLowerCase() === SECURE;
    return isSecure ? socketError(TLS_ONLY, "a sips: request goes over nothing else") : undefined;
  }

  /** The connection of a request is gone: RFC 3261 §18.2.2 opens another, of the same kind. */
  #wayBack(transport: "tcp" | "tls", remote: HostPort): StreamTarget {
    return transport === "tls" ? { transport, remote, name: remote.host } : { transport, remote };
  }

  #sendOnFlow(request: SipRequest, flow: Flow, onFailure: (error: SocketError) => void): SentVia {
    const sent = this.#stamp(request, flow.transport);
    const bytes = serializeSipMessage(sent.request);
    if (flow.transport === "udp") {
      this.#sendDatagram(sent.request, bytes, flow.remote, onFailure);
    } else {
      this.#pool.sendOn(flow, { bytes, onFailure, ...this.#traced(sent.request, bytes) });
    }
    return sent;
  }

  #sendByStream(
    request: SipRequest,
    target: StreamTarget,
    onFailure: (error: SocketError) => void,
    connectMs = this.#limits.connectMs,
  ): SentVia {
    const sent = this.#stamp(request, target.transport);
    const bytes = serializeSipMessage(sent.request);
    const waiting = { bytes, onFailure, ...this.#traced(sent.request, bytes) };
    this.#pool.send(target, waiting, connectMs);
    return sent;
  }

  #sendDatagram(
    message: SipMessage,
    bytes: Buffer,
    remote: HostPort,
    onFailure: (error: SocketError) => void,
  ): void {
    if (this.#isClosed) {
      fail(onFailure, socketError(FLOW_GONE, "the transport is closed"));
    } else if (bytes.length > MAX_DATAGRAM_OCTETS) {
      fail(onFailure, socketError("EMSGSIZE", "the message is too large for UDP"));
    } else {
      this.#trace("out", message, bytes, this.#udpFlow(remote));
      this.#bound.send(bytes, remote);
    }
  }

  // ---- receiving ----

  #accept(connection: TcpConnection, transport: StreamTarget["transport"]): void {
    const isWelcome = transport === "tls" || !this.#isTlsRequired;
    const isSilenced = this.#guard?.isSilenced(connection.remote, transport) === true;
    if (isSilenced || !isWelcome) connection.destroy();
    else this.#pool.accept(connection, transport);
  }

  #receiveDatagram(bytes: Buffer, from: HostPort): void {
    if (this.#isClosed || this.#isTlsRequired) return;
    if (this.#guard?.isSilenced(from, "udp") === true) return;
    // Keep-alives of NAT bindings: blank lines, a lone NUL, STUN. None of them begins like a message.
    if (bytes.length < 4 || (bytes[0] ?? 0) < CR || isBlank(bytes)) return;
    const flow = this.#udpFlow(from);
    const parsed = parseSipMessage(bytes);
    if (parsed.ok) this.#receive(parsed.value, bytes, flow);
    else this.#reportMalformed(parsed.error, flow, { bytes, partial: parsed.error.partial });
  }

  #receiveFromStream(message: SipMessage, raw: Buffer, connection: StreamConnection): void {
    if (this.#isClosed) return;
    if (message.kind === "request") this.#learnAlias(message, connection);
    this.#receive(message, raw, connection.flow);
  }

  #receive(message: SipMessage, raw: Buffer, flow: Flow): void {
    this.#trace("in", message, raw, flow);
    if (message.kind === "response") {
      const via = topViaOf(message);
      if (via.ok && this.#bound.isOwn(via.value)) {
        this.events.emit("response", { response: message, flow });
      } else {
        this.#misrouted += 1;
        this.#guard?.wasted(flow.remote, flow.transport);
      }
      return;
    }
    const marked = markReceived(message, flow.remote);
    if (marked.ok) this.events.emit("request", { request: marked.value, flow });
    else this.#reportMalformed(marked.error, flow, undefined);
  }

  /**
   * RFC 5923: an inbound connection may carry our requests to the sent-by it names. Nothing proves that name, so it counts
   * only where it is the address that the connection comes from, and never where TLS has to prove who is there.
   */
  #learnAlias(request: SipRequest, connection: StreamConnection): void {
    if (!connection.isInbound || connection.flow.transport === "tls") return;
    const via = topViaOf(request);
    if (!via.ok || !hasParameter(via.value.parameters, "alias")) return;
    const { host, port = defaultPort("tcp") } = via.value;
    if (host.toLowerCase() !== connection.remote.host.toLowerCase()) return;
    this.#pool.addAlias({ transport: "tcp", remote: { host, port } }, connection);
  }

  #reportMalformed(
    error: SipParseError,
    flow: Flow,
    datagram: { readonly bytes: Buffer; readonly partial: SipMessage | undefined } | undefined,
  ): void {
    if (this.#isClosed) return;
    this.#malformed += 1;
    this.#guard?.wasted(flow.remote, flow.transport);
    if (datagram !== undefined) {
      const { bytes, partial } = datagram;
      this.#trace("in", partial, bytes, flow);
      const refusal = refusalOf(partial, error, flow.remote);
      if (refusal !== undefined) this.sendResponse(refusal, flow, () => undefined);
    }
    this.events.emit("malformed", { flow, error });
  }

  #reportUnreachable(error: SocketError, remote: HostPort | undefined): void {
    if (this.#isClosed || remote === undefined) return;
    this.events.emit("unreachable", { remote, error });
  }

  #udpFlow(remote: HostPort): Flow {
    return { transport: "udp", local: this.local, remote };
  }

  #trace(dir: "in" | "out", message: SipMessage | undefined, raw: Buffer, flow: Flow): void {
    this.#ports.trace.record(new MessageDraft(dir, raw, flow, { message }));
  }

  /** How a message sent over a connection is traced once the connection has taken it. */
  #traced(
    message: SipMessage,
    raw: Buffer,
  ): { stamp: () => TraceStamp; onSent: (used: Flow, stamp: TraceStamp) => void } {
    return {
      stamp: () => this.#ports.trace.stamp(),
      onSent: (used, stamp) => {
        this.#ports.trace.record(new MessageDraft("out", raw, used, { message, stamp }));
      },
    };
  }
}

/** A message as it went over UDP. */
export interface Datagram {
  readonly bytes: Buffer;
  readonly remote: HostPort;
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((octet) => octet === CR || octet === 0x0a || octet === 0x20);
}

/** Nobody's callback runs before the call that caused it has returned. */
function fail(onFailure: (error: SocketError) => void, error: SocketError): void {
  queueMicrotask(() => {
    onFailure(error);
  });
}
