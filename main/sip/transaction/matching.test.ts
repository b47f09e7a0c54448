import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeNet } from "../../../tests/support/fake-net.ts";
import { openTransactions, requestOf, target } from "../../../tests/support/sip-pair.ts";
import { responseTo } from "../message/build.ts";
import type { SipRequest } from "../message/message.ts";
import { serializeSipMessage } from "../message/serialize.ts";
import type { ServerTransaction, TransactionLayer } from "./transaction-layer.ts";

const ALICE = { host: "10.0.0.1", port: 5060 };
const BOB = { host: "10.0.0.2", port: 5060 };

let clock: FakeClock;
let net: FakeNet;
let bob: TransactionLayer;
let received: ServerTransaction[];
let acks: SipRequest[];
let answers: string[];
let sendRaw: (request: SipRequest, via: string) => Promise<void>;

beforeEach(async () => {
  clock = new FakeClock();
  net = new FakeNet(clock);
  bob = (await openTransactions(net, BOB, { timers: { maxTransactions: 3 } })).layer;
  received = [];
  acks = [];
  answers = [];
  bob.onRequest((tx) => received.push(tx));
  bob.onAck((ack) => acks.push(ack));
  const udp = await net.host("10.0.0.9").bindUdp(
    { host: "10.0.0.9", port: 5060 },
    {
      onMessage: (bytes) => answers.push(bytes.toString("latin1").slice(8, 11)),
      onError: () => undefined,
    },
  );
  if (!udp.ok) throw new Error(udp.error.code);
  sendRaw = async (request, via) => {
    const headers = request.headers.prepend("Via", via);
    udp.value.send(serializeSipMessage({ ...request, headers }), BOB);
    await clock.advanceAsync(5);
  };
});

const VIA = "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKone";

describe("RFC 3261 §17.2.3 matching requests to server transactions", () => {
  it("MUST match by branch, sent-by and method", async () => {
    await sendRaw(requestOf("MESSAGE"), VIA);
    await sendRaw(requestOf("MESSAGE"), VIA);
    expect(received).toHaveLength(1);
    await sendRaw(requestOf("MESSAGE"), "SIP/2.0/UDP 10.0.0.8:5060;branch=z9hG4bKone");
    await sendRaw(requestOf("OPTIONS"), VIA);
    expect(received).toHaveLength(3);
  });

  it("treats a missing port of sent-by as the default one", async () => {
    await sendRaw(requestOf("MESSAGE"), VIA);
    await sendRaw(requestOf("MESSAGE"), "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKone");
    expect(received).toHaveLength(1);
  });

  it("MUST NOT confuse dialogs of RFC 2543 peers, whose branches are not unique", async () => {
    const via = "SIP/2.0/UDP 10.0.0.9:5060;branch=1";
    await sendRaw(requestOf("MESSAGE", { callId: "a" }), via);
    await sendRaw(requestOf("MESSAGE", { callId: "b" }), via);
    await sendRaw(requestOf("MESSAGE", { callId: "b" }), via);
    expect(received).toHaveLength(2);
  });

  it("MUST match the ACK of a 3xx-6xx to the INVITE, and pass any other ACK to the TU", async () => {
    await sendRaw(requestOf("INVITE"), VIA);
    const [tx] = received;
    tx?.respond(responseTo(tx.request, 486));
    await sendRaw(requestOf("ACK"), VIA);
    expect(acks).toEqual([]);
    await sendRaw(requestOf("ACK"), "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKother");
    expect(acks).toHaveLength(1);
  });

  it("tells a CANCEL without its INVITE apart from one with it (§9.2)", async () => {
    await sendRaw(requestOf("INVITE"), VIA);
    await sendRaw(requestOf("CANCEL"), VIA);
    await sendRaw(requestOf("CANCEL"), "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKother");
    expect(received.map((tx) => tx.cancelled)).toEqual([undefined, received[0], undefined]);
  });
});

describe("RFC 3261 §8.2.2.2 merged requests", () => {
  it("SHOULD be recognised by From tag, Call-ID and CSeq, the first one excepted", async () => {
    await sendRaw(requestOf("INVITE"), VIA);
    await sendRaw(requestOf("INVITE"), "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKtwo");
    await sendRaw(requestOf("INVITE", { callId: "x" }), "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK3");
    expect(received.map((tx) => bob.isMerged(tx))).toEqual([false, true, false]);
  });

  it("MUST NOT be seen in requests within a dialog", async () => {
    await sendRaw(requestOf("INVITE", { toTag: "t" }), VIA);
    await sendRaw(requestOf("INVITE", { toTag: "t" }), "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKtwo");
    expect(received.map((tx) => bob.isMerged(tx))).toEqual([false, false]);
  });
});

describe("RFC 3261 §17.2 limits of the server side", () => {
  it("refuses with 503 what is over the limit, without keeping anything of it", async () => {
    for (let i = 0; i < 5; i += 1) {
      await sendRaw(
        requestOf("INVITE", { callId: String(i) }),
        `SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK${String(i)}`,
      );
    }
    expect(received).toHaveLength(3);
    expect(answers).toEqual(["503", "503"]);
    expect(bob.size).toBe(3);
  });
});

describe("RFC 3261 §17.1 client transactions when the way changes", () => {
  it("MUST retransmit over UDP after a size-made TCP attempt was refused (§18.1.1)", async () => {
    const alice = (await openTransactions(net, ALICE)).layer;
    net.refuseTcp({ to: BOB.host });
    net.lose({ from: ALICE.host }, [1, 2]);
    const heard: string[] = [];
    alice.request(requestOf("INVITE", { body: Buffer.alloc(1400) }), target("udp", BOB), {
      onResponse: (response) => heard.push(String(response.status)),
      onTimeout: () => heard.push("timeout"),
      onTransportError: (error) => heard.push(error.code),
    });
    await clock.advanceAsync(1600);
    const [tx] = received;
    expect(tx?.flow.transport).toBe("udp");
    tx?.respond(responseTo(tx.request, 486));
    await clock.advanceAsync(10);
    expect(heard).toEqual(["486"]);
  });

  it("sends again over a new connection when the kept one has died unnoticed", async () => {
    const alice = (await openTransactions(net, ALICE)).layer;
    bob.onRequest((tx) => {
      received.push(tx);
      tx.respond(responseTo(tx.request, 200));
    });
    const heard: string[] = [];
    const ask = (callId: string): void => {
      alice.request(requestOf("OPTIONS", { callId }), target("tcp", BOB), {
        onResponse: (response) => heard.push(String(response.status)),
        onTimeout: () => heard.push("timeout"),
        onTransportError: (error) => heard.push(error.code),
      });
    };
    ask("1");
    await clock.advanceAsync(10);
    ask("2");
    net.resetTcp();
    await clock.advanceAsync(20);
    expect(heard).toEqual(["200", "200"]);
  });

  it("tells a transport error when nobody listens", async () => {
    const alice = (await openTransactions(net, ALICE)).layer;
    const heard: string[] = [];
    alice.request(requestOf("OPTIONS"), target("tcp", { host: "10.0.0.2", port: 9 }), {
      onResponse: () => heard.push("response"),
      onTimeout: () => heard.push("timeout"),
      onTransportError: (error) => heard.push(error.code),
      onEnd: () => heard.push("end"),
    });
    expect(heard).toEqual([]);
    await clock.advanceAsync(20);
    expect(heard).toEqual(["ECONNREFUSED", "end"]);
    expect(alice.size).toBe(0);
  });

  it("leaves no timer behind when the layer closes in the middle of everything", async () => {
    const alice = (await openTransactions(net, ALICE)).layer;
    const silent = {
      onResponse: () => undefined,
      onTimeout: () => undefined,
      onTransportError: () => undefined,
    };
    alice.request(requestOf("INVITE"), target("udp", BOB), silent);
    alice.request(requestOf("MESSAGE"), target("tcp", BOB), silent);
    await clock.advanceAsync(300);
    await alice.close();
    await bob.close();
    await clock.advanceAsync(10);
    expect(clock.pendingTimers).toBe(0);
  });
});
