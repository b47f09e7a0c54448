import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeNet } from "../../../tests/support/fake-net.ts";
import {
  type FakePorts,
  fakePorts,
  openTransport,
  requestOf,
  target,
} from "../../../tests/support/sip-pair.ts";
import type { HostPort } from "../../base/host-port.ts";
import type { SocketError, TcpConnection } from "../../base/ports.ts";
import { responseTo } from "../message/build.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { serializeSipMessage } from "../message/serialize.ts";
import type { Flow } from "./flow.ts";
import type { SentVia, TransportLayer } from "./transport-layer.ts";
import { OPEN_DEVICE_LIMITS, OPEN_LIMITS, type TransportLimits } from "./transport-options.ts";

const ALICE = { host: "10.0.0.1", port: 5060 };
const BOB = { host: "10.0.0.2", port: 5070 };
const LARGE = Buffer.alloc(1400, 0x61);

let clock: FakeClock;
let net: FakeNet;
let alicePorts: FakePorts;
let alice: TransportLayer;
let bob: TransportLayer;
let requests: { readonly request: SipRequest; readonly flow: Flow }[];
let responses: { readonly response: SipResponse; readonly flow: Flow }[];
let failures: string[];
let moves: SentVia[];

beforeEach(async () => {
  clock = new FakeClock();
  net = new FakeNet(clock);
  alicePorts = fakePorts(net, ALICE.host);
  alice = await openTransport(alicePorts, ALICE);
  bob = await openTransport(fakePorts(net, BOB.host), BOB);
  requests = [];
  responses = [];
  failures = [];
  moves = [];
  bob.events.on("request", (event) => requests.push(event));
  alice.events.on("response", (event) => responses.push(event));
});

function withVia(request: SipRequest, branch = "z9hG4bKtest"): SipRequest {
  const via = `SIP/2.0/UDP placeholder;branch=${branch}`;
  return { ...request, headers: request.headers.prepend("Via", via) };
}

function onFailure(error: SocketError): void {
  failures.push(error.code);
}

function send(transport: "udp" | "tcp" | "tls", body = Buffer.alloc(0), remote = BOB): SentVia {
  return alice.sendRequest(
    withVia(requestOf("MESSAGE", { body })),
    target(transport, remote),
    onFailure,
    (sent) => moves.push(sent),
  );
}

function firstRequest(): { readonly request: SipRequest; readonly flow: Flow } {
  const [first] = requests;
  if (first === undefined) throw new Error("nothing arrived");
  return first;
}

/** A connection of a peer that speaks octets, with what it got. */
async function connectRaw(
  to: HostPort,
  host = "10.0.0.9",
): Promise<{
  readonly connection: TcpConnection;
  readonly got: string[];
  readonly ends: string[];
}> {
  const connecting = net.host(host).connectTcp(to, {
    signal: new AbortController().signal,
    timeoutMs: 1000,
  });
  await clock.advanceAsync(10);
  const connected = await connecting;
  if (!connected.ok) throw new Error(connected.error.code);
  const got: string[] = [];
  const ends: string[] = [];
  connected.value.start({
    onData: (bytes) => got.push(bytes.toString("latin1")),
    onDrained: () => undefined,
    onEnd: () => {
      ends.push("end");
      connected.value.end();
    },
    onClose: (error) => ends.push(error?.code ?? "close"),
  });
  return { connection: connected.value, got, ends };
}

describe("RFC 3261 §18.1.1 sending requests", () => {
  it("MUST write transport and sent-by into the top Via and ask for rport over UDP", async () => {
    const sent = send("udp");
    expect(sent.request.headers.get("Via")).toBe(
      "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKtest;rport",
    );
    await clock.advanceAsync(10);
    expect(firstRequest().flow).toEqual({ transport: "udp", local: BOB, remote: ALICE });
  });

  it("MUST send a request over 1300 octets over TCP, with TCP in its Via", async () => {
    const sent = send("udp", LARGE);
    expect(sent.transport).toBe("tcp");
    await clock.advanceAsync(10);
    expect(firstRequest().flow.transport).toBe("tcp");
    expect(firstRequest().request.headers.get("Via")).toContain("SIP/2.0/TCP 10.0.0.1:5060");
    expect(firstRequest().request.body.equals(LARGE)).toBe(true);
    expect(net.traffic.filter((each) => each.proto === "udp")).toEqual([]);
  });

  it("MUST keep a request of at most 1300 octets on UDP", async () => {
    const empty = serializeSipMessage(send("udp").request).length;
    send("udp", Buffer.alloc(1300 - empty - 3));
    send("udp", Buffer.alloc(1301 - empty - 3));
    await clock.advanceAsync(20);
    expect(requests.map((each) => each.flow.transport)).toEqual(["udp", "udp", "tcp"]);
  });

  it("SHOULD retry over UDP when the TCP attempt made only because of size is refused", async () => {
    net.refuseTcp({ to: BOB.host });
    send("udp", LARGE);
    await clock.advanceAsync(10);
    expect(moves.map((sent) => sent.transport)).toEqual(["udp"]);
    expect(firstRequest().flow.transport).toBe("udp");
    expect(firstRequest().request.headers.get("Via")).toContain("SIP/2.0/UDP");
    expect(failures).toEqual([]);
  });

  it("remembers for a minute that a place has no TCP", async () => {
    net.refuseTcp({ to: BOB.host });
    send("udp", LARGE);
    await clock.advanceAsync(10);
    expect(send("udp", LARGE).transport).toBe("udp");
    await clock.advanceAsync(61_000);
    expect(send("udp", LARGE).transport).toBe("tcp");
  });

  it("falls back within 4 s when nothing answers the size-made TCP attempt", async () => {
    net.blackhole({ from: BOB.host, to: ALICE.host });
    send("udp", LARGE);
    await clock.advanceAsync(4010);
    expect(moves).toHaveLength(1);
    expect(requests).toHaveLength(1);
  });

  it("MUST NOT fall back when the target itself is TCP, and tells the failure", async () => {
    net.refuseTcp({ to: BOB.host });
    send("tcp");
    expect(failures).toEqual([]);
    await clock.advanceAsync(10);
    expect(failures).toEqual(["ECONNREFUSED"]);
    expect(requests).toEqual([]);
  });

  it("refuses what no datagram can hold, and TLS", async () => {
    net.refuseTcp({ to: BOB.host });
    send("udp", Buffer.alloc(65_600));
    send("tls");
    await clock.advanceAsync(10);
    expect(failures.toSorted()).toEqual(["EMSGSIZE", "EPROTONOSUPPORT"]);
  });

  it("opens one connection for requests that are sent at once, and keeps using it", async () => {
    for (let i = 0; i < 5; i += 1) send("tcp");
    await clock.advanceAsync(10);
    send("tcp");
    await clock.advanceAsync(10);
    expect(requests).toHaveLength(6);
    expect(net.openConnections).toBe(1);
  });

  it("sends to a flow over its connection or not at all (RFC 5626 §5.3)", async () => {
    send("tcp");
    await clock.advanceAsync(10);
    const heard: SipRequest[] = [];
    alice.events.on("request", ({ request }) => heard.push(request));
    bob.sendRequest(withVia(requestOf("OPTIONS")), firstRequest().flow, onFailure);
    await clock.advanceAsync(10);
    expect(heard.map((request) => request.method)).toEqual(["OPTIONS"]);
    net.resetTcp();
    await clock.advanceAsync(10);
    bob.sendRequest(withVia(requestOf("OPTIONS")), firstRequest().flow, onFailure);
    await clock.advanceAsync(10);
    expect(failures).toEqual(["FLOW_GONE"]);
  });

  it("bounds what waits for a connection that is being opened", async () => {
    net.blackhole({ from: ALICE.host, to: BOB.host });
    for (let i = 0; i < 20; i += 1) send("tcp", Buffer.alloc(60_000));
    await clock.advanceAsync(1);
    expect(failures.length).toBeGreaterThan(0);
    expect(new Set(failures)).toEqual(new Set(["ENOBUFS"]));
    await clock.advanceAsync(10_001);
    expect(failures).toHaveLength(20);
  });
});

describe("RFC 5923 connection reuse by alias", () => {
  it("sends to the sent-by of an inbound connection over that connection", async () => {
    send("tcp");
    await clock.advanceAsync(10);
    bob.sendRequest(withVia(requestOf("OPTIONS")), target("tcp", ALICE), onFailure);
    await clock.advanceAsync(10);
    expect(net.openConnections).toBe(1);
  });

  it("MUST NOT believe an alias for an address that the connection does not come from", async () => {
    const thief = await connectRaw(BOB);
    const via = "SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bKthief;alias";
    const request = requestOf("OPTIONS");
    thief.connection.write(
      serializeSipMessage({ ...request, headers: request.headers.prepend("Via", via) }),
    );
    await clock.advanceAsync(10);
    const heard: string[] = [];
    alice.events.on("request", ({ request: got }) => heard.push(got.method));
    bob.sendRequest(withVia(requestOf("MESSAGE")), target("tcp", ALICE), onFailure);
    await clock.advanceAsync(10);
    expect(heard).toEqual(["MESSAGE"]);
    expect(thief.got).toEqual([]);
  });
});

describe("RFC 3261 §18.2.1 receiving requests", () => {
  async function sendRaw(via: string): Promise<string> {
    const udp = await net
      .host("10.0.0.9")
      .bindUdp(
        { host: "10.0.0.9", port: 4000 },
        { onMessage: () => undefined, onError: () => undefined },
      );
    if (!udp.ok) throw new Error(udp.error.code);
    const request = requestOf("OPTIONS");
    udp.value.send(
      serializeSipMessage({ ...request, headers: request.headers.prepend("Via", via) }),
      BOB,
    );
    await clock.advanceAsync(10);
    return firstRequest().request.headers.get("Via") ?? "";
  }

  it("MUST add received when sent-by is not where the request came from", async () => {
    expect(await sendRaw("SIP/2.0/UDP pc.a.example;branch=z9hG4bK1")).toBe(
      "SIP/2.0/UDP pc.a.example;branch=z9hG4bK1;received=10.0.0.9",
    );
  });

  it("leaves a Via alone whose sent-by is right", async () => {
    expect(await sendRaw("SIP/2.0/UDP 10.0.0.9:4000;branch=z9hG4bK1")).toBe(
      "SIP/2.0/UDP 10.0.0.9:4000;branch=z9hG4bK1",
    );
  });

  it("MUST fill rport and add received when asked (RFC 3581 §4)", async () => {
    expect(await sendRaw("SIP/2.0/UDP 10.0.0.9;rport;branch=z9hG4bK1")).toBe(
      "SIP/2.0/UDP 10.0.0.9;rport=4000;branch=z9hG4bK1;received=10.0.0.9",
    );
  });

  it("overwrites a received that the sender invented", async () => {
    expect(await sendRaw("SIP/2.0/UDP 10.0.0.9:4000;received=10.6.6.6;branch=z9hG4bK1")).toBe(
      "SIP/2.0/UDP 10.0.0.9:4000;branch=z9hG4bK1",
    );
  });
});

describe("RFC 3261 §18.2.2 sending responses", () => {
  function answer(): void {
    const { request, flow } = firstRequest();
    bob.sendResponse(responseTo(request, 200), flow, onFailure);
  }

  it.each(["udp", "tcp"] as const)("MUST bring the response back over %s", async (transport) => {
    send(transport);
    await clock.advanceAsync(10);
    answer();
    await clock.advanceAsync(10);
    expect(responses.map((each) => each.response.status)).toEqual([200]);
    expect(net.openConnections).toBe(transport === "tcp" ? 1 : 0);
  });

  it("SHOULD open a new connection to sent-by when the request's connection is gone", async () => {
    send("tcp");
    await clock.advanceAsync(10);
    net.resetTcp();
    await clock.advanceAsync(10);
    answer();
    await clock.advanceAsync(10);
    expect(responses.map((each) => each.response.status)).toEqual([200]);
    expect(failures).toEqual([]);
  });

  it("tells the failure when that connection cannot be opened either", async () => {
    send("tcp");
    await clock.advanceAsync(10);
    net.resetTcp();
    net.refuseTcp({ to: ALICE.host });
    await clock.advanceAsync(10);
    answer();
    await clock.advanceAsync(10);
    expect(failures).toEqual(["ECONNREFUSED"]);
  });
});

describe("RFC 3261 §18.1.2 receiving responses", () => {
  it("MUST discard a response whose top Via is not ours", async () => {
    send("udp");
    await clock.advanceAsync(10);
    const { request, flow } = firstRequest();
    const forged = responseTo(request, 200);
    const headers = forged.headers.set(
      "Via",
      "SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bKtest;received=10.0.0.1;rport=5060",
    );
    bob.sendResponse({ ...forged, headers }, flow, onFailure);
    await clock.advanceAsync(10);
    expect(responses).toEqual([]);
    expect(alice.counters.misrouted).toBe(1);
  });
});

describe("RFC 3261 §18.3 framing", () => {
  async function datagram(text: string): Promise<string[]> {
    const got: string[] = [];
    const udp = await net.host("10.0.0.9").bindUdp(
      { host: "10.0.0.9", port: 4000 },
      {
        onMessage: (bytes) => got.push(bytes.toString("latin1").split("\r\n")[0] ?? ""),
        onError: () => undefined,
      },
    );
    if (!udp.ok) throw new Error(udp.error.code);
    udp.value.send(Buffer.from(text), BOB);
    await clock.advanceAsync(10);
    return got;
  }

  const head = [
    "Via: SIP/2.0/UDP 10.0.0.9:4000;branch=z9hG4bK1",
    "From: <sip:a@a>;tag=1",
    "To: <sip:b@b>",
    "Call-ID: c",
  ].join("\r\n");

  it("SHOULD refuse a request whose body is cut short with 400, and not pass it on", async () => {
    const text = `OPTIONS sip:b SIP/2.0\r\n${head}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 9\r\n\r\nabc`;
    expect(await datagram(text)).toEqual(["SIP/2.0 400 Bad Request"]);
    expect(requests).toEqual([]);
    expect(bob.counters.malformed).toBe(1);
  });

  it("MUST NOT answer an ACK or a response that is cut short", async () => {
    const rest = `${head}\r\nCSeq: 1 ACK\r\nContent-Length: 9\r\n\r\nabc`;
    expect(await datagram(`ACK sip:b SIP/2.0\r\n${rest}`)).toEqual([]);
    expect(bob.counters.malformed).toBe(1);
  });

  it("passes over keep-alives and other noise in datagrams", async () => {
    expect(await datagram("\r\n\r\n")).toEqual([]);
    expect(bob.counters.malformed).toBe(0);
  });

  it("closes a connection on which framing is lost", async () => {
    const peer = await connectRaw(BOB);
    peer.connection.write(Buffer.from("nonsense\r\n\r\n"));
    await clock.advanceAsync(10);
    expect(bob.counters.malformed).toBe(1);
    expect(bob.connections).toBe(0);
    expect(peer.ends).toContain("end");
  });

  it("answers a ping with a pong (RFC 5626 §3.5.1)", async () => {
    const peer = await connectRaw(BOB);
    peer.connection.write(Buffer.from("\r\n\r\n"));
    await clock.advanceAsync(10);
    expect(peer.got).toEqual(["\r\n"]);
  });

  it("does not pile up pongs for a peer that pings without end and reads none of them", async () => {
    const peer = await connectRaw(BOB);
    peer.connection.pause();
    for (let i = 0; i < 20; i += 1) {
      peer.connection.write(Buffer.from("\r\n\r\n".repeat(16_000)));
      await clock.advanceAsync(10);
    }
    peer.connection.resume();
    await clock.advanceAsync(100);
    const pongs = peer.got.join("").length / 2;
    expect(pongs).toBeGreaterThan(1000);
    expect(pongs).toBeLessThan(100_000);
  });

  it("reads a message that arrives octet by octet", async () => {
    net = new FakeNet(clock, { segmentOctets: 1 });
    const a = await openTransport(fakePorts(net, ALICE.host), ALICE);
    const b = await openTransport(fakePorts(net, BOB.host), BOB);
    b.events.on("request", (event) => requests.push(event));
    a.sendRequest(withVia(requestOf("MESSAGE", { body: LARGE })), target("tcp", BOB), onFailure);
    await clock.advanceAsync(10);
    expect(firstRequest().request.body.equals(LARGE)).toBe(true);
  });
});

describe("RFC 3261 §18 limits of connections", () => {
  it("closes an inbound connection that brings no whole message within 32 s", async () => {
    const peer = await connectRaw(BOB);
    peer.connection.write(Buffer.from("OPTIONS sip:b SIP/2.0\r\n"));
    await clock.advanceAsync(31_000);
    expect(bob.connections).toBe(1);
    await clock.advanceAsync(1000);
    expect(bob.connections).toBe(0);
  });

  it("closes a connection that has been idle for 900 s", async () => {
    send("tcp");
    await clock.advanceAsync(600_000);
    send("tcp");
    await clock.advanceAsync(600_000);
    expect(bob.connections).toBe(1);
    await clock.advanceAsync(310_000);
    expect(bob.connections + alice.connections).toBe(0);
  });

  async function listening(limits: Partial<TransportLimits>): Promise<TransportLayer> {
    const listen = { host: "10.0.0.4", port: 5060 };
    return openTransport(fakePorts(net, listen.host), listen, { limits });
  }

  async function connect(...hosts: readonly string[]): Promise<void> {
    for (const host of hosts) await connectRaw({ host: "10.0.0.4", port: 5060 }, host);
    await clock.advanceAsync(10);
  }

  it("turns away inbound connections over the limit of a host", async () => {
    const layer = await listening({ inboundConnectionsPerHost: 2 });
    await connect("10.0.1.1", "10.0.1.1", "10.0.1.1", "10.0.1.2");
    expect(layer.connections).toBe(3);
    expect(layer.counters.refusedConnections).toBe(1);
  });

  it("turns away those of a host behind which nobody is known, 20 where anybody can reach it", async () => {
    const layer = await listening(OPEN_LIMITS);
    await connect(...Array.from({ length: 25 }, () => "10.0.1.1"), "10.0.1.2");
    expect(layer.connections).toBe(21);
    expect(layer.counters.refusedConnections).toBe(5);
  });

  it("drops the oldest of whoever has most of them for a newcomer when there are too many", async () => {
    const layer = await listening({ inboundConnections: 3 });
    const first = await connectRaw({ host: "10.0.0.4", port: 5060 }, "10.0.1.2");
    await connect("10.0.1.1", "10.0.1.1", "10.0.1.3");
    expect(layer.connections).toBe(3);
    expect(first.ends).toEqual([]);
    expect(layer.counters.refusedConnections).toBe(0);
  });

  it("never drops one that was vouched for: then the newcomer has to go", async () => {
    const layer = await listening({ inboundConnections: 2, unprovenConnectionsPerHost: 1 });
    layer.events.on("request", ({ flow }) => {
      layer.vouch(flow);
    });
    const request = requestOf("OPTIONS");
    const via = "SIP/2.0/TCP 10.0.1.1:5060;branch=z9hG4bKknown";
    const bytes = serializeSipMessage({ ...request, headers: request.headers.prepend("Via", via) });
    for (let i = 0; i < 3; i += 1) {
      const peer = await connectRaw({ host: "10.0.0.4", port: 5060 }, "10.0.1.1");
      peer.connection.write(bytes);
      await clock.advanceAsync(10);
    }
    expect(layer.connections).toBe(2);
    expect(layer.counters.refusedConnections).toBe(1);
  });

  it("takes 16 on a device that anybody can reach", async () => {
    const layer = await listening(OPEN_DEVICE_LIMITS);
    await connect(...Array.from({ length: 40 }, (_, i) => `10.0.1.${String(i + 1)}`));
    expect(layer.connections).toBe(16);
  });
});

describe("RFC 3261 §18 over IPv6", () => {
  it("MUST write IPv6 sent-by in brackets and find its way back", async () => {
    const a = { host: "2001:db8::1", port: 5060 };
    const b = { host: "2001:db8::2", port: 5060 };
    const layerA = await openTransport(fakePorts(net, a.host), a);
    const layerB = await openTransport(fakePorts(net, b.host), b);
    const statuses: number[] = [];
    layerB.events.on("request", ({ request, flow }) => {
      layerB.sendResponse(responseTo(request, 200), flow, onFailure);
    });
    layerA.events.on("response", ({ response }) => statuses.push(response.status));
    for (const transport of ["udp", "tcp"] as const) {
      const sent = layerA.sendRequest(
        withVia(requestOf("OPTIONS")),
        target(transport, b),
        onFailure,
      );
      expect(sent.request.headers.get("Via")).toContain(" [2001:db8::1]:5060;");
      await clock.advanceAsync(10);
    }
    expect(statuses).toEqual([200, 200]);
  });
});

describe("RFC 3261 §18 opening and closing a transport", () => {
  it("takes one port for UDP and TCP when the system chooses", async () => {
    const layer = await openTransport(fakePorts(net, "10.0.0.5"), { host: "10.0.0.5", port: 0 });
    expect(layer.local.port).toBeGreaterThan(0);
    send("udp", Buffer.alloc(0), layer.local);
    send("tcp", Buffer.alloc(0), layer.local);
    const heard: string[] = [];
    layer.events.on("request", ({ flow }) => heard.push(flow.transport));
    await clock.advanceAsync(10);
    expect(heard.toSorted()).toEqual(["tcp", "udp"]);
  });

  it("fails when the port is taken", async () => {
    await expect(openTransport(fakePorts(net, BOB.host), BOB)).rejects.toThrow("EADDRINUSE");
  });

  it("leaves no socket and no timer behind", async () => {
    send("tcp");
    send("udp");
    await clock.advanceAsync(10);
    await alice.close();
    await bob.close();
    await clock.advanceAsync(10);
    expect(net.openSockets).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("RFC 3261 §18 trace tap", () => {
  it("records each message once, as it went over the wire", async () => {
    const sent = send("tcp", LARGE);
    await clock.advanceAsync(10);
    const { request, flow } = firstRequest();
    bob.sendResponse(responseTo(request, 200), flow, onFailure);
    await clock.advanceAsync(10);
    const [out, into] = alicePorts.trace.drafts;
    expect(alicePorts.trace.drafts).toHaveLength(2);
    expect(out).toMatchObject({ dir: "out", transport: "tcp", remote: "10.0.0.2:5070" });
    expect(Buffer.from(out?.raw ?? [])).toEqual(serializeSipMessage(sent.request));
    expect(into).toMatchObject({ dir: "in", summary: { status: 200, callId: "call-1" } });
  });
});

describe("RFC 5626 §4.4.1 keep-alive of a flow", () => {
  const TCP = target("tcp", BOB);
  let lost: number;

  beforeEach(() => {
    lost = 0;
  });

  async function keep(): Promise<() => void> {
    send("tcp");
    await clock.advanceAsync(10);
    return alice.keepAlive(
      TCP,
      () => 100_000,
      () => {
        lost += 1;
      },
    );
  }

  it("MUST ping as often as told, and go on while pongs come", async () => {
    await keep();
    await clock.advanceAsync(2_000_000);
    expect(lost).toBe(0);
    expect(alice.connections).toBe(1);
  });

  it("MUST take the flow for failed when no pong comes in 10 s, and close it", async () => {
    await keep();
    net.blackhole({ from: ALICE.host, to: BOB.host });
    await clock.advanceAsync(109_000);
    expect(lost).toBe(0);
    await clock.advanceAsync(2000);
    expect(lost).toBe(1);
    expect(alice.connections).toBe(0);
  });

  it("says at once that the connection is gone", async () => {
    await keep();
    net.resetTcp();
    await clock.advanceAsync(10);
    expect(lost).toBe(1);
  });

  it("MUST NOT ping any more when it was told to stop", async () => {
    const stop = await keep();
    stop();
    net.blackhole({ from: ALICE.host, to: BOB.host });
    await clock.advanceAsync(500_000);
    expect(lost).toBe(0);
  });

  it("says so when there is no connection, and over UDP, where it would take STUN", async () => {
    for (const transport of ["tcp", "udp"] as const) {
      alice.keepAlive(
        target(transport, BOB),
        () => 1,
        () => {
          lost += 1;
        },
      );
    }
    await clock.advanceAsync(1);
    expect(lost).toBe(2);
  });
});
