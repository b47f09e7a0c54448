import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeNet } from "../../../tests/support/fake-net.ts";
import { openTransactions, requestOf, target } from "../../../tests/support/sip-pair.ts";
import { responseTo } from "../message/build.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ClientHandlers, ServerTransaction, TransactionLayer } from "./transaction-layer.ts";

const ALICE = { host: "10.0.0.1", port: 5060 };
const BOB = { host: "10.0.0.2", port: 5060 };

let clock: FakeClock;
let net: FakeNet;
let alice: TransactionLayer;
let bob: TransactionLayer;
/** What alice's TU heard, in order. */
let heard: string[];
let received: ServerTransaction[];
let acks: SipRequest[];

beforeEach(async () => {
  clock = new FakeClock();
  net = new FakeNet(clock);
  alice = (await openTransactions(net, ALICE)).layer;
  bob = (await openTransactions(net, BOB)).layer;
  heard = [];
  received = [];
  acks = [];
  bob.onRequest((tx) => received.push(tx));
  bob.onAck((ack) => acks.push(ack));
});

function handlers(onResponse?: (response: SipResponse) => void): ClientHandlers {
  return {
    onResponse: (response) => {
      heard.push(String(response.status));
      onResponse?.(response);
    },
    onTimeout: () => heard.push("timeout"),
    onTransportError: (error) => heard.push(error.code),
    onEnd: () => heard.push("end"),
  };
}

/** Methods and status codes on the wire from one address, in order. */
function sentBy(host: string): string[] {
  return net.traffic
    .filter((each) => each.proto === "udp" && each.from.host === host)
    .map((each) => each.bytes.toString("latin1").split("\r\n")[0] ?? "")
    .map((line) => (line.startsWith("SIP/2.0 ") ? line.slice(8, 11) : (line.split(" ")[0] ?? "")));
}

function only(): ServerTransaction {
  const [tx] = received;
  if (tx === undefined || received.length !== 1) throw new Error(`got ${String(received.length)}`);
  return tx;
}

function answer(tx: ServerTransaction, status: number): void {
  tx.respond(responseTo(tx.request, status, undefined, status > 100 ? { toTag: "to-1" } : {}));
}

for (const transport of ["udp", "tcp"] as const) {
  describe(`RFC 3261 §17 transactions over ${transport}`, () => {
    it("MUST carry an INVITE, its provisional response and its 2xx, and leave the ACK to the TU", async () => {
      alice.request(requestOf("INVITE"), target(transport, BOB), handlers());
      await clock.advanceAsync(20);
      answer(only(), 180);
      await clock.advanceAsync(20);
      answer(only(), 200);
      await clock.advanceAsync(20);
      expect(heard).toEqual(["180", "200"]);
      alice.sendAck(requestOf("ACK", { toTag: "to-1" }), target(transport, BOB));
      await clock.advanceAsync(20);
      expect(acks.map((ack) => ack.method)).toEqual(["ACK"]);
      await clock.advanceAsync(40_000);
      expect(heard).toEqual(["180", "200", "end"]);
      expect(alice.size + bob.size).toBe(0);
    });

    it("MUST acknowledge a 3xx-6xx itself, with the INVITE's branch (§17.1.1.3)", async () => {
      const invite = requestOf("INVITE", { headers: [{ name: "Route", value: "<sip:p;lr>" }] });
      const tx = alice.request(invite, target(transport, BOB), handlers());
      await clock.advanceAsync(20);
      const got: SipRequest[] = [];
      only().onAck((ack) => got.push(ack));
      answer(only(), 486);
      await clock.advanceAsync(20);
      expect(heard.slice(0, 1)).toEqual(["486"]);
      expect(acks).toEqual([]);
      const [ack] = got;
      expect(ack?.headers.get("Via")).toContain(`branch=${tx.branch}`);
      expect(ack?.headers.get("To")).toBe("<sip:bob@b.example>;tag=to-1");
      expect(ack?.headers.get("CSeq")).toBe("1 ACK");
      expect(ack?.headers.get("Route")).toBe("<sip:p;lr>");
      await clock.advanceAsync(40_000);
      expect(alice.size + bob.size).toBe(0);
    });

    it("MUST time out after 64*T1 without a final response to a non-INVITE (timer F)", async () => {
      alice.request(requestOf("MESSAGE"), target(transport, BOB), handlers());
      await clock.advanceAsync(31_990);
      // Over UDP each retransmitted request is answered with the 100 again.
      expect([...new Set(heard)]).toEqual(["100"]);
      await clock.advanceAsync(50);
      expect([...new Set(heard)]).toEqual(["100", "timeout", "end"]);
    });

    it("MUST send CANCEL only after a provisional response, with the INVITE's Via and CSeq number (§9.1)", async () => {
      const tx = alice.request(
        requestOf("INVITE", { cseq: 7 }),
        target(transport, BOB),
        handlers(),
      );
      tx.cancel([{ name: "Reason", value: "SIP;cause=200" }]);
      await clock.advanceAsync(150);
      expect(received.map((each) => each.request.method)).toEqual(["INVITE"]);
      await clock.advanceAsync(100);
      const [invite, cancel] = received;
      expect(cancel?.request.method).toBe("CANCEL");
      expect(cancel?.cancelled).toBe(invite);
      expect(cancel?.request.headers.get("CSeq")).toBe("7 CANCEL");
      expect(cancel?.request.headers.get("Reason")).toBe("SIP;cause=200");
      expect(cancel?.request.headers.get("Via")).toBe(invite?.request.headers.get("Via"));
      if (invite === undefined || cancel === undefined) throw new Error("missing");
      answer(cancel, 200);
      answer(invite, 487);
      await clock.advanceAsync(20);
      expect(heard.slice(0, 2)).toEqual(["100", "487"]);
      await clock.advanceAsync(40_000);
      expect(alice.size + bob.size).toBe(0);
    });

    it("MUST forget a cancelled INVITE 64*T1 after the CANCEL (§9.1)", async () => {
      const tx = alice.request(requestOf("INVITE"), target(transport, BOB), handlers());
      await clock.advanceAsync(1000);
      tx.cancel();
      await clock.advanceAsync(31_900);
      expect(heard).toEqual(["100"]);
      await clock.advanceAsync(200);
      expect(heard).toEqual(["100", "timeout", "end"]);
    });
  });
}

describe("RFC 3261 §17 transactions over a lossy wire", () => {
  it("MUST reach a final response although every first copy of each message is lost", async () => {
    net.lose({ from: ALICE.host }, 1);
    net.lose({ from: BOB.host }, 1);
    bob.onRequest((tx) => {
      answer(tx, 200);
    });
    alice.request(requestOf("MESSAGE"), target("udp", BOB), handlers());
    await clock.advanceAsync(2000);
    expect(heard).toEqual(["200"]);
    expect(sentBy(ALICE.host)).toEqual(["MESSAGE", "MESSAGE", "MESSAGE"]);
    expect(sentBy(BOB.host)).toEqual(["200", "200"]);
  });

  it("MUST NOT show a duplicated request or response to a TU twice", async () => {
    net.duplicate({});
    bob.onRequest((tx) => {
      received.push(tx);
      answer(tx, 200);
    });
    alice.request(requestOf("MESSAGE"), target("udp", BOB), handlers());
    await clock.advanceAsync(2000);
    expect(received).toHaveLength(1);
    expect(heard).toEqual(["200"]);
  });
});
