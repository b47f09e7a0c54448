import { formatHostPort, type HostPort } from "../../base/host-port.ts";
import type {
  ConnectOptions,
  SocketError,
  Sockets,
  TcpConnection,
  TlsConnection,
  TlsIdentity,
} from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { MsrpConnection } from "./connection.ts";

export interface ConnectRequest {
  readonly remote: HostPort;
  /** Connections are shared within one group only. */
  readonly group: string;
  /** TLS with our certificate, towards one that the peer has told of. */
  readonly protection?: OutboundProtection;
  /** Who needs it; when all who wait are forgotten the attempt is given up. */
  readonly user: object;
}

export interface OutboundProtection {
  readonly identity: TlsIdentity;
  /** SHA-256, as in `TlsIdentity`. */
  readonly fingerprints: readonly string[];
}

/** A connection, and what is known of the other side's certificate. */
export type Wrap = (tcp: TcpConnection, peerFingerprint: string | undefined) => MsrpConnection;

interface Attempt {
  readonly waiting: Set<object>;
  readonly abort: AbortController;
  readonly result: Promise<Result<MsrpConnection, SocketError>>;
  connection?: MsrpConnection;
}

/** The connections that we opened. One to the same host and port serves all of its group (RFC 4975 §5.4). */
export class OutboundConnections {
  readonly #sockets: Sockets;
  readonly #timeoutMs: number;
  readonly #attempts = new Map<string, Attempt>();

  constructor(sockets: Sockets, timeoutMs: number) {
    this.#sockets = sockets;
    this.#timeoutMs = timeoutMs;
  }

  async connect(request: ConnectRequest, wrap: Wrap): Promise<Result<MsrpConnection, SocketError>> {
    // What one session may use another one may not, unless both know the same certificates.
    const known = request.protection?.fingerprints.toSorted().join(" ") ?? "";
    const key = `${formatHostPort(request.remote)} ${known} ${request.group}`;
    const running = this.#attempts.get(key);
    const isUsable = running !== undefined && (running.connection?.isUsable ?? true);
    const attempt = isUsable ? running : this.#begin(key, request, wrap);
    attempt.waiting.add(request.user);
    const result = await attempt.result;
    // Whoever was forgotten meanwhile must not be given the connection.
    if (!attempt.waiting.delete(request.user)) return err(ABORTED);
    return result;
  }

  /** The user needs no connection any more. */
  forgetUser(user: object): void {
    for (const attempt of this.#attempts.values()) {
      const wasWaiting = attempt.waiting.delete(user);
      if (wasWaiting && attempt.waiting.size === 0 && attempt.connection === undefined) {
        attempt.abort.abort();
      }
    }
  }

  /** Those who wait for a connection hear that there is none. */
  abortAttempts(): void {
    for (const attempt of this.#attempts.values())
      if (attempt.connection === undefined) attempt.abort.abort();
  }

  /** The connection is not to be shared any more. */
  forget(connection: MsrpConnection): void {
    for (const [key, attempt] of this.#attempts) {
      if (attempt.connection === connection) this.#attempts.delete(key);
    }
  }

  #begin(key: string, request: ConnectRequest, wrap: Wrap): Attempt {
    const abort = new AbortController();
    const waiting = new Set<object>();
    const open = async (): Promise<Result<MsrpConnection, SocketError>> => {
      const options = { signal: abort.signal, timeoutMs: this.#timeoutMs };
      const connected = await this.#open(request, options);
      if (!connected.ok || waiting.size === 0) {
        if (connected.ok) connected.value.destroy();
        if (this.#attempts.get(key) === attempt) this.#attempts.delete(key);
        return connected.ok ? err(ABORTED) : connected;
      }
      const connection = wrap(connected.value, fingerprintOf(connected.value));
      attempt.connection = connection;
      connection.start();
      return ok(connection);
    };
    const attempt: Attempt = { waiting, abort, result: open() };
    this.#attempts.set(key, attempt);
    return attempt;
  }

  #open(
    { remote, protection }: ConnectRequest,
    options: ConnectOptions,
  ): Promise<Result<TcpConnection | TlsConnection, SocketError>> {
    if (protection === undefined) return this.#sockets.connectTcp(remote, options);
    const { identity, fingerprints } = protection;
    const trust = { kind: "fingerprint", sha256: fingerprints } as const;
    return this.#sockets.connectTls(remote, { ...options, identity, trust });
  }
}

function fingerprintOf(connection: TcpConnection | TlsConnection): string | undefined {
  return "peerFingerprint" in connection ? connection.peerFingerprint : undefined;
}

const ABORTED: SocketError = {
  kind: "socket-error",
  code: "ABORT_ERR",
  message: "nobody needs the connection any more",
};
