import type { HostPort } from "../../main/base/host-port.ts";
import type { TcpConnection } from "../../main/base/ports.ts";
import type { SipBody } from "../../main/drachtio/srf.ts";
import type { FakeNet } from "./fake-net.ts";

const FIRST_PORT = 20_000;

/**
 * A middlebox as RFC 6714 §6 assumes them: writes its own address into c= and m=, one port for each stream, leaves
 * a=path and every octet of MSRP alone.
 */
export class Middlebox {
  readonly host: string;
  readonly #net: FakeNet;
  readonly #opening: Promise<unknown>[] = [];
  readonly #ends = new Set<TcpConnection>();
  readonly #stops: (() => void)[] = [];
  #port = FIRST_PORT;
  /** Connections that were carried on. */
  connections = 0;

  constructor(net: FakeNet, host = "10.0.0.200") {
    this.#net = net;
    this.host = host;
  }

  /** Only bodies that are nothing but a session description; multipart ones stay as they are. */
  anchor(body: SipBody): SipBody {
    if (body.contentType !== "application/sdp") return body;
    const text = body.content.toString("latin1");
    const own = /^c=IN IP4 (\S+)\r\n/m.exec(text)?.[1] ?? "";
    const anchored = text
      .replace(/^c=IN IP4 \S+\r\n/m, `c=IN IP4 ${this.host}\r\n`)
      .replace(/^m=message (\d+)/gm, (line, port: string) =>
        port === "0" ? line : `m=message ${String(this.#open({ host: own, port: Number(port) }))}`,
      );
    return { ...body, content: Buffer.from(anchored, "latin1") };
  }

  stop(): void {
    for (const end of this.#ends) end.destroy();
    for (const stop of this.#stops) stop();
  }

  #open(to: HostPort): number {
    this.#port += 1;
    const local = { host: this.host, port: this.#port };
    const listening = this.#net.host(this.host).listenTcp(local, (near) => {
      this.connections += 1;
      void this.#carry(near, to);
    });
    this.#opening.push(
      listening.then((listener) => {
        if (listener.ok)
          this.#stops.push(() => {
            listener.value.close();
          });
      }),
    );
    return local.port;
  }

  async #carry(near: TcpConnection, to: HostPort): Promise<void> {
    const options = { signal: new AbortController().signal, timeoutMs: 1000 };
    const connected = await this.#net.host(this.host).connectTcp(to, options);
    if (!connected.ok) {
      near.destroy();
      return;
    }
    const far = connected.value;
    this.#join(near, far);
    this.#join(far, near);
  }

  #join(from: TcpConnection, to: TcpConnection): void {
    this.#ends.add(from);
    from.start({
      onData: (bytes) => {
        to.write(bytes);
      },
      onDrained: () => undefined,
      onEnd: () => {
        to.end();
      },
      onClose: () => {
        this.#ends.delete(from);
        to.destroy();
      },
    });
  }
}
