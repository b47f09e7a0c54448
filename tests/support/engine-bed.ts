import { systemHashing } from "../../main/base/hashing.node.ts";
import type { Hashing } from "../../main/base/ports.ts";
import type { DrachtioEngine, EngineOptions } from "../../main/drachtio/engine.ts";
import { EngineHub } from "../../main/drachtio/engine-hub.ts";
import { encodeFrame, FrameReader } from "../../main/drachtio/frame.ts";
import { SipHeaders } from "../../main/sip/message/headers.ts";
import { NO_BODY, type SipRequest } from "../../main/sip/message/message.ts";
import { UserAgent } from "../../main/sip/ua/user-agent.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeNet } from "./fake-net.ts";
import { type FakePorts, openTransactions } from "./sip-pair.ts";

export const PEER = { host: "10.0.0.9", port: 5060 };
/** Where the engine's SIP stack is. */
export const LOCAL = { host: "10.0.0.1", port: 5060 };

/** drachtio-srf's end of the control connection, by hand. */
export class ControlClient {
  readonly frames: string[] = [];
  hasEnded = false;
  readonly #reader = new FrameReader();
  #engine: DrachtioEngine | undefined;
  #rid = 0;

  attach(engine: DrachtioEngine): void {
    this.#engine = engine;
  }

  take(bytes: Buffer): void {
    const payloads = this.#reader.push(bytes);
    if (!payloads.ok) throw new Error(payloads.error.message);
    this.frames.push(...payloads.value);
  }

  bytes(bytes: Buffer): void {
    this.#engine?.receive(bytes);
  }

  /** Sends a command and gives its id. */
  send(rest: string): string {
    this.#rid += 1;
    const rid = `rid-${String(this.#rid)}`;
    this.bytes(encodeFrame(`${rid}|${rest}`));
    return rid;
  }

  /** Replies to a command, each as its tokens after the id. */
  replies(rid: string): readonly (readonly string[])[] {
    return this.frames
      .map((frame) => (frame.split("\r\n", 1)[0] ?? "").split("|"))
      .filter((tokens) => tokens[1] === "response" && tokens[2] === rid)
      .map((tokens) => tokens.slice(3));
  }

  /** Call records: kind, source, detail and the start line of their message. */
  get records(): readonly string[] {
    return this.frames.flatMap((frame) => {
      const [, kind = "", source = "", , detail = ""] = (frame.split("\r\n", 1)[0] ?? "").split(
        "|",
      );
      if (!kind.startsWith("cdr:")) return [];
      const startLine = frame.split("\r\n")[1] ?? "";
      return [[kind, source, detail, startLine].filter((part) => part !== "").join(" ")];
    });
  }

  /** Messages from the network: tokens and SIP text. */
  get messages(): readonly { readonly tokens: readonly string[]; readonly text: string }[] {
    return this.frames
      .map((frame) => {
        const border = frame.indexOf("\r\n");
        return { tokens: frame.slice(0, border).split("|"), text: frame.slice(border + 2) };
      })
      .filter(({ tokens }) => tokens[1] === "sip");
  }
}

interface Connected {
  readonly client: ControlClient;
  readonly engine: DrachtioEngine;
}

export interface EngineBed extends Connected {
  readonly clock: FakeClock;
  readonly net: FakeNet;
  readonly hub: EngineHub;
  readonly ports: FakePorts & { readonly hashing: Hashing };
  /** Opens another control connection. */
  readonly connect: (more?: Partial<EngineOptions>) => Connected;
}

/** An engine on a fake net. */
export async function engineBed(options: Partial<EngineOptions> = {}): Promise<EngineBed> {
  const clock = new FakeClock();
  const net = new FakeNet(clock);
  const { layer, ports } = await openTransactions(net, LOCAL);
  const all = { ...ports, hashing: systemHashing() };
  const ua = new UserAgent(layer, all, { local: LOCAL });
  const hub = new EngineHub(ua, layer, all, LOCAL);
  const connect = (more: Partial<EngineOptions> = {}): Connected => {
    const client = new ControlClient();
    const peer = {
      send: (bytes: Buffer) => {
        client.take(bytes);
      },
      end: () => {
        client.hasEnded = true;
      },
    };
    const engine = hub.connect(peer, {
      ...{ secret: "cymru", local: LOCAL, delivery: "all" },
      ...options,
      ...more,
    });
    client.attach(engine);
    return { client, engine };
  };
  return { clock, net, hub, ports: all, connect, ...connect() };
}

export async function authenticated(options: Partial<EngineOptions> = {}): Promise<EngineBed> {
  const made = await engineBed(options);
  made.client.send("authenticate|cymru|");
  return made;
}

export function sip(startLine: string, headers: readonly string[] = [], body = ""): string {
  return [startLine, ...headers, "", body].join("\r\n");
}

export function incoming(method: string, cseq = 1, toTag = ""): SipRequest {
  return {
    kind: "request",
    method,
    uri: "sip:me@10.0.0.1:5060",
    headers: SipHeaders.of([
      { name: "Via", value: `SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK${method}${String(cseq)}` },
      { name: "Max-Forwards", value: "70" },
      { name: "f", value: "<sip:peer@x.example>;tag=p1" },
      { name: "t", value: `<sip:me@a.example>${toTag === "" ? "" : `;tag=${toTag}`}` },
      { name: "i", value: "in-1" },
      { name: "CSeq", value: `${String(cseq)} ${method}` },
      { name: "m", value: "<sip:peer@10.0.0.9:5060>" },
    ]),
    body: NO_BODY,
  };
}

/** The client's answer to a request that the network sent. */
export function respond(
  client: ControlClient,
  txnId: string,
  status: number,
  headers: readonly string[] = [],
): string {
  return client.send(
    `sip|${txnId}|\r\n${sip(`SIP/2.0 ${String(status)} X`, ["Call-ID: wrong", ...headers])}`,
  );
}

/** Transaction id of the message that came last. */
export const lastTxn = (client: ControlClient): string => client.messages.at(-1)?.tokens[8] ?? "";
