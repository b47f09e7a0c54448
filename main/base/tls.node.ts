import { X509Certificate } from "node:crypto";
import { isIP, isIPv6, type Socket } from "node:net";
import {
  type ConnectionOptions,
  connect,
  createServer,
  getCACertificates,
  type PeerCertificate,
  type Server,
  type TLSSocket,
} from "node:tls";
import { bareHost, type HostPort } from "./host-port.ts";
import { PendingHandshakes } from "./pending-handshakes.ts";
import type {
  SocketError,
  TcpListener,
  TlsConnection,
  TlsConnectOptions,
  TlsListenOptions,
  TlsTrust,
} from "./ports.ts";
import { err, ok, type Result } from "./result.ts";
import { toSocketError } from "./socket-error.node.ts";
import { endsOf, NodeTcpConnection, TCP_BUFFER_OCTETS } from "./tcp.node.ts";
import { tlsError, tlsFailureOf } from "./tls-errors.ts";

/** Either side closes what has not finished its handshake by then, unless told otherwise. */
const HANDSHAKE_MS = 10_000;

/** Handshakes of one listener that nobody has finished yet. */
export const MAX_PENDING_HANDSHAKES = 256;

/** No cipher names, no options: OpenSSL and BoringSSL agree on the defaults, and not on much else. */
const VERSIONS = { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" } as const;

class NodeTlsConnection extends NodeTcpConnection implements TlsConnection {
  readonly peerFingerprint: string | undefined;

  private constructor(socket: TLSSocket, local: HostPort, remote: HostPort) {
    super(socket, local, remote);
    this.peerFingerprint = socket.getPeerX509Certificate()?.fingerprint256;
  }

  /** undefined when the connection is already gone. */
  static finished(socket: TLSSocket): NodeTlsConnection | undefined {
    socket.disableRenegotiation();
    const ends = endsOf(socket);
    return ends === undefined ? undefined : new NodeTlsConnection(socket, ends.local, ends.remote);
  }
}

/** See `Sockets.listenTls`. */
export function listenNodeTls(
  local: HostPort,
  options: TlsListenOptions,
  onConnection: (connection: TlsConnection) => void,
): Promise<Result<TcpListener, SocketError>> {
  const { identity, requestsCertificate, handshakeMs = HANDSHAKE_MS } = options;
  const host = bareHost(local.host);
  return new Promise((resolve) => {
    const server = createServer({
      ...VERSIONS,
      key: identity.privateKeyPem,
      cert: identity.certificatePem,
      requestCert: requestsCertificate,
      // Certificates of those who connect are known by their fingerprints; the owner compares before it reads.
      rejectUnauthorized: false,
      handshakeTimeout: handshakeMs,
      allowHalfOpen: true,
      noDelay: true,
      highWaterMark: TCP_BUFFER_OCTETS,
    });
    const dropWaiting = countHandshakes(server, options);
    server.on("secureConnection", (socket) => {
      const connection = NodeTlsConnection.finished(socket);
      if (connection === undefined) socket.destroy();
      else onConnection(connection);
    });
    let isListening = false;
    server.on("error", (error: Error) => {
      if (!isListening) resolve(err(toSocketError(error)));
    });
    server.listen({ host, port: local.port, ipv6Only: isIPv6(host), exclusive: true }, () => {
      isListening = true;
      const address = server.address();
      if (address === null || typeof address === "string") {
        throw new Error("a TLS server has an address and a port");
      }
      resolve(
        ok({
          local: { host: address.address, port: address.port },
          close: () => {
            server.close();
            dropWaiting();
          },
        }),
      );
    });
  });
}

/**
 * Nobody holds more than a share of what waits, and whoever fails is told of.
 * @returns drops all that wait
 */
function countHandshakes(server: Server, options: TlsListenOptions): () => void {
  const pending = new PendingHandshakes(MAX_PENDING_HANDSHAKES);
  let isClosed = false;
  server.on("connection", (raw: Socket) => {
    const remote = endsOf(raw)?.remote;
    if (remote === undefined || options.isWelcome?.(remote) === false) {
      raw.destroy();
      return;
    }
    raw.once("close", () => {
      pending.remove(remote);
    });
    pending.add(remote, () => {
      raw.destroy();
      const error = tlsError("TLS_TOO_MANY", "too many unfinished handshakes");
      if (!isClosed) options.onRefused?.(error, remote);
    });
  });
  server.on("secureConnection", (socket) => {
    const remote = endsOf(socket)?.remote;
    if (remote !== undefined) pending.remove(remote);
  });
  server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
    // Without an address it is gone already: by itself, or dropped above.
    const remote = endsOf(socket)?.remote;
    socket.destroy();
    if (remote !== undefined) options.onRefused?.(handshakeError(error), remote);
  });
  return () => {
    isClosed = true;
    pending.dropAll();
  };
}

/** See `Sockets.connectTls`. */
export function connectNodeTls(
  remote: HostPort,
  options: TlsConnectOptions,
): Promise<Result<TlsConnection, SocketError>> {
  if (options.signal.aborted) return Promise.resolve(err(ABORTED));
  return new Promise((resolve) => {
    const socket = openTls(remote, options);
    let isDone = false;
    const fail = (error: SocketError): void => {
      if (isDone) return;
      finish();
      // What the socket says after its fate is sealed concerns nobody.
      socket.on("error", () => undefined);
      socket.destroy();
      resolve(err(error));
    };
    const onAbort = (): void => {
      fail(ABORTED);
    };
    let isReached = false;
    const onError = (error: Error): void => {
      fail(isReached ? handshakeError(error) : toSocketError(error));
    };
    let timer = setTimeout(() => {
      fail({ kind: "socket-error", code: "ETIMEDOUT", message: "connecting took too long" });
    }, options.timeoutMs);
    const finish = (): void => {
      isDone = true;
      clearTimeout(timer);
      options.signal.removeEventListener("abort", onAbort);
      socket.off("error", onError);
    };
    socket.on("error", onError);
    options.signal.addEventListener("abort", onAbort, { once: true });
    socket.once("connect", () => {
      isReached = true;
      clearTimeout(timer);
      timer = setTimeout(() => {
        fail(tlsError("TLS_TIMEOUT", "the TLS handshake was not finished in time"));
      }, options.handshakeMs ?? HANDSHAKE_MS);
    });
    socket.once("secureConnect", () => {
      if (isDone) return;
      const connection = NodeTlsConnection.finished(socket);
      const refusal = refusalOf(connection, options.trust);
      if (refusal !== undefined) {
        fail(refusal);
        return;
      }
      finish();
      if (connection !== undefined) resolve(ok(connection));
    });
  });
}

function openTls(remote: HostPort, options: TlsConnectOptions): TLSSocket {
  const { trust, identity, localHost } = options;
  // The socket's options pass through to Duplex; @types/node does not list them.
  const streamOptions: Record<string, unknown> = {
    highWaterMark: TCP_BUFFER_OCTETS,
    allowHalfOpen: true,
    noDelay: true,
  };
  return connect({
    ...streamOptions,
    ...VERSIONS,
    host: bareHost(remote.host),
    port: remote.port,
    ...(localHost === undefined ? {} : { localAddress: bareHost(localHost) }),
    ...(identity === undefined
      ? {}
      : { key: identity.privateKeyPem, cert: identity.certificatePem }),
    ...checksOf(trust),
  });
}

/** A name is checked by the library in the handshake, a fingerprint by us right after it. */
function checksOf(trust: TlsTrust): ConnectionOptions {
  if (trust.kind === "fingerprint") return { rejectUnauthorized: false, servername: "" };
  const host = bareHost(trust.host);
  return {
    rejectUnauthorized: true,
    ca: trust.certificatesPem === undefined ? systemRoots() : [...trust.certificatesPem],
    servername: isIP(host) === 0 ? host : "",
    checkServerIdentity: (_name, certificate) => checkName(host, certificate),
  };
}

/** RFC 5922 §7: the SIP domain as a URI or a DNS name, no wildcards; addresses as addresses. */
function checkName(host: string, certificate: PeerCertificate): Error | undefined {
  const presented = new X509Certificate(certificate.raw);
  const isRight =
    isIP(host) === 0
      ? presented.subjectAltName?.split(", ").includes(`URI:sip:${host}`) === true ||
        presented.checkHost(host, { wildcards: false, subject: "default" }) !== undefined
      : presented.checkIP(host) !== undefined;
  if (isRight) return undefined;
  return Object.assign(new Error(`the certificate is not for ${host}`), {
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
}

/** The system's, and the program's own where the system has none. */
function systemRoots(): string[] {
  const roots = getCACertificates("system");
  return roots.length > 0 ? roots : getCACertificates("default");
}

function refusalOf(
  connection: TlsConnection | undefined,
  trust: TlsTrust,
): SocketError | undefined {
  if (connection === undefined) return tlsError("TLS_FAILED", "gone at once");
  if (trust.kind === "name") return undefined;
  if (isAmong(connection.peerFingerprint, trust.sha256)) return undefined;
  return tlsError(
    "TLS_WRONG_FINGERPRINT",
    `the certificate's fingerprint is ${connection.peerFingerprint ?? "missing"}`,
  );
}

function isAmong(fingerprint: string | undefined, known: string | readonly string[]): boolean {
  return [known].flat().some((one) => one.toUpperCase() === fingerprint);
}

function handshakeError(error: Error): SocketError {
  const { code, message } = toSocketError(error);
  return tlsError(tlsFailureOf(code, message), message);
}

const ABORTED: SocketError = {
  kind: "socket-error",
  code: "ABORT_ERR",
  message: "connecting was aborted",
};
