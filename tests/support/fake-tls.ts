import { createHash } from "node:crypto";
import type {
  Clock,
  SocketError,
  TlsConnection,
  TlsConnectOptions,
  TlsFailure,
  TlsIdentity,
  TlsListenOptions,
  TlsTrust,
} from "../../main/base/ports.ts";
import { err, ok, type Result } from "../../main/base/result.ts";
import { tlsError } from "../../main/base/tls-errors.ts";
import type { FakeTcpEnd, TcpWire } from "./fake-tcp.ts";

/** What a certificate of the fake wire says. */
export interface FakeCertificate {
  readonly names: readonly string[];
  /** Tells certificates of the same names apart. */
  readonly serial?: number;
  /** Wall-clock milliseconds. */
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}

/** An identity that only the fake wire understands: quick to make, and the same in every run. */
export function fakeIdentity(certificate: FakeCertificate): TlsIdentity {
  const certificatePem = JSON.stringify(certificate);
  const hex = createHash("sha256").update(certificatePem).digest("hex").toUpperCase();
  return {
    ...{ certificatePem, privateKeyPem: `key of ${certificatePem}` },
    fingerprint: hex.replace(/..(?!$)/g, "$&:"),
  };
}

/** What the connecting side says of the certificate it is shown; undefined when it believes it. */
function judge(identity: TlsIdentity, trust: TlsTrust, wallMs: number): SocketError | undefined {
  if (trust.kind === "fingerprint") {
    return [trust.sha256].flat().some((one) => one.toUpperCase() === identity.fingerprint)
      ? undefined
      : failed("TLS_WRONG_FINGERPRINT");
  }
  if (trust.certificatesPem?.includes(identity.certificatePem) !== true) {
    return failed("TLS_UNKNOWN_ISSUER");
  }
  const shown = JSON.parse(identity.certificatePem) as FakeCertificate;
  if (wallMs < (shown.notBeforeMs ?? wallMs)) return failed("TLS_NOT_YET_VALID");
  if (wallMs > (shown.notAfterMs ?? wallMs)) return failed("TLS_EXPIRED");
  return shown.names.includes(trust.host) ? undefined : failed("TLS_WRONG_NAME");
}

function failed(code: TlsFailure): SocketError {
  return tlsError(code, code);
}

/** How a handshake fails or stalls; `uncertified`: whoever connects shows no certificate. */
export type TlsFate = TlsFailure | "stall" | "uncertified";

/** First octets of a handshake: what a side without TLS gets to see. */
const TLS_HELLO = Buffer.from("16030101fc010001f80303", "hex");

const HANDSHAKE_MS = 10_000;

/** The server's side of a new connection; that of a handshake comes to its owner later. */
export function admit(
  server: FakeTcpEnd,
  listening: FakeListening,
  tls: TlsConnectOptions | undefined,
  clock: Clock,
): void {
  if (listening.tls === undefined) listening.onConnection(server);
  else if (listening.tls.isWelcome?.(server.remote) === false) server.destroy();
  else if (tls === undefined) awaitHello(server, listening.tls, clock);
}

/** What happens to a connection that was opened without TLS. */
function awaitHello(server: FakeTcpEnd, tls: TlsListenOptions, clock: Clock): void {
  const refuse = (code: TlsFailure): void => {
    if (server.isClosed) return;
    timer.cancel();
    server.destroy();
    tls.onRefused?.(failed(code), server.remote);
  };
  const timer = clock.startTimer(HANDSHAKE_MS, () => {
    refuse("TLS_TIMEOUT");
  });
  server.start({
    onData: () => {
      refuse("TLS_NOT_SPOKEN");
    },
    onDrained: () => undefined,
    onEnd: () => {
      refuse("TLS_NOT_SPOKEN");
    },
    onClose: () => {
      timer.cancel();
    },
  });
}

export interface HandshakeScene {
  readonly client: FakeTcpEnd;
  readonly server: FakeTcpEnd;
  readonly tls: TlsConnectOptions;
  readonly listening: FakeListening | undefined;
  readonly fate: TlsFate | undefined;
  readonly wire: TcpWire;
}

export interface FakeListening {
  readonly tls?: TlsListenOptions;
  readonly onConnection: (connection: FakeTcpEnd) => void;
}

/** TLS 1.3 on a connection: the client is through one way before the server has seen its certificate. */
export function shakeHands(
  scene: HandshakeScene,
  done: (result: Result<TlsConnection, SocketError>) => void,
): void {
  const { client, server, tls, listening, wire } = scene;
  const timer = wire.clock.startTimer(HANDSHAKE_MS, () => {
    finish(err(failed("TLS_TIMEOUT")));
  });
  let isDone = false;
  const finish = (result: Result<TlsConnection, SocketError>): void => {
    if (isDone) return;
    isDone = true;
    timer.cancel();
    done(result);
  };
  tls.signal.addEventListener("abort", () => {
    timer.cancel();
  });
  if (server.isClosed) finish(err(failed("TLS_NOT_SPOKEN")));
  else if (listening?.tls === undefined) greetInVain(client, finish);
  else exchange(scene, { ...listening, tls: listening.tls }, finish);
}

/** The other side speaks something else. */
function greetInVain(
  client: FakeTcpEnd,
  finish: (result: Result<never, SocketError>) => void,
): void {
  const fail = (): void => {
    finish(err(failed("TLS_NOT_SPOKEN")));
  };
  client.start({ onData: fail, onDrained: () => undefined, onEnd: fail, onClose: fail });
  client.write(TLS_HELLO);
}

function exchange(
  scene: HandshakeScene,
  listening: Required<FakeListening>,
  finish: (result: Result<TlsConnection, SocketError>) => void,
): void {
  const { client, server, tls, fate, wire } = scene;
  const refuse = (error: SocketError): void => {
    timer.cancel();
    server.destroy();
    listening.tls.onRefused?.(error, server.remote);
  };
  const timer = wire.clock.startTimer(HANDSHAKE_MS, () => {
    refuse(failed("TLS_TIMEOUT"));
  });
  /** Nothing of a handshake arrives where one side is gone. */
  const pass = (from: FakeTcpEnd, arrive: () => void): void => {
    wire.clock.startTimer(wire.latencyMs(from.local, from.remote), () => {
      if (wire.isBlocked(from.local, from.remote)) return;
      if (client.isClosed) refuse(failed("TLS_NOT_SPOKEN"));
      else if (server.isClosed) finish(err(failed("TLS_NOT_SPOKEN")));
      else arrive();
    });
  };
  if (fate === "stall") return;
  pass(client, () => {
    pass(server, () => {
      const { identity } = listening.tls;
      const error =
        fate === undefined || fate === "uncertified"
          ? judge(identity, tls.trust, wire.clock.wallMs())
          : failed(fate);
      if (error !== undefined) {
        finish(err(error));
        pass(client, () => undefined);
        return;
      }
      client.peerFingerprint = identity.fingerprint;
      finish(ok(client));
      pass(client, () => {
        timer.cancel();
        if (listening.tls.requestsCertificate && fate === undefined)
          server.peerFingerprint = tls.identity?.fingerprint;
        listening.onConnection(server);
      });
    });
  });
}
