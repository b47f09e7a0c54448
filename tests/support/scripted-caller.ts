import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { formatHostPort, type HostPort } from "../../main/base/host-port.ts";

const PATIENCE_MS = 15_000;

interface Wire {
  readonly local: HostPort;
  send(bytes: Buffer): void;
  close(): void;
}

/** A foreign client that decides over every octet and every segment, where SIPp does not let it. */
export class ScriptedCaller {
  readonly transport: "udp" | "tcp";
  readonly #wire: Wire;
  #heard = "";

  private constructor(transport: "udp" | "tcp", wire: Wire) {
    this.transport = transport;
    this.#wire = wire;
  }

  static async open(transport: "udp" | "tcp", remote: HostPort): Promise<ScriptedCaller> {
    const open = transport === "udp" ? openDatagrams : openStream;
    const listeners: ((bytes: Buffer) => void)[] = [];
    const wire = await open(remote, (bytes) => {
      for (const listener of listeners) listener(bytes);
    });
    const caller = new ScriptedCaller(transport, wire);
    listeners.push((bytes) => {
      caller.#hear(bytes);
    });
    return caller;
  }

  get local(): string {
    return formatHostPort(this.#wire.local);
  }

  say(text: string): void {
    this.#wire.send(Buffer.from(text, "latin1"));
  }

  /** In segments of so many octets, each on its own way. */
  async sayInPieces(text: string, octets: number): Promise<void> {
    for (let at = 0; at < text.length; at += octets) {
      this.say(text.slice(at, at + octets));
      await sleep(1);
    }
  }

  /** What was heard so far, once it has this in it. */
  async hears(what: RegExp): Promise<RegExpExecArray> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = what.exec(this.#heard);
      if (found !== null) return found;
      if (Date.now() > deadlineMs) throw new Error(`never heard ${what.source}:\n${this.#heard}`);
      await sleep(10);
    }
  }

  /** How often it was heard so far. */
  count(what: RegExp): number {
    return [...this.#heard.matchAll(what)].length;
  }

  close(): void {
    this.#wire.close();
  }

  #hear(bytes: Buffer): void {
    this.#heard += bytes.toString("latin1");
  }
}

async function openDatagrams(remote: HostPort, onBytes: (bytes: Buffer) => void): Promise<Wire> {
  const socket = createSocket("udp4");
  socket.on("message", onBytes);
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { address, port } = socket.address();
  return {
    local: { host: address, port },
    send: (bytes) => {
      socket.send(bytes, remote.port, remote.host);
    },
    close: () => {
      socket.close();
    },
  };
}

async function openStream(remote: HostPort, onBytes: (bytes: Buffer) => void): Promise<Wire> {
  const socket = connect({ ...remote, noDelay: true });
  await once(socket, "connect");
  socket.on("data", onBytes);
  socket.on("error", () => undefined);
  return {
    local: { host: socket.localAddress ?? "", port: socket.localPort ?? 0 },
    send: (bytes) => {
      socket.write(bytes);
    },
    close: () => {
      socket.destroy();
    },
  };
}
