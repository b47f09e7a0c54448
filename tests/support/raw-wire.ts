import { formatHostPort, type HostPort } from "../../main/base/host-port.ts";
import type { SipResponse } from "../../main/sip/message/message.ts";
import { parseSipMessage } from "../../main/sip/message/parse.ts";
import type { FakeNet } from "./fake-net.ts";

/** What a stranger writes; everything not said is what a well-behaved one would write. */
export interface RawText {
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly to: string;
  /** Header lines as they are written, line ends and all. */
  readonly lines?: readonly string[];
}

/** Datagrams of a fake net, octet by octet as a test wants them, and the responses that came back. */
export class RawWire {
  readonly heard: SipResponse[] = [];
  readonly #net: FakeNet;
  readonly #local: HostPort;
  #count = 0;

  private constructor(net: FakeNet, local: HostPort) {
    this.#net = net;
    this.#local = local;
  }

  static async open(net: FakeNet, host: string): Promise<RawWire> {
    const local = { host, port: 5060 };
    const wire = new RawWire(net, local);
    const bound = await net.host(host).bindUdp(local, {
      onMessage: (bytes) => {
        const message = parseSipMessage(bytes);
        if (message.ok && message.value.kind === "response") wire.heard.push(message.value);
      },
      onError: () => undefined,
    });
    if (!bound.ok) throw new Error(bound.error.message);
    return wire;
  }

  /** @returns the status of the answer, 100 left out; undefined when none came by the time that `pass` takes */
  async ask(
    to: HostPort,
    text: RawText,
    pass: () => Promise<void>,
  ): Promise<SipResponse | undefined> {
    this.#count += 1;
    const branch = `z9hG4bKraw${this.#local.host}${String(this.#count)}`;
    const lines = [
      `${text.method} ${text.uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${formatHostPort(this.#local)};branch=${branch}`,
      "Max-Forwards: 70",
      `From: ${text.from};tag=raw`,
      `To: ${text.to}`,
      `Call-ID: ${branch}`,
      `CSeq: ${String(this.#count)} ${text.method}`,
      `Contact: <sip:raw@${formatHostPort(this.#local)}>`,
      ...(text.lines ?? []),
      "Content-Length: 0",
      "\r\n",
    ];
    this.#net.inject(this.#local, to, Buffer.from(lines.join("\r\n")));
    await pass();
    return this.heard.findLast(
      ({ status, headers }) => status > 100 && headers.get("Call-ID") === branch,
    );
  }
}
