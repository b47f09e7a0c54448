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
import type { TransportTls } from "./transport-options.ts";

/** Opens the port for TLS beside the one for TCP and UDP. */
export async function bindTls(
  sockets: Sockets,
  { listen, identity }: TransportTls,
  handlers: TlsPortHandlers,
): Promise<Result<TcpListener | undefined, SocketError>> {
  if (listen === undefined) return ok(undefined);
  if (identity === undefined) throw new Error("who listens on TLS has an identity");
  return sockets.listenTls(
    listen,
    {
      ...{ identity, requestsCertificate: false },
      ...{ isWelcome: handlers.isWelcome, onRefused: handlers.onRefused },
    },
    handlers.onConnection,
  );
}

export interface TlsPortHandlers {
  readonly onConnection: (connection: TcpConnection) => void;
  /** Asked before a handshake, which costs more than any request. */
  readonly isWelcome: (remote: HostPort) => boolean;
  readonly onRefused: (error: SocketError, remote: HostPort) => void;
}

export interface OnePort {
  readonly udp: UdpSocket;
  readonly listener: TcpListener;
}

export interface OnePortHandlers extends UdpHandlers {
  onConnection(connection: TcpConnection): void;
}

/** A port that the system chose for TCP may be taken for UDP; then another one is tried. */
const ATTEMPTS = 20;

/** Binds TCP and UDP on the same port; port 0 takes one that is free for both. */
export async function bindOnePort(
  sockets: Sockets,
  listen: HostPort,
  handlers: OnePortHandlers,
): Promise<Result<OnePort, SocketError>> {
  for (let attempt = 1; ; attempt += 1) {
    const listener = await sockets.listenTcp(listen, (connection) => {
      handlers.onConnection(connection);
    });
    if (!listener.ok) return listener;
    const udp = await sockets.bindUdp(listener.value.local, handlers);
    if (udp.ok) return ok({ udp: udp.value, listener: listener.value });
    listener.value.close();
    const isWorthAnother = listen.port === 0 && udp.error.code === "EADDRINUSE";
    if (!isWorthAnother || attempt === ATTEMPTS) return udp;
  }
}
