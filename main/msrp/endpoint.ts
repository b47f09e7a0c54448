import type { HostPort } from "../base/host-port.ts";
import { formatMsrpUri, type MsrpUri } from "../base/msrp-uri.ts";
import type {
  Clock,
  Log,
  Random,
  SocketError,
  Sockets,
  TcpListener,
  TraceTap,
} from "../base/ports.ts";
import { ok, type Result } from "../base/result.ts";
import { randomToken } from "../base/tokens.ts";
import type { MsrpSession, SessionOptions } from "./session/session.ts";

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
}

/** One MSRP listener with all its sessions and connections (RFC 4975 §5.4). */
export class MsrpEndpoint {
  readonly local: HostPort;

  static async open(
    ports: MsrpPorts,
    options: MsrpEndpointOptions,
  ): Promise<Result<MsrpEndpoint, SocketError>> {
    const listener = await ports.sockets.listenTcp(options.listen, () => {});
    if (!listener.ok) return listener;
    return ok(new MsrpEndpoint(ports, options, listener.value));
  }

  private constructor(ports: MsrpPorts, options: MsrpEndpointOptions, listener: TcpListener) {
    void ports;
    void options;
    this.local = listener.local;
  }

  /** A fresh, unguessable URI on our listening address; its session may be opened later (`session`). */
  newUri(): MsrpUri {
    throw new Error(`not built yet ${formatMsrpUri.name} ${randomToken.name}`);
  }

  session(options: SessionOptions): MsrpSession {
    throw new Error(`not built yet ${options.role}`);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
