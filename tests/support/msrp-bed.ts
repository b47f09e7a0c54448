import { formatMsrpUri, type MsrpUri } from "../../main/base/msrp-uri.ts";
import type { TcpConnection, TlsIdentity } from "../../main/base/ports.ts";
import { MsrpEndpoint } from "../../main/msrp/endpoint.ts";
import type { MsrpLimits } from "../../main/msrp/limits.ts";
import type { OutgoingHeader } from "../../main/msrp/session/outgoing-message.ts";
import type {
  ChunkSink,
  IncomingChunk,
  MessageReceiver,
  MsrpSession,
  SessionOptions,
} from "../../main/msrp/session/session.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeNet } from "./fake-net.ts";
import { SeededRandom } from "./fake-random.ts";
import { MemoryTrace, nullLog } from "./null-log.ts";

export const MESSAGE: OutgoingHeader = {
  contentType: "application/octet-stream",
  totalOctets: "*",
  successReport: false,
  failureReport: "yes",
};

/** Puts every chunk in its place and, unless told otherwise, answers 200. */
export class MemoryReceiver implements MessageReceiver {
  readonly chunks: IncomingChunk[] = [];
  readonly flags: string[] = [];
  readonly replies: ((status: number, comment?: string) => void)[] = [];
  /** Lengths of the chunks that ended. */
  readonly lengths: number[] = [];
  #store = Buffer.alloc(1024);
  #length = 0;
  broken = 0;
  answer: number | "later" = 200;
  rejects: number | undefined;
  accepts = true;

  begin(chunk: IncomingChunk): ChunkSink | { readonly reject: number } {
    this.chunks.push(chunk);
    if (this.rejects !== undefined) return { reject: this.rejects };
    let position = chunk.position;
    return {
      write: (bytes) => {
        this.#put(position, bytes);
        position += bytes.length;
        return this.accepts;
      },
      end: (flag, reply) => {
        this.flags.push(flag);
        this.lengths.push(position - chunk.position);
        if (this.answer === "later") this.replies.push(reply);
        else reply(this.answer);
      },
      broken: () => {
        this.broken += 1;
      },
    };
  }

  /** What has arrived, each octet in its place; zeros in holes. */
  get bytes(): Buffer {
    return this.#store.subarray(0, this.#length);
  }

  #put(position: number, bytes: Buffer): void {
    const end = position + bytes.length;
    if (end > this.#store.length) {
      const grown = Buffer.alloc(Math.max(end, this.#store.length * 2));
      this.#store.copy(grown, 0, 0, this.#length);
      this.#store = grown;
    }
    bytes.copy(this.#store, position);
    this.#length = Math.max(this.#length, end);
  }
}

export interface SessionPair {
  readonly a: MsrpEndpoint;
  readonly b: MsrpEndpoint;
  readonly sessionA: MsrpSession;
  readonly sessionB: MsrpSession;
  readonly atA: MemoryReceiver;
  readonly atB: MemoryReceiver;
}

export interface RawSession {
  readonly ours: MsrpEndpoint;
  readonly uri: MsrpUri;
  readonly session: MsrpSession;
  readonly receiver: MemoryReceiver;
  readonly peer: RawPeer;
}

/** A SEND of ours, as a raw peer sees it. */
export interface SeenSend {
  readonly tid: string;
  readonly range: string;
  readonly body: string;
  readonly flag: string;
  readonly head: string;
}

/** MSRP endpoints on one fake wire. */
export class MsrpBed {
  readonly clock = new FakeClock();
  readonly net: FakeNet;
  readonly trace = new MemoryTrace();
  #opened = 0;

  constructor(segmentOctets = 65_536) {
    this.net = new FakeNet(this.clock, { segmentOctets });
  }

  /** @param identity with which it speaks TLS too */
  async endpoint(
    address: string,
    limits: Partial<MsrpLimits> = {},
    identity?: TlsIdentity,
  ): Promise<MsrpEndpoint> {
    this.#opened += 1;
    const ports = {
      sockets: this.net.host(address),
      clock: this.clock,
      random: new SeededRandom(this.#opened),
      log: nullLog(),
      trace: this.trace,
    };
    const opened = await MsrpEndpoint.open(ports, {
      ...{ listen: { host: address, port: 0 }, limits },
      ...(identity === undefined ? {} : { tls: { identity } }),
    });
    if (!opened.ok) throw new Error(opened.error.code);
    return opened.value;
  }

  /** One session between 10.0.0.1, active, and 10.0.0.2. */
  async pair(
    options: { readonly a?: Partial<SessionOptions>; readonly b?: Partial<SessionOptions> } = {},
  ): Promise<SessionPair> {
    const a = await this.endpoint("10.0.0.1");
    const b = await this.endpoint("10.0.0.2");
    const [uriA, uriB] = [a.newUri(), b.newUri()];
    const [atA, atB] = [new MemoryReceiver(), new MemoryReceiver()];
    const sessionB = b.session({
      localUri: uriB,
      remotePath: [uriA],
      role: "passive",
      receiver: atB,
      ...options.b,
    });
    const sessionA = a.session({
      localUri: uriA,
      remotePath: [uriB],
      role: "active",
      receiver: atA,
      ...options.a,
    });
    await this.clock.advanceAsync(10);
    return { a, b, sessionA, sessionB, atA, atB };
  }

  /** A passive session of ours, bound to a peer that speaks by hand. */
  async withRawPeer(options: Partial<SessionOptions> = {}): Promise<RawSession> {
    const ours = await this.endpoint("10.0.0.1");
    const uri = ours.newUri();
    const receiver = new MemoryReceiver();
    const session = ours.session({
      localUri: uri,
      remotePath: [peerUri()],
      role: "passive",
      receiver,
      ...options,
    });
    const peer = await this.connect(ours);
    await peer.say(rawSend({ to: uri, from: peerUri(), tid: "tid4bind", messageId: "bind" }));
    peer.received = "";
    return { ours, uri, session, receiver, peer };
  }

  /** As `connect`, over TLS with the certificate given. */
  async connectTls(to: MsrpEndpoint, identity?: TlsIdentity, from = "10.0.0.9"): Promise<RawPeer> {
    if (to.localTls === undefined || to.fingerprint === undefined) throw new Error("no TLS there");
    const connecting = this.net.host(from).connectTls(to.localTls, {
      ...{ signal: new AbortController().signal, timeoutMs: 1000 },
      trust: { kind: "fingerprint", sha256: to.fingerprint },
      ...(identity === undefined ? {} : { identity }),
    });
    await this.clock.advanceAsync(10);
    const connected = await connecting;
    if (!connected.ok) throw new Error(connected.error.code);
    return new RawPeer(this, connected.value);
  }

  /** A connection of a peer that writes octets by hand. */
  async connect(to: MsrpEndpoint, from = "10.0.0.9"): Promise<RawPeer> {
    const options = { signal: new AbortController().signal, timeoutMs: 1000 };
    const connecting = this.net.host(from).connectTcp(to.local, options);
    await this.clock.advanceAsync(10);
    const connected = await connecting;
    if (!connected.ok) throw new Error(connected.error.code);
    return new RawPeer(this, connected.value);
  }
}

/** The peer's end of a connection, without any MSRP of ours. */
export class RawPeer {
  readonly tcp: TcpConnection;
  readonly #bed: MsrpBed;
  received = "";
  hasEnded = false;
  isClosed = false;

  constructor(bed: MsrpBed, tcp: TcpConnection) {
    this.#bed = bed;
    this.tcp = tcp;
    tcp.start({
      onData: (bytes) => {
        this.received += bytes.toString("latin1");
      },
      onDrained: () => undefined,
      onEnd: () => {
        this.hasEnded = true;
        tcp.end();
      },
      onClose: () => {
        this.isClosed = true;
      },
    });
  }

  /** Writes and lets everything that follows from it happen. */
  async say(text: string): Promise<void> {
    this.tcp.write(Buffer.from(text, "latin1"));
    await this.#bed.clock.advanceAsync(20);
  }

  /** The whole SENDs with a body received so far, taken out; what is not whole stays. */
  sends(): readonly SeenSend[] {
    const seen: SeenSend[] = [];
    for (;;) {
      const start = this.received.indexOf("MSRP ");
      const tid = this.received.slice(start + 5, this.received.indexOf(" ", start + 5));
      const end = this.received.indexOf(`-------${tid}`, start);
      if (start < 0 || end < 0) return seen;
      const text = this.received.slice(start, end);
      const flag = this.received.charAt(end + 7 + tid.length);
      this.received = this.received.slice(end + 10 + tid.length);
      const blank = text.indexOf("\r\n\r\n");
      if (blank < 0) continue;
      const head = text.slice(0, blank + 2);
      const range = /Byte-Range: (\S+)/.exec(head)?.[1] ?? "";
      seen.push({ tid, range, body: text.slice(blank + 4, -2), flag, head });
    }
  }

  /** A response of the peer to a request of ours. */
  async answer(tid: string, status: number, uris: { to: MsrpUri; from: MsrpUri }): Promise<void> {
    const { to, from } = uris;
    await this.say(
      `MSRP ${tid} ${String(status)} x\r\nTo-Path: ${formatMsrpUri(to)}\r\n` +
        `From-Path: ${formatMsrpUri(from)}\r\n-------${tid}$\r\n`,
    );
  }

  /** Status lines received since the last call: `tid status`. */
  responses(): readonly string[] {
    const lines = this.received.split("\r\n").filter((line) => /^MSRP \S+ \d{3}/.test(line));
    this.received = "";
    return lines.map((line) => line.split(" ").slice(1, 3).join(" "));
  }
}

export interface RawSend {
  readonly to: MsrpUri;
  readonly from: MsrpUri;
  readonly tid?: string;
  readonly messageId?: string;
  readonly range?: string;
  readonly body?: string;
  readonly flag?: string;
  /** More header lines, each with CRLF. */
  readonly extra?: string;
  readonly contentType?: string;
}

/** A SEND by hand. Without `body` it is bodiless. */
export function rawSend(send: RawSend): string {
  const tid = send.tid ?? "tid4raw0";
  const range = send.range === undefined ? "" : `Byte-Range: ${send.range}\r\n`;
  const content =
    send.body === undefined
      ? ""
      : `Content-Type: ${send.contentType ?? "text/plain"}\r\n\r\n${send.body}\r\n`;
  return (
    `MSRP ${tid} SEND\r\nTo-Path: ${formatMsrpUri(send.to)}\r\nFrom-Path: ${formatMsrpUri(send.from)}\r\n` +
    `Message-ID: ${send.messageId ?? "message1"}\r\n${range}${send.extra ?? ""}${content}` +
    `-------${tid}${send.flag ?? "$"}\r\n`
  );
}

/** A URI that a raw peer claims. */
export function peerUri(sessionId = "rawpeer0"): MsrpUri {
  return {
    scheme: "msrp",
    host: "10.0.0.9",
    port: 2855,
    sessionId,
    transport: "tcp",
    parameters: [],
  };
}
