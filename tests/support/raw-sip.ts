import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { systemHashing } from "../../main/base/hashing.node.ts";
import { formatHostPort, type HostPort } from "../../main/base/host-port.ts";
import type { SipMessage } from "../../main/sip/message/message.ts";
import { parseSipMessage } from "../../main/sip/message/parse.ts";
import { digestResponse, ha1Of, parseDigest } from "../../main/sip/ua/digest.ts";

const PATIENCE_MS = 8_000;

export interface RawRequest {
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  /** Header lines as they are written. */
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** A datagram socket that says what a test writes, octet by octet, and keeps what it hears. */
export class RawSip {
  readonly heard: SipMessage[] = [];
  readonly #socket: Socket;
  readonly #waiting = new Set<() => void>();
  #count = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes) => {
      const message = parseSipMessage(bytes);
      if (message.ok) this.heard.push(message.value);
      for (const wake of [...this.#waiting]) wake();
    });
  }

  static async open(host = "127.0.0.1"): Promise<RawSip> {
    const socket = createSocket("udp4");
    socket.bind(0, host);
    await once(socket, "listening");
    return new RawSip(socket);
  }

  get local(): HostPort {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  request(to: HostPort, { lines = [], body = "", ...request }: RawRequest): void {
    this.#count += 1;
    const text = [
      `${request.method} ${request.uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${formatHostPort(this.local)};branch=z9hG4bK-${request.callId}-${String(this.#count)};rport`,
      "Max-Forwards: 70",
      `From: ${request.from}`,
      `To: ${request.to}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${String(request.cseq)} ${request.method}`,
      ...lines,
      `Content-Length: ${String(Buffer.byteLength(body))}`,
      "",
      body,
    ].join("\r\n");
    this.#socket.send(text, to.port, to.host);
  }

  /** The answer to a request, other than 100. */
  async answer(callId: string, cseq: number): Promise<SipMessage & { readonly kind: "response" }> {
    const found = await this.message(
      (message) =>
        message.kind === "response" &&
        message.status > 100 &&
        message.headers.get("Call-ID") === callId &&
        message.headers.get("CSeq")?.startsWith(`${String(cseq)} `) === true,
    );
    if (found.kind !== "response") throw new Error("no response");
    return found;
  }

  /** The first message that fits; those that came already count. */
  async message(fits: (message: SipMessage) => boolean): Promise<SipMessage> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = this.heard.find(fits);
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error("no such message came");
      await this.#more(deadline - Date.now());
    }
  }

  close(): void {
    this.#socket.close();
  }

  #more(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(patienceMs, 0) + 1);
      this.#waiting.add(done);
    });
  }
}

/** What a user answers to a SHA-256 challenge with. */
export function credentials(
  challenge: string,
  who: { readonly username: string; readonly password: string },
  { method, uri }: { readonly method: string; readonly uri: string },
): string {
  const fields = parseDigest(challenge);
  const [realm = "", nonce = ""] = [fields?.get("realm"), fields?.get("nonce")];
  const hashing = systemHashing();
  const protection = { qop: "auth", cnonce: "c0", nc: "00000001", body: Buffer.alloc(0) } as const;
  const response = digestResponse(hashing, {
    ...{ algorithm: "SHA-256", method, uri, nonce, protection },
    ha1: ha1Of(hashing, "SHA-256", { ...who, realm }),
  });
  return `Digest username="${who.username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=SHA-256, qop=auth, cnonce="c0", nc=00000001`;
}
