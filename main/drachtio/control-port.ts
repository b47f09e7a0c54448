import { formatHostPort, type HostPort, isLoopback } from "../base/host-port.ts";
import type {
  Clock,
  Log,
  Random,
  SocketError,
  Sockets,
  TcpConnection,
  Timer,
} from "../base/ports.ts";
import { err, ok, type Result } from "../base/result.ts";
import { randomToken } from "../base/tokens.ts";
import type { DrachtioEngine, EngineOptions } from "./engine.ts";
import type { EngineHub } from "./engine-hub.ts";

export interface ControlPortPorts {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface ControlPortOptions {
  /** A loopback address: the secret crosses it in clear. Port 0 lets the system choose. */
  readonly listen: HostPort;
  /** Address of the SIP stack, for Contact and the greeting. */
  readonly local: HostPort;
  readonly outboundHop?: string;
}

export interface ControlPort {
  readonly address: HostPort;
  /** What a client presents: 190 random bits, made anew each time. */
  readonly secret: string;
  close(): void;
}

export interface ControlPortError {
  readonly kind: "not-loopback" | "socket-error";
  readonly message: string;
}

const SECRET_LENGTH = 32;
const MAX_CLIENTS = 32;
/** Whoever has not authenticated by then is sent away. */
const GREETING_MS = 5000;
/** A client that does not read what it asked for. */
const MAX_QUEUED_OCTETS = 16 * 1_048_576;

/**
 * Opens the engine to drachtio clients of other processes. Nothing does so by default: whoever passes the secret can
 * place calls and read every message.
 */
export async function openControlPort(
  hub: EngineHub,
  ports: ControlPortPorts,
  options: ControlPortOptions,
): Promise<Result<ControlPort, ControlPortError>> {
  const { listen } = options;
  if (!isLoopback(listen.host)) {
    const message = `a control port listens on loopback only, not on ${formatHostPort(listen)}`;
    return err({ kind: "not-loopback", message });
  }
  const secret = randomToken(ports.random, SECRET_LENGTH);
  const clients = new Set<ControlClient>();
  const engineOptions: EngineOptions = {
    ...{ secret, local: options.local, delivery: "routed" },
    ...(options.outboundHop === undefined ? {} : { outboundHop: options.outboundHop }),
  };
  const listener = await ports.sockets.listenTcp(listen, (connection) => {
    if (clients.size >= MAX_CLIENTS) {
      ports.log.write("warn", "control connection refused: too many");
      connection.destroy();
      return;
    }
    const client = new ControlClient(connection, ports, () => clients.delete(client));
    clients.add(client);
    client.start(hub, engineOptions);
  });
  if (!listener.ok) return socketFailure(listener.error);
  return ok({
    ...{ address: listener.value.local, secret },
    close: () => {
      listener.value.close();
      for (const client of [...clients]) client.close();
    },
  });
}

function socketFailure(error: SocketError): Result<never, ControlPortError> {
  return err({ kind: "socket-error", message: `${error.code}: ${error.message}` });
}

/** One control connection over TCP. */
class ControlClient {
  readonly #connection: TcpConnection;
  readonly #ports: ControlPortPorts;
  readonly #onGone: () => void;
  readonly #greeting: Timer;
  #engine: DrachtioEngine | undefined;

  constructor(connection: TcpConnection, ports: ControlPortPorts, onGone: () => void) {
    this.#connection = connection;
    this.#ports = ports;
    this.#onGone = onGone;
    this.#greeting = ports.clock.startTimer(GREETING_MS, () => {
      if (this.#engine?.isAuthenticated === true) return;
      ports.log.write("warn", "control connection ended: it did not authenticate");
      this.close();
    });
  }

  start(hub: EngineHub, options: EngineOptions): void {
    this.#engine = hub.connect(
      {
        send: (bytes) => {
          this.#send(bytes);
        },
        end: () => {
          this.#connection.end();
        },
      },
      options,
    );
    this.#connection.start({
      onData: (bytes) => {
        this.#engine?.receive(bytes);
      },
      onDrained: () => undefined,
      onEnd: () => {
        this.#engine?.close();
        this.#connection.end();
      },
      onClose: () => {
        this.#greeting.cancel();
        this.#engine?.close();
        this.#onGone();
      },
    });
  }

  close(): void {
    this.#engine?.close();
    this.#connection.destroy();
  }

  #send(bytes: Buffer): void {
    if (this.#connection.queuedOctets > MAX_QUEUED_OCTETS) {
      this.#ports.log.write("warn", "control connection ended: its client does not read");
      this.close();
      return;
    }
    this.#connection.write(bytes);
  }
}
