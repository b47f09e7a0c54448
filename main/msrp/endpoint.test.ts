import { beforeEach, describe, expect, it } from "vitest";
import {
  MESSAGE,
  MemoryReceiver,
  MsrpBed,
  peerUri,
  type RawPeer,
  rawSend,
} from "../../tests/support/msrp-bed.ts";
import type { MsrpUri } from "../base/msrp-uri.ts";
import type { MsrpEndpoint } from "./endpoint.ts";
import type { MsrpSession } from "./session/session.ts";

let bed: MsrpBed;
beforeEach(() => {
  bed = new MsrpBed();
});

/** A passive session of ours and a peer that speaks to it by hand. */
async function passive(): Promise<{
  readonly ours: MsrpEndpoint;
  readonly uri: MsrpUri;
  readonly session: MsrpSession;
  readonly receiver: MemoryReceiver;
  readonly peer: RawPeer;
}> {
  const ours = await bed.endpoint("10.0.0.1");
  const uri = ours.newUri();
  const receiver = new MemoryReceiver();
  const session = ours.session({
    localUri: uri,
    remotePath: [peerUri()],
    role: "passive",
    receiver,
  });
  return { ours, uri, session, receiver, peer: await bed.connect(ours) };
}

describe("RFC 4975 §5.4 and RFC 6135 §4.2.2 binding", () => {
  it("MUST bind by a bodiless SEND sent at once by the active side, answered 200", async () => {
    const { sessionA, sessionB } = await bed.pair();
    expect((await sessionA.bound).ok).toBe(true);
    expect((await sessionB.bound).ok).toBe(true);
    const sent = bed.trace.drafts.filter((draft) => draft.dir === "out");
    expect(sent.map(({ summary }) => summary.method ?? summary.status)).toEqual(["SEND", 200]);
    expect(sent[0]?.summary).toMatchObject({ hasBody: false, flag: "$" });
  });

  it("MUST take data in the first SEND of a peer that sends no empty one", async () => {
    const { uri, session, receiver, peer } = await passive();
    await peer.say(rawSend({ to: uri, from: peerUri(), range: "1-5/5", body: "hello" }));
    expect(peer.responses()).toEqual(["tid4raw0 200"]);
    expect((await session.bound).ok).toBe(true);
    expect(receiver.bytes.toString()).toBe("hello");
  });

  it("lets a passive sender wait until the peer's first request", async () => {
    const { uri, session, peer } = await passive();
    const message = session.send({ ...MESSAGE, totalOctets: 2 });
    message.write(Buffer.from("hi"));
    message.finish();
    await bed.clock.advanceAsync(100);
    expect(peer.received).toBe("");
    await peer.say(rawSend({ to: uri, from: peerUri() }));
    expect(peer.received).toContain("\r\n\r\nhi\r\n-------");
  });

  it("MUST answer 481 to a request for no session of ours, whatever differs", async () => {
    const { uri, peer } = await passive();
    const others: MsrpUri[] = [
      { ...uri, sessionId: "unknown00" },
      { ...uri, sessionId: uri.sessionId?.toUpperCase() ?? "" },
      { ...uri, port: 1 },
      { ...uri, host: "10.0.0.77" },
      { ...uri, scheme: "msrps" },
      { ...uri, transport: "udp" },
    ];
    for (const to of others) await peer.say(rawSend({ to, from: peerUri() }));
    expect(peer.responses()).toEqual(others.map(() => "tid4raw0 481"));
  });

  it("MUST NOT relay: several URIs in To-Path are answered 481, and nothing is connected to", async () => {
    const { uri, peer } = await passive();
    const connects = bed.net.traffic.length;
    const text = rawSend({ to: uri, from: peerUri() });
    await peer.say(text.replace("\r\nFrom-Path", " msrp://127.0.0.1:22/x;tcp\r\nFrom-Path"));
    expect(peer.responses()).toEqual(["tid4raw0 481"]);
    expect(bed.net.traffic).toHaveLength(connects);
  });

  it("MUST answer 403 to a From-Path that is not the negotiated peer", async () => {
    const { uri, session, peer } = await passive();
    await peer.say(rawSend({ to: uri, from: peerUri("somebody") }));
    expect(peer.responses()).toEqual(["tid4raw0 403"]);
    await bed.clock.advanceAsync(30_000);
    expect((await session.bound).ok).toBe(false);
  });

  it("MUST answer 506 on another connection than the bound one", async () => {
    const { ours, uri, peer } = await passive();
    await peer.say(rawSend({ to: uri, from: peerUri() }));
    const second = await bed.connect(ours);
    await second.say(rawSend({ to: uri, from: peerUri() }));
    expect(second.responses()).toEqual(["tid4raw0 506"]);
    expect(peer.responses()).toEqual(["tid4raw0 200"]);
  });

  it("MUST answer 481 after the session closed, and end its connection", async () => {
    const { uri, session, peer } = await passive();
    await peer.say(rawSend({ to: uri, from: peerUri() }));
    void session.close();
    await bed.clock.advanceAsync(10);
    expect(peer.hasEnded).toBe(true);
    expect(peer.isClosed).toBe(true);
  });

  it("holds a request for a URI that was offered until its session is opened", async () => {
    const ours = await bed.endpoint("10.0.0.1");
    const uri = ours.newUri();
    const peer = await bed.connect(ours);
    await peer.say(rawSend({ to: uri, from: peerUri() }));
    await peer.say(rawSend({ to: uri, from: peerUri(), tid: "tid4raw1", body: "early" }));
    expect(peer.received).toBe("");
    const receiver = new MemoryReceiver();
    ours.session({ localUri: uri, remotePath: [peerUri()], role: "passive", receiver });
    await bed.clock.advanceAsync(10);
    expect(peer.responses()).toEqual(["tid4raw0 200", "tid4raw1 200"]);
    expect(receiver.bytes.toString()).toBe("early");
    await peer.say(
      rawSend({ to: uri, from: peerUri(), tid: "tid4raw2", messageId: "message2", body: "late" }),
    );
    expect(peer.responses()).toEqual(["tid4raw2 200"]);
  });

  it("holds requests for several sessions of one offer that are opened one after the other", async () => {
    const ours = await bed.endpoint("10.0.0.1");
    const uris = [ours.newUri(), ours.newUri()];
    const peer = await bed.connect(ours);
    const binds = uris.map((to, i) => rawSend({ to, from: peerUri(), tid: `tid4raw${String(i)}` }));
    await peer.say(binds.join(""));
    for (const localUri of uris) {
      ours.session({
        localUri,
        remotePath: [peerUri()],
        role: "passive",
        receiver: new MemoryReceiver(),
      });
      await bed.clock.advanceAsync(1000);
    }
    expect(peer.responses()).toEqual(["tid4raw0 200", "tid4raw1 200"]);
  });

  it("answers 481 to a held request whose session is not opened, and goes on", async () => {
    const { ours, uri, peer } = await passive();
    const never = ours.newUri();
    await peer.say(rawSend({ to: uri, from: peerUri() }));
    await peer.say(rawSend({ to: never, from: peerUri(), tid: "tid4raw1" }));
    await peer.say(rawSend({ to: uri, from: peerUri(), tid: "tid4raw2" }));
    expect(peer.responses()).toEqual(["tid4raw0 200"]);
    await bed.clock.advanceAsync(10_000);
    expect(peer.responses()).toEqual(["tid4raw1 481", "tid4raw2 200"]);
  });

  it("closes a connection that shows no request for a session in time", async () => {
    const { peer } = await passive();
    await peer.say("MSRP tid4raw0 SE");
    await bed.clock.advanceAsync(30_000);
    expect(peer.isClosed).toBe(true);
  });

  it("closes what is not MSRP at once, without an answer", async () => {
    const { peer } = await passive();
    await peer.say("GET / HTTP/1.1\r\n");
    expect(peer.isClosed).toBe(true);
    expect(peer.received).toBe("");
  });

  it("MUST fail an active session that nobody answers", async () => {
    const a = await bed.endpoint("10.0.0.1");
    const session = a.session({
      localUri: a.newUri(),
      remotePath: [{ ...peerUri(), port: 9 }],
      role: "active",
      receiver: new MemoryReceiver(),
    });
    const closed: unknown[] = [];
    session.events.on("closed", (event) => closed.push(event.failure?.kind));
    await bed.clock.advanceAsync(100);
    expect(await session.bound).toMatchObject({ ok: false, error: { kind: "connect-failed" } });
    expect(closed).toEqual(["connect-failed"]);
    await expect(session.send(MESSAGE).outcome).resolves.toMatchObject({ kind: "closed" });
  });

  it("fails a passive session whose peer never comes", async () => {
    const { session } = await passive();
    await bed.clock.advanceAsync(30_000);
    expect(await session.bound).toMatchObject({ ok: false, error: { kind: "bind-timeout" } });
  });
});

/** Jain's index: 1 when all got the same, 1/n when one got everything. */
function fairness(shares: readonly number[]): number {
  const sum = shares.reduce((all, share) => all + share, 0);
  const squares = shares.reduce((all, share) => all + share * share, 0);
  return (sum * sum) / (shares.length * squares);
}

describe("RFC 4975 §5.4 sharing a connection", () => {
  const two = several;

  async function several(groups: readonly string[]): Promise<{
    readonly sessions: readonly MsrpSession[];
    readonly receivers: readonly MemoryReceiver[];
  }> {
    const a = await bed.endpoint("10.0.0.1");
    const b = await bed.endpoint("10.0.0.2");
    const receivers = groups.map(() => new MemoryReceiver());
    const sessions = receivers.map((receiver, i) => {
      const [uriA, uriB] = [a.newUri(), b.newUri()];
      b.session({ localUri: uriB, remotePath: [uriA], role: "passive", receiver });
      return a.session({
        localUri: uriA,
        remotePath: [uriB],
        role: "active",
        receiver: new MemoryReceiver(),
        connectionGroup: groups[i] ?? "",
      });
    });
    await bed.clock.advanceAsync(10);
    return { sessions, receivers };
  }

  it("SHOULD use one connection for sessions to the same host and port", async () => {
    await two(["offer", "offer"]);
    expect(bed.net.openConnections).toBe(1);
  });

  it("keeps sessions of different groups apart", async () => {
    await two(["offer 1", "offer 2"]);
    expect(bed.net.openConnections).toBe(2);
  });

  it("SHOULD interleave their messages fairly", async () => {
    const { sessions, receivers } = await two(["offer", "offer"]);
    const size = 3_000_000;
    const messages = sessions.map((session, i) => {
      const message = session.send({ ...MESSAGE, totalOctets: size });
      message.write(Buffer.alloc(size, i + 1));
      message.finish();
      return message;
    });
    await bed.clock.advanceUntil(() => receivers.every((r) => r.bytes.length > 1_000_000), 10_000);
    const progress = receivers.map((receiver) => receiver.bytes.length);
    expect(Math.abs((progress[0] ?? 0) - (progress[1] ?? 0))).toBeLessThan(1_100_000);
    await bed.clock.advanceAsync(10_000);
    for (const message of messages) {
      expect(await message.outcome).toEqual({ kind: "acknowledged" });
    }
    expect(
      receivers.map((r) => r.bytes.equals(Buffer.alloc(size, receivers.indexOf(r) + 1))),
    ).toEqual([true, true]);
  });

  it.each([
    ["on one connection", ["offer", "offer", "offer", "offer"]],
    ["on connections of their own", ["1", "2", "3", "4"]],
  ])("SHOULD share the link fairly among four files %s", async (_where, groups) => {
    const { sessions, receivers } = await several(groups);
    const size = 4_000_000;
    for (const session of sessions) {
      const message = session.send({ ...MESSAGE, totalOctets: size });
      message.write(Buffer.alloc(size));
      message.finish();
    }
    const sum = (): number => receivers.reduce((all, { bytes }) => all + bytes.length, 0);
    await bed.clock.advanceUntil(() => sum() > 2 * size, 60_000);
    expect(fairness(receivers.map(({ bytes }) => bytes.length))).toBeGreaterThan(0.95);
  });

  it("MUST NOT close a connection that another session uses, and ends an open chunk in it with #", async () => {
    const { sessions, receivers } = await two(["offer", "offer"]);
    const [first, second] = sessions;
    const broken = first?.send(MESSAGE);
    broken?.write(Buffer.from("unfinished"));
    await bed.clock.advanceAsync(10);
    await first?.close();
    const message = second?.send(MESSAGE);
    message?.write(Buffer.from("whole"));
    message?.finish();
    await bed.clock.advanceAsync(20);
    expect(receivers[0]?.flags).toEqual(["#"]);
    expect(receivers[1]?.bytes.toString()).toBe("whole");
    expect(bed.net.openConnections).toBe(1);
    void second?.close();
    await bed.clock.advanceAsync(10);
    expect(bed.net.openConnections).toBe(0);
  });
});

describe("RFC 4975 §5.4 closing", () => {
  it("sends our last 200 and REPORT before the connection ends", async () => {
    const { uri, session, receiver, peer } = await passive();
    receiver.answer = "later";
    await peer.say(rawSend({ to: uri, from: peerUri(), range: "1-5/5", body: "hello" }));
    receiver.replies[0]?.(200);
    session.report({ messageId: "message1", range: { start: 1, end: 5, total: 5 }, status: 200 });
    void session.close();
    await bed.clock.advanceAsync(10);
    expect(peer.received).toContain("MSRP tid4raw0 200 OK");
    expect(peer.received).toContain("Status: 000 200");
    expect(peer.isClosed).toBe(true);
  });

  it("tells sessions when the peer closes, and breaks the chunk that was open", async () => {
    const { uri, session, receiver, peer } = await passive();
    const closed: unknown[] = [];
    session.events.on("closed", (event) => closed.push(event.failure?.kind));
    await peer.say(rawSend({ to: uri, from: peerUri(), body: "half of a file" }).slice(0, -20));
    peer.tcp.destroy();
    await bed.clock.advanceAsync(10);
    expect(receiver.broken).toBe(1);
    expect(closed).toEqual(["connection-lost"]);
  });

  it("leaves no socket and no timer behind", async () => {
    const { a, b, sessionA, atB } = await bed.pair();
    const message = sessionA.send(MESSAGE);
    message.write(Buffer.alloc(100_000));
    message.finish();
    await bed.clock.advanceAsync(100);
    expect(atB.bytes).toHaveLength(100_000);
    void a.close();
    void b.close();
    await bed.clock.advanceAsync(100);
    expect(bed.net.openSockets).toBe(0);
    expect(bed.clock.pendingTimers).toBe(0);
  });
});

describe("RFC 4975 §14 hostile peers", () => {
  it("ends the oldest unbound connection where more come than allowed", async () => {
    const ours = await bed.endpoint("10.0.0.1", { maxUnboundConnections: 2 });
    const peers = [await bed.connect(ours), await bed.connect(ours), await bed.connect(ours)];
    await bed.clock.advanceAsync(10);
    expect(peers.map((peer) => peer.isClosed)).toEqual([true, false, false]);
  });

  it("stops reading a peer that does not read our answers", async () => {
    const { uri, peer } = await passive();
    peer.tcp.pause();
    const flood = rawSend({ to: uri, from: peerUri() }).repeat(300);
    for (let i = 0; i < 100; i += 1) await peer.say(flood);
    // What we do not read stays in the peer's own queue instead of our memory.
    expect(peer.tcp.queuedOctets).toBeGreaterThan(1_000_000);
  });

  it("gives up a peer that takes no octet for a minute", async () => {
    const { uri, session, peer } = await passive();
    await peer.say(rawSend({ to: uri, from: peerUri() }));
    peer.tcp.pause();
    const closed: unknown[] = [];
    session.events.on("closed", (event) => closed.push(event.failure?.message));
    const message = session.send({ ...MESSAGE, failureReport: "no" });
    message.write(Buffer.alloc(1_000_000));
    await bed.clock.advanceAsync(61_000);
    expect(closed).toEqual(["the peer takes no octets"]);
    expect((await message.outcome).kind).toBe("closed");
  });
});
