import { Socket } from "node:net";
import { bareHost, type HostPort } from "./host-port.ts";
import type { ConnectOptions, SocketError, TcpConnection, TcpHandlers } from "./ports.ts";
import { err, ok, type Result } from "./result.ts";
import { toSocketError } from "./socket-error.node.ts";
import { noteTraffic } from "./young-memory.node.ts";

/** High-water mark of reading and writing. */
export const TCP_BUFFER_OCTETS = 262_144;

/** Corked octets from which on there is nothing to gain by waiting for more. */
const FULL_WRITE_OCTETS = 65_536;

/**
 * A socket behind the port. Half-open: after `onEnd` the owner ends its own side. Errors and the end of a connection
 * that nobody has started yet are kept for `start`.
 */
export class NodeTcpConnection implements TcpConnection {
  readonly local: HostPort;
  readonly remote: HostPort;
  readonly #socket: Socket;
  #handlers: TcpHandlers | undefined;
  #error: SocketError | undefined;
  #isClosed = false;
  #isPaused = false;
  #corks = 0;
  #isUncorking = false;

  protected constructor(socket: Socket, local: HostPort, remote: HostPort) {
    this.#socket = socket;
    this.local = local;
    this.remote = remote;
    socket.on("error", (error) => {
      this.#error = toSocketError(error);
    });
    socket.on("close", () => {
      this.#isClosed = true;
      this.#handlers?.onClose(this.#error);
    });
  }

  /** undefined when the connection is already gone, so that it has no addresses any more. */
  static of(socket: Socket): NodeTcpConnection | undefined {
    const ends = endsOf(socket);
    return ends === undefined ? undefined : new NodeTcpConnection(socket, ends.local, ends.remote);
  }

  get queuedOctets(): number {
    return this.#socket.writableLength;
  }

  start(handlers: TcpHandlers): void {
    if (this.#handlers !== undefined) throw new Error("start called twice");
    this.#handlers = handlers;
    if (this.#isClosed) {
      queueMicrotask(() => {
        handlers.onClose(this.#error);
      });
      return;
    }
    const socket = this.#socket;
    socket.on("drain", () => {
      handlers.onDrained();
    });
    socket.on("end", () => {
      handlers.onEnd();
    });
    socket.on("data", (bytes) => {
      noteTraffic(bytes.length);
      handlers.onData(bytes);
    });
    if (!this.#isPaused) socket.resume();
  }

  write(bytes: Uint8Array): boolean {
    noteTraffic(bytes.length);
    return this.#socket.writable ? this.#socket.write(bytes) : true;
  }

  cork(): void {
    this.#corks += 1;
    if (this.#socket.writableCorked === 0) this.#socket.cork();
  }

  /** Few octets wait for the end of this turn of the event loop: others of the same turn join them in one write. */
  uncork(): void {
    this.#corks -= 1;
    if (this.#corks > 0) return;
    const waiting = this.#socket.writableLength;
    if (waiting === 0 || waiting >= FULL_WRITE_OCTETS) {
      this.#socket.uncork();
      return;
    }
    if (this.#isUncorking) return;
    this.#isUncorking = true;
    setImmediate(() => {
      this.#isUncorking = false;
      if (this.#corks === 0) this.#socket.uncork();
    });
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#handlers !== undefined) this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    // What was said is handed to the system first, as far as it takes it.
    this.#socket.uncork();
    this.#socket.destroy();
  }
}

/** undefined when the connection is gone. */
export function endsOf(
  socket: Socket,
): { readonly local: HostPort; readonly remote: HostPort } | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || localPort === undefined) return undefined;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return {
    local: { host: localAddress, port: localPort },
    remote: { host: remoteAddress, port: remotePort },
  };
}

/** Opens a connection; see `Sockets.connectTcp`. */
export function connectNodeTcp(
  remote: HostPort,
  options: ConnectOptions,
): Promise<Result<TcpConnection, SocketError>> {
  return new Promise((resolve) => {
    // The stream options pass through to Duplex; @types/node does not list them.
    const streamOptions: { allowHalfOpen: boolean } & Record<string, unknown> = {
      allowHalfOpen: true,
      readableHighWaterMark: TCP_BUFFER_OCTETS,
      writableHighWaterMark: TCP_BUFFER_OCTETS,
    };
    const socket = new Socket(streamOptions);
    const fail = (error: SocketError): void => {
      finish();
      // What the socket says after its fate is sealed concerns nobody.
      socket.on("error", () => undefined);
      socket.destroy();
      resolve(err(error));
    };
    const onAbort = (): void => {
      fail({ kind: "socket-error", code: "ABORT_ERR", message: "connecting was aborted" });
    };
    const onError = (error: Error): void => {
      fail(toSocketError(error));
    };
    const timer = setTimeout(() => {
      fail({ kind: "socket-error", code: "ETIMEDOUT", message: "connecting took too long" });
    }, options.timeoutMs);
    const finish = (): void => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", onAbort);
      socket.off("error", onError);
    };
    socket.on("error", onError);
    options.signal.addEventListener("abort", onAbort, { once: true });
    if (options.signal.aborted) {
      onAbort();
      return;
    }
    socket.once("connect", () => {
      finish();
      socket.setNoDelay(true);
      const connection = NodeTcpConnection.of(socket);
      if (connection === undefined)
        fail({ kind: "socket-error", code: "ECONNRESET", message: "gone at once" });
      else resolve(ok(connection));
    });
    socket.connect({
      host: bareHost(remote.host),
      port: remote.port,
      ...(options.localHost === undefined ? {} : { localAddress: bareHost(options.localHost) }),
    });
  });
}
