import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeNet } from "../../../tests/support/fake-net.ts";
import { fakeIdentity } from "../../../tests/support/fake-tls.ts";
import { fakePorts, requestOf, target } from "../../../tests/support/sip-pair.ts";
import { responseTo } from "../message/build.ts";
import type { SipRequest } from "../message/message.ts";
import { serializeSipMessage } from "../message/serialize.ts";
import type { Flow, Target } from "./flow.ts";
import { TransportLayer } from "./transport-layer.ts";
import type { TransportTls } from "./transport-options.ts";

const ALICE = { host: "10.0.0.1", port: 5060 };
const BOB = { host: "10.0.0.2", port: 5060 };
const SECURE = { host: BOB.host, port: 5061 };
const IDENTITY = fakeIdentity({ names: ["b.example", "c.example", BOB.host] });
const TO_BOB: Target = { ...target("tls", SECURE), name: "b.example" };

let clock: FakeClock;
let net: FakeNet;
let bob: TransportLayer;
let arrived: { readonly request: SipRequest; readonly flow: Flow }[];
let failures: string[];

const byName: TransportTls = {
  trustOf: ({ name, remote }) => ({
    ...{ kind: "name", host: name ?? remote.host },
    certificatesPem: [IDENTITY.certificatePem],
  }),
};

async function open(at: typeof ALICE, tls: TransportTls | undefined): Promise<TransportLayer> {
  const opened = await TransportLayer.open(fakePorts(net, at.host), {
    ...{ listen: at, ...(tls === undefined ? {} : { tls }) },
  });
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value;
}

beforeEach(async () => {
  clock = new FakeClock();
  net = new FakeNet(clock);
  bob = await open(BOB, { ...byName, identity: IDENTITY, listen: SECURE });
  arrived = [];
  failures = [];
  bob.events.on("request", (event) => arrived.push(event));
});

function request(uri = "sip:bob@b.example"): SipRequest {
  const plain = requestOf("MESSAGE");
  const via = "SIP/2.0/UDP placeholder;branch=z9hG4bKtest";
  return { ...plain, uri, headers: plain.headers.prepend("Via", via) };
}

async function send(from: TransportLayer, where: Target | Flow, uri?: string): Promise<void> {
  from.sendRequest(request(uri), where, (error) => failures.push(error.code));
  await clock.advanceAsync(100);
}

describe("RFC 3261 §26.2.1 SIP over TLS", () => {
  it("MUST listen on a port of its own, and name TLS and that port in its Via", async () => {
    const alice = await open(ALICE, byName);
    await send(alice, TO_BOB);
    expect(arrived[0]?.flow).toMatchObject({ transport: "tls", local: SECURE });
    expect(arrived[0]?.request.headers.get("Via")).toMatch(/^SIP\/2.0\/TLS 10\.0\.0\.1:5060/);
    expect([bob.sentBy(), bob.sentBy("tls")]).toEqual([BOB, SECURE]);
  });

  it("MUST answer over the connection of the request, and call back over it too", async () => {
    const alice = await open(ALICE, byName);
    const heard: string[] = [];
    alice.events.on("response", ({ response }) => heard.push(String(response.status)));
    alice.events.on("request", ({ request: got }) => heard.push(got.method));
    await send(alice, TO_BOB);
    const [first] = arrived;
    if (first === undefined) throw new Error("nothing arrived");
    bob.sendResponse(responseTo(first.request, 200), first.flow, () => undefined);
    await send(bob, first.flow);
    expect(heard).toEqual(["200", "MESSAGE"]);
    expect(net.openConnections).toBe(1);
  });

  it("MUST have a connection for each name, since a certificate is checked for one", async () => {
    const alice = await open(ALICE, byName);
    await send(alice, TO_BOB);
    await send(alice, TO_BOB);
    await send(alice, { ...TO_BOB, name: "c.example" });
    await send(alice, { ...TO_BOB, name: "stranger.example" });
    expect(arrived).toHaveLength(3);
    expect(failures).toEqual(["TLS_WRONG_NAME"]);
    expect(net.openConnections).toBe(2);
  });

  it("MUST close at once what says a TLS hello at a plain port", async () => {
    const alice = await open(ALICE, byName);
    await send(alice, { ...TO_BOB, remote: BOB });
    expect([failures, bob.counters.malformed]).toEqual([["TLS_NOT_SPOKEN"], 1]);
    expect(net.openConnections).toBe(0);
  });

  it("MUST give both ports back when the one for TLS cannot be had", async () => {
    const ports = fakePorts(net, BOB.host);
    const tls = { ...byName, identity: IDENTITY, listen: SECURE };
    const before = net.openSockets;
    const opened = await TransportLayer.open(ports, { listen: { ...BOB, port: 6000 }, tls });
    expect(opened.ok ? "opened" : opened.error.code).toBe("EADDRINUSE");
    expect(net.openSockets).toBe(before);
  });

  it("MUST close everything, its TLS port too", async () => {
    const alice = await open(ALICE, byName);
    await send(alice, TO_BOB);
    for (const layer of [alice, bob]) {
      const closed = layer.close();
      await clock.advanceAsync(2000);
      await closed;
    }
    expect(net.openSockets).toBe(0);
  });
});

describe("RFC 3261 §26.2.2, RFC 5630 §3 no way down", () => {
  it.each([target("udp", BOB), target("tcp", BOB)])(
    "MUST send a sips: request over nothing but TLS (%j)",
    async (where) => {
      const alice = await open(ALICE, byName);
      await send(alice, where, "sips:bob@b.example");
      await send(alice, where, "SIPS:bob@b.example");
      expect([failures, arrived]).toEqual([["TLS_ONLY", "TLS_ONLY"], []]);
      await send(alice, TO_BOB, "sips:bob@b.example");
      expect(arrived).toHaveLength(1);
    },
  );

  it("MUST send nothing by another transport where TLS is required, whatever a route says", async () => {
    const alice = await open(ALICE, { ...byName, isRequired: true });
    await send(alice, target("udp", BOB));
    await send(alice, target("tcp", BOB));
    await send(alice, { transport: "udp", local: ALICE, remote: BOB });
    expect([failures, arrived]).toEqual([["TLS_ONLY", "TLS_ONLY", "TLS_ONLY"], []]);
  });

  it("MUST take nothing by another transport where TLS is required", async () => {
    const alice = await open(ALICE, { ...byName, isRequired: true });
    const heard: string[] = [];
    alice.events.on("request", ({ request: got }) => heard.push(got.method));
    alice.events.on("malformed", () => heard.push("malformed"));
    await send(bob, target("udp", ALICE));
    await send(bob, target("tcp", ALICE));
    net.inject(BOB, ALICE, Buffer.from("nonsense"));
    await clock.advanceAsync(100);
    expect(heard).toEqual([]);
  });

  it("MUST not try TCP or UDP when TLS cannot be had", async () => {
    const alice = await open(ALICE, byName);
    net.spoilTls("TLS_VERSION");
    await send(alice, TO_BOB);
    expect([failures, arrived]).toEqual([["TLS_VERSION"], []]);
    expect(net.traffic.map(({ proto, to }) => `${proto} ${String(to.port)}`)).toEqual([
      "tcp-connect 5061",
    ]);
  });

  it("MUST open no plain connection for a response whose TLS connection is gone", async () => {
    const alice = await open(ALICE, byName);
    await send(alice, TO_BOB);
    const [first] = arrived;
    if (first === undefined) throw new Error("nothing arrived");
    net.resetTcp();
    await clock.advanceAsync(10);
    bob.sendResponse(responseTo(first.request, 200), first.flow, (error) => {
      failures.push(error.code);
    });
    await clock.advanceAsync(100);
    expect(failures).toEqual(["TLS_NOT_SPOKEN"]);
  });
});

describe("RFC 5923 §6 an alias proves nothing", () => {
  it("MUST not send over an inbound TLS connection what is for the sent-by it names", async () => {
    const trust = { kind: "fingerprint", sha256: IDENTITY.fingerprint } as const;
    const signal = new AbortController().signal;
    const connecting = net.host(ALICE.host).connectTls(SECURE, { signal, timeoutMs: 1000, trust });
    await clock.advanceAsync(100);
    const thief = await connecting;
    if (!thief.ok) throw new Error(thief.error.code);
    const got: string[] = [];
    thief.value.start({
      onData: (bytes) => got.push(bytes.toString("latin1")),
      onDrained: () => undefined,
      onEnd: () => undefined,
      onClose: () => undefined,
    });
    const options = requestOf("OPTIONS");
    const via = "SIP/2.0/TLS 10.0.0.1:5061;branch=z9hG4bKthief;alias";
    const headers = options.headers.prepend("Via", via);
    thief.value.write(serializeSipMessage({ ...options, headers }));
    await clock.advanceAsync(100);
    expect(arrived).toHaveLength(1);
    await send(bob, { ...target("tls", { ...ALICE, port: 5061 }) });
    expect([got, failures]).toEqual([[], ["ECONNREFUSED"]]);
  });
});
