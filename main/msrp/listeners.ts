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
  /** Default: any port. */
  readonly port?: number;
}

export interface Listeners {
  readonly tcp: TcpListener;
  readonly tls: TcpListener | undefined;
}

/** Both or none. */
export async function listen(
  sockets: Sockets,
  { listen: at, tls }: { readonly listen: HostPort; readonly tls?: EndpointTls },
  on: {
    readonly onTcp: (connection: TcpConnection) => void;
    readonly onTls: (connection: TlsConnection) => void;
  },
): Promise<Result<Listeners, SocketError>> {
  const tcp = await sockets.listenTcp(at, on.onTcp);
  if (!tcp.ok) return tcp;
  if (tls === undefined) return ok({ tcp: tcp.value, tls: undefined });
  const { identity, port = 0 } = tls;
  const wanted = { identity, requestsCertificate: true };
  const secure = await sockets.listenTls({ host: at.host, port }, wanted, on.onTls);
  if (secure.ok) return ok({ tcp: tcp.value, tls: secure.value });
  tcp.value.close();
  return secure;
}
