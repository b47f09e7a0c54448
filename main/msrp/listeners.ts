import type { HostPort } from "../base/host-port.ts";
import type {
  SocketError,
  Sockets,
  TcpConnection,
  TcpListener,
  TlsConnection,
  TlsIdentity,
} from "../base/ports.ts";
import { ok, type Result } from "../base/result.ts";

export interface EndpointTls {
  readonly identity: TlsIdentity;
  /** Where others reach us; default: where TCP is listened for. */
  readonly host?: string;
  /** Default: any port. */
  readonly port?: number;
}

export interface ListenOptions {
  readonly listen: HostPort;
  readonly tls?: EndpointTls;
}

export interface ListenHandlers {
  onTcp(connection: TcpConnection): void;
  onTls(connection: TlsConnection): void;
}

interface Open {
  readonly tcp: TcpListener;
  readonly tls: TcpListener | undefined;
}

/** Where an endpoint listens: for plain TCP, and with a certificate for TLS too. */
export class Listeners {
  readonly #sockets: Sockets;
  readonly #options: ListenOptions;
  /** What came before anybody took it waits, unread. */
  readonly #early: ((handlers: ListenHandlers) => void)[] = [];
  #handlers: ListenHandlers | undefined;
  #open: Open | undefined;

  private constructor(sockets: Sockets, options: ListenOptions) {
    this.#sockets = sockets;
    this.#options = options;
  }

  static async open(
    sockets: Sockets,
    options: ListenOptions,
  ): Promise<Result<Listeners, SocketError>> {
    const listeners = new Listeners(sockets, options);
    const opened = await listeners.#listen(options.listen);
    if (!opened.ok) return opened;
    listeners.#open = opened.value;
    return ok(listeners);
  }

  get local(): HostPort {
    return this.#open?.tcp.local ?? this.#options.listen;
  }

  get localTls(): HostPort | undefined {
    return this.#open?.tls?.local;
  }

  /** Call it once. */
  start(handlers: ListenHandlers): void {
    this.#handlers = handlers;
    for (const act of this.#early.splice(0)) act(handlers);
  }

  /** Listens at that address instead, on the same port where it is free. */
  async moveTo(host: string): Promise<Result<void, SocketError>> {
    const same = await this.#listen({ host, port: this.local.port });
    const opened = same.ok ? same : await this.#listen({ host, port: 0 });
    if (!opened.ok) return opened;
    const former = this.#open;
    this.#open = former === undefined ? undefined : opened.value;
    // Closed meanwhile: nobody wants the new ones.
    closeBoth(former ?? opened.value);
    return ok(undefined);
  }

  close(): void {
    if (this.#open !== undefined) closeBoth(this.#open);
    this.#open = undefined;
  }

  /** Both or none. */
  async #listen(at: HostPort): Promise<Result<Open, SocketError>> {
    const { tls } = this.#options;
    const tcp = await this.#sockets.listenTcp(at, (connection) => {
      this.#take((handlers) => {
        handlers.onTcp(connection);
      });
    });
    if (!tcp.ok) return tcp;
    if (tls === undefined) return ok({ tcp: tcp.value, tls: undefined });
    const { identity, host = at.host, port = 0 } = tls;
    const wanted = { identity, requestsCertificate: true };
    const secure = await this.#sockets.listenTls({ host, port }, wanted, (connection) => {
      this.#take((handlers) => {
        handlers.onTls(connection);
      });
    });
    if (secure.ok) return ok({ tcp: tcp.value, tls: secure.value });
    tcp.value.close();
    return secure;
  }

  #take(act: (handlers: ListenHandlers) => void): void {
    if (this.#handlers === undefined) this.#early.push(act);
    else act(this.#handlers);
  }
}

function closeBoth({ tcp, tls }: Open): void {
  tcp.close();
  tls?.close();
}
