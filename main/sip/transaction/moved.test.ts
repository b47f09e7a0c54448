import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeNet } from "../../../tests/support/fake-net.ts";
import { fakePorts, openTransport, requestOf, target } from "../../../tests/support/sip-pair.ts";
import { topViaOf } from "../message/fields.ts";
import { parseSipMessage } from "../message/parse.ts";
import type { TransportLayer } from "../transport/transport-layer.ts";
import type { ClientTransaction } from "./transaction.ts";
import { TransactionLayer } from "./transaction-layer.ts";

const OLD = "10.0.0.1";
const NEW = "10.0.0.77";
const BOB = { host: "10.0.0.2", port: 5070 };

let clock: FakeClock;
let net: FakeNet;
let transport: TransportLayer;
let alice: TransactionLayer;
let heard: string[];

beforeEach(async () => {
  clock = new FakeClock();
  net = new FakeNet(clock);
  const ports = { ...fakePorts(net, OLD), sockets: net.host(OLD, NEW) };
  transport = await openTransport(ports, { host: OLD, port: 5060 });
  alice = new TransactionLayer(transport, ports);
  const bob = await openTransport(fakePorts(net, BOB.host), BOB);
  heard = [];
  bob.events.on("request", ({ request, flow }) => {
    const via = topViaOf(request);
    heard.push(`${request.method} ${via.ok ? via.value.host : "?"} from ${flow.remote.host}`);
  });
});

function ask(method: string): { readonly ends: string[]; readonly transaction: ClientTransaction } {
  const ends: string[] = [];
  const transaction = alice.request(requestOf(method), target("udp", BOB), {
    onResponse: ({ status }) => ends.push(String(status)),
    onTimeout: () => ends.push("timeout"),
    onTransportError: ({ code }) => ends.push(code),
  });
  return { ends, transaction };
}

async function move(): Promise<void> {
  expect(await transport.moveTo(NEW)).toEqual({ ok: true, value: undefined });
}

/** Bob's provisional answer to the INVITE. */
async function ring(): Promise<void> {
  const sent = net.traffic.find(({ bytes }) => bytes.toString().startsWith("INVITE"));
  const invite = parseSipMessage(sent?.bytes ?? Buffer.alloc(0));
  if (!invite.ok) throw new Error("no INVITE was sent");
  const lines = ["Via", "From", "To", "Call-ID", "CSeq"].map(
    (name) => `${name}: ${invite.value.headers.first(name) ?? ""}`,
  );
  const text = ["SIP/2.0 180 Ringing", ...lines, "Content-Length: 0", "", ""].join("\r\n");
  net.inject(BOB, { host: OLD, port: 5060 }, Buffer.from(text));
  await clock.advanceAsync(10);
}

describe("RFC 3261 §18.2.2 and §8.1.3.1: this machine has another address", () => {
  it("keeps its port where that is free, and writes the new address into Via", async () => {
    await move();
    expect(transport.local).toEqual({ host: NEW, port: 5060 });
    ask("MESSAGE");
    await clock.advanceAsync(10);
    expect(heard).toEqual([`MESSAGE ${NEW} from ${NEW}`]);
  });

  it("takes another port where its own is taken", async () => {
    await openTransport({ ...fakePorts(net, NEW) }, { host: NEW, port: 5060 });
    await move();
    expect(transport.local.port).not.toBe(5060);
  });

  it("stays where it is when the address cannot be had", async () => {
    const moved = await transport.moveTo("10.9.9.9");
    expect(moved.ok).toBe(false);
    expect(transport.local.host).toBe(OLD);
  });

  it.each(["MESSAGE", "INVITE"])(
    "MUST treat %s under way as failed by the transport",
    async (method) => {
      const { ends } = ask(method);
      await clock.advanceAsync(10);
      await move();
      expect(ends).toHaveLength(1);
      expect(ends).not.toContain("timeout");
    },
  );

  it("MUST cancel what rings, with the branch and sent-by of its INVITE (§9.1)", async () => {
    const { ends } = ask("INVITE");
    await clock.advanceAsync(10);
    await ring();
    await move();
    await clock.advanceAsync(10);
    expect(ends[0]).toBe("180");
    expect(ends).toHaveLength(2);
    expect(heard).toEqual([`INVITE ${OLD} from ${OLD}`, `CANCEL ${OLD} from ${NEW}`]);
  });

  it("ends the connections of the former address", async () => {
    alice.request(requestOf("MESSAGE"), target("tcp", BOB), {
      onResponse: () => undefined,
      onTimeout: () => undefined,
      onTransportError: () => undefined,
    });
    await clock.advanceAsync(10);
    expect(transport.connections).toBe(1);
    await move();
    await clock.advanceAsync(10);
    expect(transport.connections).toBe(0);
  });
});
