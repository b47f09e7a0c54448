import type { TraceDraft, TraceStamp } from "../../shared/model/trace-record.ts";
import type { HostPort } from "./host-port.ts";
import type { Result } from "./result.ts";

/** Cancels a timer; harmless after it fired. */
export interface Timer {
  cancel(): void;
}

/** Monotonic time. Protocol timers use nothing else, so that a step of the wall clock moves none of them. */
export interface Clock {
  /** Milliseconds since an arbitrary start, never going back; fractions allowed. */
  nowMs(): number;
  /** Nanoseconds on the machine's monotonic clock, comparable between processes of one machine. */
  nowNs(): bigint;
  /** Wall-clock milliseconds since 1970, for people and for Date headers only. */
  wallMs(): number;
  startTimer(delayMs: number, fire: () => void): Timer;
}

export interface Random {
  /** Cryptographically strong octets. */
  bytes(length: number): Buffer;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Log {
  write(
    level: LogLevel,
    message: string,
    fields?: Readonly<Record<string, string | number | boolean>>,
  ): void;
}

/** Every SIP and MSRP message that is sent or received passes here once. Must never throw. */
export interface TraceTap {
  /** Takes the place in the trace of a message whose record comes later. */
  stamp(): TraceStamp;
  record(draft: TraceDraft): void;
}

export interface UdpHandlers {
  onMessage(bytes: Buffer, from: HostPort): void;
  /** An ICMP error or a failed send; `to` where the system tells it. */
  onError(error: SocketError, to: HostPort | undefined): void;
}

export interface UdpSocket {
  readonly local: HostPort;
  /** Failures arrive at `onError`. */
  send(bytes: Uint8Array, to: HostPort): void;
  close(): void;
}

export interface TcpHandlers {
  /** `bytes` is valid for the reader's use without a copy; it is not reused by the port. */
  onData(bytes: Buffer): void;
  /** The write queue is empty again after `write` returned false. */
  onDrained(): void;
  /** The peer sends no more (FIN). */
  onEnd(): void;
  /** Called exactly once, last. */
  onClose(error: SocketError | undefined): void;
}

export interface TcpConnection {
  readonly local: HostPort;
  readonly remote: HostPort;
  /** Octets written but not yet taken by the system. */
  readonly queuedOctets: number;
  /** Nothing is delivered before this call; call it once. */
  start(handlers: TcpHandlers): void;
  /** False: the queue is above its high-water mark; wait for `onDrained`. The octets are taken in either case. */
  write(bytes: Uint8Array): boolean;
  /** Collects writes until `uncork`, so that small pieces leave in one segment. Nests. */
  cork(): void;
  uncork(): void;
  /** Stops reading: the peer feels it as a closed TCP window. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then FIN. */
  end(): void;
  /** Ends at once; queued octets are lost. */
  destroy(): void;
}

export interface TcpListener {
  readonly local: HostPort;
  close(): void;
}

/** A certificate with its private key, both PEM. */
export interface TlsIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** SHA-256 of the certificate: upper-case hexadecimal pairs with colons between them (RFC 8122 §5). */
  readonly fingerprint: string;
}

/** How the other side of a TLS connection is known. */
export type TlsTrust =
  | {
      readonly kind: "name";
      /** Host name, SIP domain or address that its certificate must be for. */
      readonly host: string;
      /** Issuers to believe; the system's when absent. */
      readonly certificatesPem?: readonly string[];
    }
  /** Its certificate is this one, or one of these, whoever issued it and for whatever name. */
  | { readonly kind: "fingerprint"; readonly sha256: string | readonly string[] };

export interface TlsConnection extends TcpConnection {
  /**
   * SHA-256 of the certificate that the other side has proven to own, in the form of `TlsIdentity.fingerprint`; known
   * before the first octet is delivered. undefined: it showed none.
   */
  readonly peerFingerprint: string | undefined;
}

export interface TlsListenOptions {
  readonly identity: TlsIdentity;
  /** Asks for a certificate of whoever connects. Nobody is refused for it: the owner looks at `peerFingerprint`. */
  readonly requestsCertificate: boolean;
  /** Asked before a handshake begins; a connection that is not welcome is closed, and nobody is told. Default: all are. */
  readonly isWelcome?: (remote: HostPort) => boolean;
  /** How long a handshake may take; 10 s when absent. */
  readonly handshakeMs?: number;
  /** A handshake that failed; its connection is closed already. */
  readonly onRefused?: (error: SocketError, remote: HostPort) => void;
}

/**
 * The other side's certificate is believed before the attempt succeeds. Whether it believes ours is another matter: in
 * TLS 1.3 it may still close afterwards, so success means nothing before its first octet.
 */
export interface TlsConnectOptions extends ConnectOptions {
  readonly trust: TlsTrust;
  /** Shown where the other side asks for it. */
  readonly identity?: TlsIdentity;
  /** How long the handshake may take; 10 s when absent. */
  readonly handshakeMs?: number;
}

/** Why a TLS handshake failed, as `SocketError.code` has it. */
export type TlsFailure =
  /** The certificate is for somebody else. */
  | "TLS_WRONG_NAME"
  | "TLS_EXPIRED"
  | "TLS_NOT_YET_VALID"
  /** Nobody who is believed has issued it. */
  | "TLS_UNKNOWN_ISSUER"
  | "TLS_WRONG_FINGERPRINT"
  /** Only versions before TLS 1.2 on the other side. */
  | "TLS_VERSION"
  /** Ten seconds without a finished handshake. */
  | "TLS_TIMEOUT"
  /** What answers, or calls, speaks no TLS. */
  | "TLS_NOT_SPOKEN"
  /** Closed for too many handshakes that nobody finishes. */
  | "TLS_TOO_MANY"
  /** Anything else, the other side's refusal of our certificate too. */
  | "TLS_FAILED";

/**
 * `code` is the system's name of the error, for example ECONNREFUSED, ECONNRESET, EADDRINUSE, or a `TlsFailure`.
 */
export interface SocketError {
  readonly kind: "socket-error";
  readonly code: string;
  readonly message: string;
}

export interface Sockets {
  /** Port 0 lets the system choose. */
  bindUdp(local: HostPort, handlers: UdpHandlers): Promise<Result<UdpSocket, SocketError>>;
  listenTcp(
    local: HostPort,
    onConnection: (connection: TcpConnection) => void,
  ): Promise<Result<TcpListener, SocketError>>;
  connectTcp(
    remote: HostPort,
    options: ConnectOptions,
  ): Promise<Result<TcpConnection, SocketError>>;
  /** TLS 1.2 or later. Only connections whose handshake is finished are handed over. */
  listenTls(
    local: HostPort,
    options: TlsListenOptions,
    onConnection: (connection: TlsConnection) => void,
  ): Promise<Result<TcpListener, SocketError>>;
  connectTls(
    remote: HostPort,
    options: TlsConnectOptions,
  ): Promise<Result<TlsConnection, SocketError>>;
}

export interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Address to connect from; the system's choice when absent. */
  readonly localHost?: string;
  /** The attempt ends with ETIMEDOUT after this time. */
  readonly timeoutMs: number;
}

/** One SRV record (RFC 2782). */
export interface ServiceRecord {
  /** Host name. */
  readonly target: string;
  readonly port: number;
}

/** One NAPTR record without a regular expression (RFC 3403): which service is found under which name. */
export interface PointerRecord {
  /** For example `SIP+D2U`. */
  readonly service: string;
  /** The name to look SRV records up under. */
  readonly replacement: string;
}

/** The name service, as RFC 3263 asks it. What cannot be found is an empty list; nothing is thrown. */
export interface Resolver {
  /** A and AAAA, in the system's order. */
  addresses(host: string, signal: AbortSignal): Promise<readonly string[]>;
  /** SRV, in the order to try them: by priority, and by chance within one as the weights say (RFC 2782). */
  services(name: string, signal: AbortSignal): Promise<readonly ServiceRecord[]>;
  /** NAPTR, by order and preference. */
  pointers(name: string, signal: AbortSignal): Promise<readonly PointerRecord[]>;
}

/** Digest algorithms of RFC 7616 and the hashes of RFC 5547. */
export type DigestAlgorithm = "MD5" | "SHA-1" | "SHA-256" | "SHA-512-256";

export interface Hashing {
  digest(algorithm: DigestAlgorithm, bytes: Uint8Array): Buffer;
  hmac(algorithm: DigestAlgorithm, key: Uint8Array, bytes: Uint8Array): Buffer;
  /** Compares in constant time; false when lengths differ. */
  equals(a: Uint8Array, b: Uint8Array): boolean;
}
