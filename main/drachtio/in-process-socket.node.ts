import { Server, Socket } from "node:net";

/** Where the octets that drachtio-srf writes go. */
export interface SocketOwner {
  onBytes(bytes: Buffer): void;
  onEnd(): void;
}

/**
 * One end of a control connection inside this process: drachtio-srf takes only a `net.Socket`, so this is one, without a
 * handle, a descriptor or a port. Delivery is asynchronous in both directions: drachtio-srf registers what it waits for
 * after its write returns, and an exception on its side must not reach the stack.
 */
export class InProcessSocket extends Socket {
  readonly #owner: SocketOwner;

  constructor(owner: SocketOwner) {
    super();
    this.#owner = owner;
  }

  /** Octets for drachtio-srf to read. */
  deliver(bytes: Buffer): void {
    process.nextTick(() => {
      if (!this.destroyed) this.push(bytes);
    });
  }

  override _read(): void {
    // Data is pushed when it comes.
  }

  override _write(
    chunk: Buffer | string,
    encoding: BufferEncoding,
    callback: (error?: Error | null) => void,
  ): void {
    this.#take(chunk, encoding);
    callback();
  }

  // net.Socket has a _writev of its own, which needs a handle.
  override _writev(
    chunks: readonly { readonly chunk: Buffer | string; readonly encoding: BufferEncoding }[],
    callback: (error?: Error | null) => void,
  ): void {
    for (const { chunk, encoding } of chunks) this.#take(chunk, encoding);
    callback();
  }

  /** net.Socket leaves strings as they are (`decodeStrings` is off). */
  #take(chunk: Buffer | string, encoding: BufferEncoding): void {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk;
    process.nextTick(() => {
      if (!this.destroyed) this.#owner.onBytes(bytes);
    });
  }

  override _final(callback: (error?: Error | null) => void): void {
    process.nextTick(() => {
      this.#owner.onEnd();
    });
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    callback(error);
  }

  override setNoDelay(): this {
    return this;
  }

  override setKeepAlive(): this {
    return this;
  }

  override ref(): this {
    return this;
  }

  override unref(): this {
    return this;
  }
}

/** A server that never listens: drachtio-srf attaches to it, and its `connection` events are emitted by hand. */
export class InProcessServer extends Server {
  connect(socket: InProcessSocket): void {
    this.emit("connection", socket);
  }
}
