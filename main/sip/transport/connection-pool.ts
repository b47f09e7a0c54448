import type { TraceStamp } from "../../../shared/model/trace-record.ts";
import type { Clock, SocketError, TcpConnection } from "../../base/ports.ts";
import type { SipParseError } from "../grammar/parse-error.ts";
import type { SipMessage } from "../message/message.ts";
import { type Flow, flowKey, targetKey } from "./flow.ts";
import type { StreamOpener, StreamTarget } from "./open-stream.ts";
import { FLOW_GONE, socketError } from "./socket-failure.ts";
import { StreamConnection } from "./stream-connection.ts";
import type { TransportLimits } from "./transport-options.ts";
import { UnprovenConnections } from "./unproven-connections.ts";

export interface PoolHandlers {
  onMessage(message: SipMessage, raw: Buffer, connection: StreamConnection): void;
  onMalformed(error: SipParseError, flow: Flow): void;
  /** @param places keys (`targetKey`) of the places that requests reached over it */
  onClosed(flow: Flow, places: readonly string[]): void;
}

export interface PoolOptions {
  readonly open: StreamOpener;
  readonly clock: Clock;
  readonly limits: TransportLimits;
}

/** What waits for a connection, and what is told about it. */
interface Waiting {
  readonly bytes: Buffer;
  /** Taken just before the octets leave: the peer may have read them before `write` returns. */
  readonly stamp: () => TraceStamp;
  readonly onSent: (flow: Flow, stamp: TraceStamp) => void;
  readonly onFailure: (error: SocketError) => void;
}

interface Opening {
  readonly waiting: Waiting[];
  queuedOctets: number;
}

/** How long a connection may take to write its last octets when the transport closes. */
const CLOSING_MS = 1000;

const MAX_ALIASES = 4;

/**
 * The connections of one listening address, found by flow (for responses and RFC 5626 flows) or by where they lead (for
 * requests). One attempt at a time per place; what is to be sent meanwhile waits for it.
 */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #handlers: PoolHandlers;
  readonly #byFlow = new Map<string, StreamConnection>();
  readonly #byTarget = new Map<string, StreamConnection>();
  readonly #targetsOf = new Map<StreamConnection, string[]>();
  readonly #opening = new Map<string, Opening>();
  readonly #inboundPerHost = new Map<string, number>();
  readonly #unproven = new UnprovenConnections();
  readonly #stop = new AbortController();
  #inbound = 0;
  #refusedInbound = 0;

  constructor(options: PoolOptions, handlers: PoolHandlers) {
    this.#options = options;
    this.#handlers = handlers;
  }

  get size(): number {
    return this.#byFlow.size;
  }

  /** Inbound connections turned away for being too many. */
  get refusedInbound(): number {
    return this.#refusedInbound;
  }

  /** Takes a connection that the other side opened, or closes it when there are too many. */
  accept(connection: TcpConnection, transport: StreamTarget["transport"]): void {
    const { limits } = this.#options;
    const { host } = connection.remote;
    const ofHost = this.#inboundPerHost.get(host) ?? 0;
    const isTooMany =
      ofHost >= limits.inboundConnectionsPerHost ||
      this.#unproven.countOf(host) >= limits.unprovenConnectionsPerHost ||
      (this.#inbound >= limits.inboundConnections && !this.#unproven.dropOne());
    if (isTooMany || this.#stop.signal.aborted) {
      this.#refuse(connection);
      return;
    }
    this.#inbound += 1;
    this.#inboundPerHost.set(host, ofHost + 1);
    this.#adopt(connection, transport, true);
  }

  #refuse(connection: TcpConnection): void {
    this.#refusedInbound += 1;
    connection.destroy();
  }

  /** Whoever is behind this flow is known: its connection is not among those that may be dropped for others. */
  vouch(flow: Flow): void {
    const connection = this.#byFlow.get(flowKey(flow));
    if (connection !== undefined) this.#unproven.remove(connection);
  }

  find(flow: Flow): StreamConnection | undefined {
    return usable(this.#byFlow.get(flowKey(flow)));
  }

  findTo(target: StreamTarget): StreamConnection | undefined {
    return usable(this.#byTarget.get(targetKey(target)));
  }

  /**
   * Lets requests to this place use that connection, unless a usable one leads there already (RFC 5923 §8: the first
   * stays).
   */
  addAlias(target: StreamTarget, connection: StreamConnection): void {
    if (this.findTo(target) === undefined) this.#lead(targetKey(target), connection);
  }

  #lead(target: string, connection: StreamConnection): void {
    this.#byTarget.set(target, connection);
    const targets = this.#targetsOf.get(connection);
    if (targets === undefined) this.#targetsOf.set(connection, [target]);
    // A connection stands for its own address and one sent-by; more would be somebody filling our tables.
    else if (targets.length < MAX_ALIASES && !targets.includes(target)) targets.push(target);
    else if (!targets.includes(target)) this.#byTarget.delete(target);
  }

  /** Sends over the connection that leads there, opening one when there is none. */
  send(target: StreamTarget, waiting: Waiting, connectMs = this.#options.limits.connectMs): void {
    const connection = this.findTo(target);
    if (connection !== undefined) {
      write(connection, waiting);
      return;
    }
    const key = targetKey(target);
    const opening = this.#opening.get(key);
    if (opening === undefined) {
      const started: Opening = { waiting: [waiting], queuedOctets: waiting.bytes.length };
      this.#opening.set(key, started);
      void this.#open(target, started, connectMs);
    } else if (opening.queuedOctets + waiting.bytes.length > this.#options.limits.queuedOctets) {
      later(() => {
        waiting.onFailure(socketError("ENOBUFS", "too much waits for this connection"));
      });
    } else {
      opening.queuedOctets += waiting.bytes.length;
      opening.waiting.push(waiting);
    }
  }

  /** Sends over the connection of this flow and no other. */
  sendOn(flow: Flow, waiting: Waiting): void {
    const connection = this.find(flow);
    if (connection !== undefined) {
      write(connection, waiting);
      return;
    }
    later(() => {
      waiting.onFailure(socketError(FLOW_GONE, "the connection of this flow is gone"));
    });
  }

  /** This machine does not have that address any more: connections of it lead nowhere. */
  dropFrom(localHost: string): void {
    for (const connection of [...this.#byFlow.values()])
      if (connection.flow.local.host === localHost) connection.destroy();
  }

  /** Lets queued octets leave, then closes everything. Resolves when nothing is left. */
  async close(): Promise<void> {
    this.#stop.abort();
    const connections = [...this.#byFlow.values()];
    for (const connection of connections) {
      connection.end();
      if (connection.queuedOctets === 0) connection.destroy();
    }
    if (connections.every((connection) => connection.queuedOctets === 0)) return;
    await new Promise<void>((resolve) => {
      this.#options.clock.startTimer(CLOSING_MS, resolve);
    });
    for (const connection of connections) connection.destroy();
  }

  async #open(target: StreamTarget, opening: Opening, connectMs: number): Promise<void> {
    const connected = await this.#options.open(target, this.#stop.signal, connectMs);
    const key = targetKey(target);
    this.#opening.delete(key);
    if (!connected.ok) {
      for (const waiting of opening.waiting) waiting.onFailure(connected.error);
      return;
    }
    const connection = this.#adopt(connected.value, target.transport, false);
    this.#lead(key, connection);
    for (const waiting of opening.waiting) write(connection, waiting);
  }

  #adopt(
    socket: TcpConnection,
    transport: StreamTarget["transport"],
    isInbound: boolean,
  ): StreamConnection {
    const { clock, limits } = this.#options;
    const connection: StreamConnection = new StreamConnection(
      socket,
      { transport, isInbound, clock, limits },
      {
        onMessage: (message, raw) => {
          this.#handlers.onMessage(message, raw, connection);
        },
        onMalformed: (error) => {
          this.#handlers.onMalformed(error, connection.flow);
        },
        onClosed: () => {
          this.#forget(connection);
        },
      },
    );
    this.#byFlow.set(flowKey(connection.flow), connection);
    // The way back to an ephemeral port is this connection or none.
    this.addAlias({ transport, remote: connection.remote }, connection);
    if (isInbound) this.#unproven.add(connection);
    connection.start();
    return connection;
  }

  #forget(connection: StreamConnection): void {
    const key = flowKey(connection.flow);
    if (this.#byFlow.get(key) === connection) this.#byFlow.delete(key);
    const places = this.#targetsOf.get(connection) ?? [];
    for (const target of places) {
      if (this.#byTarget.get(target) === connection) this.#byTarget.delete(target);
    }
    this.#targetsOf.delete(connection);
    if (connection.isInbound) {
      this.#unproven.remove(connection);
      const { host } = connection.remote;
      const left = (this.#inboundPerHost.get(host) ?? 1) - 1;
      this.#inbound -= 1;
      if (left === 0) this.#inboundPerHost.delete(host);
      else this.#inboundPerHost.set(host, left);
    }
    this.#handlers.onClosed(connection.flow, places);
  }
}

function usable(connection: StreamConnection | undefined): StreamConnection | undefined {
  return connection?.isUsable === true ? connection : undefined;
}

function write(connection: StreamConnection, waiting: Waiting): void {
  const stamp = waiting.stamp();
  const error = connection.write(waiting.bytes);
  if (error === undefined) waiting.onSent(connection.flow, stamp);
  else {
    later(() => {
      waiting.onFailure(error);
    });
  }
}

/** Nobody's callback runs before the call that caused it has returned. */
function later(run: () => void): void {
  queueMicrotask(run);
}
