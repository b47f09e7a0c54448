import type { HostPort } from "../../main/base/host-port.ts";
import type { MsrpUri } from "../../main/base/msrp-uri.ts";
import type { TcpConnection, TcpListener } from "../../main/base/ports.ts";
import type { FakeNet } from "./fake-net.ts";

const PORT = 2855;

/** A refusal of whoever answers it, too. */
export const CHALLENGE =
  '401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n';

interface Frame {
  readonly tid: string;
  readonly what: string;
  readonly to: readonly string[];
  readonly from: readonly string[];
  readonly text: string;
}

/** An MSRP relay (RFC 4976) on a fake wire, which lets in who answers its challenge. */
export class FakeRelay {
  readonly uri: MsrpUri;
  readonly auths: string[] = [];
  readonly granted: string[] = [];
  /** SENDs that were passed on. */
  passed = 0;
  /** What it answers an AUTH with instead; `silence` for nothing. */
  answer: string | undefined;
  expiresS = 1800;
  readonly #net: FakeNet;
  readonly #owners = new Map<string, TcpConnection>();
  readonly #far = new Map<string, Promise<TcpConnection | undefined>>();
  readonly #all = new Set<TcpConnection>();
  #listener: TcpListener | undefined;

  private constructor(net: FakeNet, host: string) {
    this.#net = net;
    this.uri = { scheme: "msrp", host, port: PORT, transport: "tcp", parameters: [] };
  }

  static async start(net: FakeNet, host = "10.0.0.5"): Promise<FakeRelay> {
    const relay = new FakeRelay(net, host);
    await relay.#listen();
    return relay;
  }

  async #listen(): Promise<void> {
    const { host } = this.uri;
    const listener = await this.#net.host(host).listenTcp({ host, port: PORT }, (tcp) => {
      this.#read(tcp);
    });
    if (!listener.ok) throw new Error(listener.error.message);
    this.#listener = listener.value;
  }

  stop(): void {
    this.#listener?.close();
    this.cut();
  }

  /** All connections break. */
  cut(): void {
    for (const tcp of this.#all) tcp.destroy();
  }

  #read(tcp: TcpConnection): void {
    this.#all.add(tcp);
    let held = "";
    tcp.start({
      onData: (bytes) => {
        held += bytes.toString("latin1");
        for (let frame = firstFrame(held); frame !== undefined; frame = firstFrame(held)) {
          held = held.slice(frame.text.length);
          this.#take(frame, tcp);
        }
      },
      onDrained: () => undefined,
      onEnd: () => {
        tcp.end();
      },
      onClose: () => {
        this.#all.delete(tcp);
      },
    });
  }

  #take(frame: Frame, tcp: TcpConnection): void {
    if (frame.what === "AUTH") this.#authorize(frame, tcp);
    else if (frame.what === "SEND" || frame.what === "REPORT") this.#pass(frame, tcp);
  }

  #authorize(frame: Frame, tcp: TcpConnection): void {
    this.auths.push(frame.text);
    if (this.answer === "silence") return;
    if (this.answer !== undefined) respond(tcp, frame, this.answer);
    else if (!frame.text.includes("Authorization: Digest ")) respond(tcp, frame, CHALLENGE);
    else {
      const place = `msrp://${this.uri.host}:${String(PORT)}/place${String(this.granted.length)};tcp`;
      this.granted.push(place);
      this.#owners.set(place, tcp);
      respond(tcp, frame, `200 OK\r\nUse-Path: ${place}\r\nExpires: ${String(this.expiresS)}\r\n`);
    }
  }

  #pass(frame: Frame, tcp: TcpConnection): void {
    const [place = "", next = ""] = frame.to;
    const owner = this.#owners.get(place);
    if (frame.what === "SEND")
      respond(tcp, frame, owner === undefined ? "481 No such place\r\n" : "200 OK\r\n");
    if (owner === undefined) return;
    if (frame.what === "SEND") this.passed += 1;
    const text = frame.text
      .replace(/To-Path: .*\r\n/, `To-Path: ${frame.to.slice(1).join(" ")}\r\n`)
      .replace(/From-Path: .*\r\n/, `From-Path: ${[place, ...frame.from].join(" ")}\r\n`);
    if (owner !== tcp) owner.write(Buffer.from(text, "latin1"));
    else void this.#toNext(next, text);
  }

  async #toNext(next: string, text: string): Promise<void> {
    const owner = this.#owners.get(next);
    if (owner === undefined) {
      (await this.#out(next))?.write(Buffer.from(text, "latin1"));
      return;
    }
    // Both have places here: what one relay would tell the other.
    const { to, from } = readFrame(text);
    const last = text
      .replace(/To-Path: .*\r\n/, `To-Path: ${to.slice(1).join(" ")}\r\n`)
      .replace(/From-Path: .*\r\n/, `From-Path: ${[next, ...from].join(" ")}\r\n`);
    owner.write(Buffer.from(last, "latin1"));
  }

  #out(uri: string): Promise<TcpConnection | undefined> {
    const [, host = "", port = ""] = /^msrp:\/\/(.*):(\d+)\//.exec(uri) ?? [];
    const key = `${host}:${port}`;
    const known = this.#far.get(key);
    if (known !== undefined) return known;
    const connecting = this.#connect({ host, port: Number(port) });
    this.#far.set(key, connecting);
    return connecting;
  }

  async #connect(to: HostPort): Promise<TcpConnection | undefined> {
    const options = { signal: new AbortController().signal, timeoutMs: 1000 };
    const connected = await this.#net.host(this.uri.host).connectTcp(to, options);
    if (!connected.ok) return undefined;
    this.#read(connected.value);
    return connected.value;
  }
}

function firstFrame(text: string): Frame | undefined {
  const tid = /^MSRP (\S+) /.exec(text)?.[1];
  if (tid === undefined) return undefined;
  const end = text.indexOf(`-------${tid}`);
  const length = end + 7 + tid.length + 3;
  return end < 0 || text.length < length ? undefined : readFrame(text.slice(0, length));
}

function readFrame(text: string): Frame {
  const [, tid = "", what = ""] = /^MSRP (\S+) (\S+)/.exec(text) ?? [];
  const [, to = "", from = ""] = /To-Path: (.*)\r\nFrom-Path: (.*)\r\n/.exec(text) ?? [];
  return { tid, what, to: to.split(" "), from: from.split(" "), text };
}

function respond(tcp: TcpConnection, frame: Frame, lines: string): void {
  const [self = ""] = frame.to;
  const [previous = ""] = frame.from;
  const paths = `To-Path: ${previous}\r\nFrom-Path: ${self}\r\n`;
  const head = lines.replace("\r\n", `\r\n${paths}`);
  tcp.write(Buffer.from(`MSRP ${frame.tid} ${head}-------${frame.tid}$\r\n`, "latin1"));
}
