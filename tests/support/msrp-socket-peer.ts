import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostPort } from "../../main/base/host-port.ts";

const PATIENCE_MS = 15_000;
const CHUNK_OCTETS = 2048;

interface Frame {
  /** After `MSRP tid`. */
  readonly start: string;
  readonly tid: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer | undefined;
  readonly flag: string;
}

/**
 * The MSRP side of a foreign client whose SIP side is SIPp, which has none: passive, on a real socket, octet by octet
 * and nothing of ours in it. It takes what is sent to it, or gives `gives` to whoever binds the session.
 */
export class MsrpSocketPeer {
  /** What has come, as one message. */
  received = Buffer.alloc(0);
  /** First lines of what has come, for a test that fails. */
  readonly #heard: string[] = [];
  readonly #done: Promise<boolean>;
  readonly #server: Server;
  readonly #gives: Buffer | undefined;
  readonly #sockets = new Set<Socket>();
  #finish: (isDone: boolean) => void = () => undefined;
  #isHeld = false;
  readonly #held: (() => void)[] = [];
  #unanswered = 0;
  #tids = 0;

  private constructor(server: Server, gives: Buffer | undefined) {
    this.#server = server;
    this.#gives = gives;
    this.#done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    server.on("connection", (socket) => {
      this.#serve(socket);
    });
  }

  /** @param gives what it sends; without it, it receives */
  static async open(host: string, gives?: Buffer): Promise<MsrpSocketPeer> {
    const server = createServer();
    server.listen(0, host);
    await once(server, "listening");
    return new MsrpSocketPeer(server, gives);
  }

  get local(): HostPort {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return { host: address.address, port: address.port };
  }

  get path(): string {
    const { host, port } = this.local;
    return `msrp://${host}:${String(port)}/foreign;tcp`;
  }

  /** Until a whole message has come and is answered, or all of `gives` is answered with 200. */
  async done(): Promise<void> {
    const timeUp = new AbortController();
    const late = sleep(PATIENCE_MS, false, { signal: timeUp.signal }).catch(() => false);
    const isDone = await Promise.race([this.#done, late]);
    timeUp.abort();
    if (!isDone) throw new Error(`the file did not move; what came:\n${this.#heard.join("\n")}`);
  }

  /** The SIP side has failed: whoever waits, waits no longer. */
  giveUp(): void {
    this.#finish(false);
  }

  /** Nothing moves until `release`: what binds the session, or a chunk, stays without an answer. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    for (const go of this.#held.splice(0)) go();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("data", (piece) => {
      bytes = Buffer.concat([bytes, piece]);
      for (let cut = cutFrame(bytes); cut !== undefined; cut = cutFrame(bytes)) {
        bytes = bytes.subarray(cut.length);
        this.#onFrame(cut.frame, socket);
      }
    });
  }

  #onFrame(frame: Frame, socket: Socket): void {
    this.#heard.push(`${frame.start} ${frame.fields.get("byte-range") ?? ""}`);
    if (frame.start.startsWith("SEND")) {
      const take = (): void => {
        this.#onSend(frame, socket);
      };
      if (this.#isHeld) this.#held.push(take);
      else take();
    } else if (frame.start.startsWith("200") && this.#unanswered > 0) {
      this.#unanswered -= 1;
      if (this.#unanswered === 0) this.#finish(true);
    }
  }

  #onSend(frame: Frame, socket: Socket): void {
    const { tid, fields, body = Buffer.alloc(0) } = frame;
    const [from, to] = [fields.get("from-path") ?? "", fields.get("to-path") ?? ""];
    socket.write(
      `MSRP ${tid} 200 OK\r\nTo-Path: ${from}\r\nFrom-Path: ${to}\r\n-------${tid}$\r\n`,
    );
    if (frame.body === undefined && this.#gives !== undefined) {
      this.#give(this.#gives, from, socket);
      return;
    }
    this.received = Buffer.concat([this.received, body]);
    if (frame.body === undefined || frame.flag !== "$") return;
    if (fields.get("success-report") === "yes") socket.write(this.#report(frame));
    this.#finish(true);
  }

  #report({ fields }: Frame): string {
    const tid = this.#tid();
    const octets = String(this.received.length);
    return [
      `MSRP ${tid} REPORT`,
      `To-Path: ${fields.get("from-path") ?? ""}`,
      `From-Path: ${this.path}`,
      `Message-ID: ${fields.get("message-id") ?? ""}`,
      `Byte-Range: 1-${octets}/${octets}`,
      "Status: 000 200 OK",
      `-------${tid}$`,
      "",
    ].join("\r\n");
  }

  #give(content: Buffer, to: string, socket: Socket): void {
    for (let at = 0; at < content.length; at += CHUNK_OCTETS) {
      const body = content.subarray(at, at + CHUNK_OCTETS);
      const end = at + body.length;
      const tid = this.#tid();
      const head = [
        `MSRP ${tid} SEND`,
        ...[`To-Path: ${to}`, `From-Path: ${this.path}`, "Message-ID: foreign-file"],
        `Byte-Range: ${String(at + 1)}-${String(end)}/${String(content.length)}`,
        ...["Content-Type: application/pdf", "", ""],
      ].join("\r\n");
      const tail = `\r\n-------${tid}${end === content.length ? "$" : "+"}\r\n`;
      this.#unanswered += 1;
      socket.write(Buffer.concat([Buffer.from(head), body, Buffer.from(tail)]));
    }
  }

  #tid(): string {
    this.#tids += 1;
    return `foreign${String(this.#tids)}`;
  }
}

/** The first whole message of a stream; bodies end at their end-line. */
function cutFrame(bytes: Buffer): { readonly frame: Frame; readonly length: number } | undefined {
  const lineEnd = bytes.indexOf("\r\n");
  if (lineEnd < 0) return undefined;
  const [, tid = "", ...start] = bytes.toString("latin1", 0, lineEnd).split(" ");
  const end = bytes.indexOf(`-------${tid}`, lineEnd);
  const length = end + 7 + tid.length + 3;
  if (end < 0 || bytes.length < length) return undefined;
  const blank = bytes.indexOf("\r\n\r\n");
  const hasBody = blank >= 0 && blank < end;
  const head = bytes.toString("latin1", lineEnd + 2, hasBody ? blank : end);
  const fields = new Map(
    head.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const body = hasBody ? bytes.subarray(blank + 4, end - 2) : undefined;
  const flag = bytes.toString("latin1", length - 3, length - 2);
  return { frame: { start: start.join(" "), tid, fields, body, flag }, length };
}
