import { systemHashing } from "../../main/base/hashing.node.ts";
import type { Sockets } from "../../main/base/ports.ts";
import type { HeaderField } from "../../main/sip/message/headers.ts";
import type { SipMessage, SipResponse } from "../../main/sip/message/message.ts";
import { parseSipMessage } from "../../main/sip/message/parse.ts";
import { serializeSipMessage } from "../../main/sip/message/serialize.ts";
import type { ServerRequest } from "../../main/sip/ua/server-request.ts";
import type { Session, SessionHandlers } from "../../main/sip/ua/session.ts";
import type { UaConfig } from "../../main/sip/ua/ua-context.ts";
import type { UaFailure } from "../../main/sip/ua/ua-failure.ts";
import type { UacInvite } from "../../main/sip/ua/uac-invite.ts";
import type { UasInvite } from "../../main/sip/ua/uas-invite.ts";
import { UserAgent } from "../../main/sip/ua/user-agent.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeNet } from "./fake-net.ts";
import { openTransactions } from "./sip-pair.ts";

export const ALICE = { host: "10.0.0.1", port: 5060 };
export const BOB = { host: "10.0.0.2", port: 5060 };

/** One message as it was sent: who, start line's method or status, CSeq, and the message. */
export interface Sent {
  readonly by: "alice" | "bob";
  readonly what: string;
  readonly message: SipMessage;
}

/** What a side of the pair has lived through. */
export interface Side {
  readonly ua: UserAgent;
  readonly invites: UasInvite[];
  readonly requests: ServerRequest[];
  readonly lost: string[];
  session: Session | undefined;
}

/** Two user agents that speak with each other directly; tests read what went over the wire. */
export class UaPair {
  readonly clock: FakeClock;
  readonly net: FakeNet;
  readonly alice: Side;
  readonly bob: Side;
  readonly provisional: SipResponse[] = [];
  readonly refused: SipResponse[] = [];
  readonly failed: UaFailure[] = [];

  #stray: ReturnType<Sockets["bindUdp"]> | undefined;

  private constructor(alice: UserAgent, bob: UserAgent, clock: FakeClock, net: FakeNet) {
    this.clock = clock;
    this.net = net;
    this.alice = sideOf(alice);
    this.bob = sideOf(bob);
  }

  static async open(
    config: { readonly alice?: Partial<UaConfig>; readonly bob?: Partial<UaConfig> } = {},
  ): Promise<UaPair> {
    const clock = new FakeClock();
    const net = new FakeNet(clock);
    const ua = async (local: typeof ALICE, own: Partial<UaConfig> = {}): Promise<UserAgent> => {
      const { layer, ports } = await openTransactions(net, local, { seed: local.host.length + 1 });
      return new UserAgent(
        layer,
        { ...ports, hashing: systemHashing() },
        { local, contactUser: local === ALICE ? "alice" : "bob", config: own },
      );
    };
    return new UaPair(await ua(ALICE, config.alice), await ua(BOB, config.bob), clock, net);
  }

  /** Alice calls Bob. */
  call(headers: readonly HeaderField[] = [], body?: Buffer): UacInvite {
    return this.alice.ua.invite(
      {
        uri: "sip:bob@10.0.0.2:5060",
        from: "<sip:alice@a.example>",
        headers: body === undefined ? headers : [...headers, SDP],
        ...(body === undefined ? {} : { body }),
        routes: [],
      },
      {
        onSent: () => undefined,
        onProvisional: (response) => {
          this.provisional.push(response);
        },
        onAnswered: (session) => {
          this.alice.session = session;
          session.attach(handlersOf(this.alice));
          session.acknowledge();
        },
        onRefused: (response) => {
          this.refused.push(response);
        },
        onFailure: (failure) => {
          this.failed.push(failure);
        },
      },
    );
  }

  /** Bob's newest INVITE. */
  get ringing(): UasInvite {
    const invite = this.bob.invites.at(-1);
    if (invite === undefined) throw new Error("nobody called bob");
    return invite;
  }

  answer(headers: readonly HeaderField[] = [], body?: Buffer): void {
    const accepted = this.ringing.accept({
      status: 200,
      headers: body === undefined ? headers : [...headers, SDP],
      ...(body === undefined ? {} : { body }),
    });
    this.bob.session = accepted?.session;
    accepted?.session.attach(handlersOf(this.bob));
  }

  /** Puts a message on the wire as if Alice had sent it, from another port of her host. */
  async inject(message: SipMessage): Promise<void> {
    await this.injectBytes(serializeSipMessage(message));
  }

  async injectBytes(bytes: Buffer): Promise<void> {
    this.#stray ??= this.net
      .host(ALICE.host)
      .bindUdp(
        { host: ALICE.host, port: 5099 },
        { onMessage: () => undefined, onError: () => undefined },
      );
    const socket = await this.#stray;
    if (!socket.ok) throw new Error(socket.error.message);
    socket.value.send(bytes, BOB);
    await this.pass();
  }

  async pass(ms = 10): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  /** A call that stands, with what was said of it. */
  async connect(
    offer: readonly HeaderField[] = [],
    answer: readonly HeaderField[] = [],
  ): Promise<void> {
    this.call(offer, Buffer.from("v=0 alice\r\n"));
    await this.pass();
    this.answer(answer, Buffer.from("v=0 bob\r\n"));
    await this.pass();
  }

  get sent(): readonly Sent[] {
    return this.net.traffic.flatMap(({ from, bytes }) => {
      const parsed = parseSipMessage(bytes);
      if (!parsed.ok) return [];
      const message = parsed.value;
      const start = message.kind === "request" ? message.method : String(message.status);
      const seq = message.headers.get("CSeq") ?? "";
      const what =
        message.kind === "request" ? `${start} ${seq.split(" ")[0] ?? ""}` : `${start} ${seq}`;
      return [{ by: from.host === ALICE.host ? "alice" : "bob", what, message }] as const;
    });
  }

  /** `alice PRACK 2`, `bob 200 2 PRACK` … from the n-th message on. */
  story(from = 0): readonly string[] {
    return this.sent.slice(from).map(({ by, what }) => `${by} ${what}`);
  }

  /** The messages of one kind: `INVITE 1`, `200 1 INVITE`. */
  all(what: string): readonly SipMessage[] {
    return this.sent.filter((one) => one.what === what).map((one) => one.message);
  }
}

const SDP: HeaderField = { name: "Content-Type", value: "application/sdp" };

function sideOf(ua: UserAgent): Side {
  const side: Side = { ua, invites: [], requests: [], lost: [], session: undefined };
  ua.attach({
    onInvite: (invite) => {
      side.invites.push(invite);
    },
    onRequest: (request) => {
      side.requests.push(request);
    },
  });
  return side;
}

function handlersOf(side: Side): SessionHandlers {
  return {
    onRequest: (request) => {
      side.requests.push(request);
      if (request.request.method === "BYE") request.respond({ status: 200 });
    },
    onAck: () => undefined,
    onLost: (why) => {
      side.lost.push(why);
    },
  };
}
