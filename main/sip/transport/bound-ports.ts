import type { HostPort } from "../../base/host-port.ts";
import type {
  SocketError,
  Sockets,
  TcpConnection,
  TcpListener,
  UdpHandlers,
  UdpSocket,
} from "../../base/ports.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Via } from "../grammar/via.ts";
import { topViaOf } from "../message/fields.ts";
import type { SipRequest } from "../message/message.ts";
import { bindOnePort, bindTls } from "./bind.ts";
import type { SipTransport } from "./flow.ts";
import type { TransportOptions } from "./transport-options.ts";
import { isOwnVia, type SentBys, sentByOf } from "./via-rules.ts";

export interface BoundPortsHandlers extends UdpHandlers {
  onConnection(connection: TcpConnection, transport: "tcp" | "tls"): void;
  /** Whether a TLS handshake with that place is worth it. */
  isWelcome(remote: HostPort): boolean;
  /** A TLS handshake came to nothing. */
  onRefused(error: SocketError, remote: HostPort): void;
}

interface Open {
  readonly udp: UdpSocket;
  readonly listener: TcpListener;
  readonly tls: TcpListener | undefined;
}

/** Addresses of before whose requests may still be under way. */
const MAX_FORMER = 4;

/** Where a transport listens: UDP and TCP on one port, TLS on one of its own; and what it therefore writes into Via. */
export class BoundPorts {
  readonly #sockets: Sockets;
  readonly #options: TransportOptions;
  #handlers: BoundPortsHandlers | undefined;
  #open: Open;
  #isClosed = false;
  #sentBys: SentBys;
  /** Of addresses that we had before; requests that left with them keep them. */
  #former: readonly SentBys[] = [];

  private constructor(sockets: Sockets, options: TransportOptions, open: Open) {
    this.#sockets = sockets;
    this.#options = options;
    this.#open = open;
    this.#sentBys = this.#sentBysNow();
  }

  static async open(
    sockets: Sockets,
    options: TransportOptions,
  ): Promise<Result<BoundPorts, SocketError>> {
    // The sockets' handlers need the object, which needs the sockets.
    const opened: { ports?: BoundPorts } = {};
    const bound = await bindAll(sockets, options, () => opened.ports?.handlers);
    if (!bound.ok) return bound;
    opened.ports = new BoundPorts(sockets, options, bound.value);
    return ok(opened.ports);
  }

  /** What comes before `start` is dropped. */
  get handlers(): BoundPortsHandlers | undefined {
    return this.#handlers;
  }

  start(handlers: BoundPortsHandlers): void {
    this.#handlers = handlers;
  }

  get local(): HostPort {
    return this.#open.udp.local;
  }

  /** Where others connect to us over TLS. */
  get localTls(): HostPort | undefined {
    return this.#open.tls?.local;
  }

  /** What we write as sent-by into new requests. */
  sentBy(transport: SipTransport): HostPort {
    return sentByOf(transport, this.#sentBys);
  }

  /**
   * What belongs into the top Via of this request. What left before we moved is known to its receiver by the sent-by of
   * then: its CANCEL has to have the same.
   */
  sentByFor(request: SipRequest, transport: SipTransport): HostPort {
    if (this.#former.length === 0) return this.sentBy(transport);
    const top = topViaOf(request);
    const former = top.ok ? this.#former.find((one) => isOwnVia(top.value, one)) : undefined;
    return sentByOf(transport, former ?? this.#sentBys);
  }

  isOwn(via: Via): boolean {
    return [this.#sentBys, ...this.#former].some((one) => isOwnVia(via, one));
  }

  send(bytes: Uint8Array, to: HostPort): void {
    this.#open.udp.send(bytes, to);
  }

  /** Listens at that address instead, on the same ports where they are free. False: closed meanwhile. */
  async moveTo(host: string): Promise<Result<boolean, SocketError>> {
    const handlers = (): BoundPortsHandlers | undefined => this.#handlers;
    const same = await bindAll(this.#sockets, this.#at(host, this.local.port), handlers);
    const bound = same.ok ? same : await bindAll(this.#sockets, this.#at(host, 0), handlers);
    if (!bound.ok) return bound;
    if (this.#isClosed) {
      closeAll(bound.value);
      return ok(false);
    }
    closeAll(this.#open);
    this.#open = bound.value;
    this.#former = [this.#sentBys, ...this.#former].slice(0, MAX_FORMER);
    this.#sentBys = this.#sentBysNow();
    return ok(true);
  }

  close(): void {
    this.#isClosed = true;
    closeAll(this.#open);
  }

  #at(host: string, port: number): TransportOptions {
    const { tls } = this.#options;
    const tlsPort = port === 0 ? 0 : (this.localTls?.port ?? 0);
    const secure =
      tls?.listen === undefined ? {} : { tls: { ...tls, listen: { host, port: tlsPort } } };
    return { ...this.#options, ...secure, listen: { host, port } };
  }

  #sentBysNow(): SentBys {
    const { sentByHost } = this.#options;
    const { local, localTls = local } = this;
    return {
      plain: { host: sentByHost ?? local.host, port: local.port },
      tls: { host: sentByHost ?? localTls.host, port: localTls.port },
    };
  }
}

/** All of them or none. */
async function bindAll(
  sockets: Sockets,
  { listen, tls }: TransportOptions,
  handlers: () => BoundPortsHandlers | undefined,
): Promise<Result<Open, SocketError>> {
  const accept = (connection: TcpConnection, transport: "tcp" | "tls"): void => {
    const ready = handlers();
    if (ready === undefined) connection.destroy();
    else ready.onConnection(connection, transport);
  };
  const bound = await bindOnePort(sockets, listen, {
    onMessage: (bytes, from) => handlers()?.onMessage(bytes, from),
    onError: (error, to) => handlers()?.onError(error, to),
    onConnection: (connection) => {
      accept(connection, "tcp");
    },
  });
  if (!bound.ok || tls === undefined)
    return bound.ok ? ok({ ...bound.value, tls: undefined }) : bound;
  const secure = await bindTls(sockets, tls, {
    onConnection: (connection) => {
      accept(connection, "tls");
    },
    isWelcome: (remote) => handlers()?.isWelcome(remote) === true,
    onRefused: (error, remote) => handlers()?.onRefused(error, remote),
  });
  if (secure.ok) return ok({ ...bound.value, tls: secure.value });
  closeAll({ ...bound.value, tls: undefined });
  return secure;
}

function closeAll({ udp, listener, tls }: Open): void {
  udp.close();
  listener.close();
  tls?.close();
}
