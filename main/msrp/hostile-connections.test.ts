import { describe, expect, it } from "vitest";
import {
  MESSAGE,
  MemoryReceiver,
  MsrpBed,
  peerUri,
  type RawPeer,
  type RawSend,
  type RawSession,
  rawSend,
} from "../../tests/support/msrp-bed.ts";
import { formatMsrpUri, type MsrpUri } from "../base/msrp-uri.ts";
import type { SessionOptions } from "./session/session.ts";

interface Scene extends RawSession {
  readonly bed: MsrpBed;
  readonly closed: (string | undefined)[];
}

async function scene(
  options: Partial<SessionOptions> = {},
  segmentOctets?: number,
): Promise<Scene> {
  const bed = new MsrpBed(segmentOctets);
  const raw = await bed.withRawPeer(options);
  const closed: (string | undefined)[] = [];
  raw.session.events.on("closed", ({ failure }) => closed.push(failure?.kind));
  return { ...raw, bed, closed };
}

function sendTo(uri: MsrpUri, send: Partial<RawSend> = {}): string {
  return rawSend({ to: uri, from: peerUri(), ...send });
}

async function statusesOf(peer: RawPeer, text: string): Promise<readonly string[]> {
  await peer.say(text);
  return peer.responses().map((line) => line.split(" ")[1] ?? "");
}

/** Everything that our side held is gone once both ends are. */
async function expectNothingLeft(
  { bed, ours }: Pick<Scene, "bed" | "ours">,
  ...peers: readonly RawPeer[]
): Promise<void> {
  for (const peer of peers) peer.tcp.destroy();
  void ours.close();
  await bed.clock.advanceAsync(60_000);
  expect([bed.net.openSockets, bed.clock.pendingTimers]).toEqual([0, 0]);
}

describe("RFC 4975 §14 connections that show nothing", () => {
  async function unbound(): Promise<Pick<Scene, "bed" | "ours"> & { readonly peer: RawPeer }> {
    const bed = new MsrpBed();
    const ours = await bed.endpoint("10.0.0.1");
    return { bed, ours, peer: await bed.connect(ours) };
  }

  it("1 MUST close one that is silent after 30 s", async () => {
    const { bed, ours, peer } = await unbound();
    await bed.clock.advanceAsync(29_000);
    expect(peer.isClosed).toBe(false);
    await bed.clock.advanceAsync(2000);
    expect(peer.isClosed).toBe(true);
    await expectNothingLeft({ bed, ours });
  });

  it("2 MUST close a slow loris after 30 s, however often it writes", async () => {
    const { bed, ours, peer } = await unbound();
    const head = `MSRP tid4slow SEND\r\nTo-Path: msrp://10.0.0.1:${String(ours.local.port)}/`;
    for (const char of head.slice(0, 16)) {
      await peer.say(char);
      await bed.clock.advanceAsync(2000);
    }
    expect(peer.isClosed).toBe(true);
    await expectNothingLeft({ bed, ours });
  });

  it("3 MUST close one that only asks for sessions that it guesses, and answer each with 481", async () => {
    const { bed, ours, peer } = await unbound();
    const guess = (n: number): string =>
      sendTo({ ...ours.newUri(), sessionId: `guess${String(n)}` }, { tid: "tid4gues" });
    const all = Array.from({ length: 2000 }, (_, n) => guess(n)).join("");
    const statuses = await statusesOf(peer, all);
    await bed.clock.advanceAsync(1000);
    const rest = peer.responses().map((line) => line.split(" ")[1] ?? "");
    expect(new Set([...statuses, ...rest])).toEqual(new Set(["481"]));
    expect(statuses.length + rest.length).toBe(2000);
    await bed.clock.advanceAsync(30_000);
    expect(peer.isClosed).toBe(true);
    await expectNothingLeft({ bed, ours });
  });

  it("4 MUST close one that sends responses and no request", async () => {
    const { bed, ours, peer } = await unbound();
    await peer.say(
      "MSRP tid4resp 200 OK\r\nTo-Path: msrp://h:1/s;tcp\r\nFrom-Path: msrp://h:1/p;tcp\r\n-------tid4resp$\r\n",
    );
    expect([peer.received, peer.isClosed]).toEqual(["", false]);
    await bed.clock.advanceAsync(30_000);
    expect(peer.isClosed).toBe(true);
    await expectNothingLeft({ bed, ours });
  });

  it("5 MUST close one that speaks TLS to the plain port at its first octets", async () => {
    const { bed, ours, peer } = await unbound();
    await peer.say("\x16\x03\x01");
    expect([peer.received, peer.isClosed]).toEqual(["", true]);
    await expectNothingLeft({ bed, ours });
  });

  it("6 MUST bear one that is reset before its first octet", async () => {
    const { bed, ours } = await unbound();
    expect(bed.net.resetTcp()).toBe(1);
    await expectNothingLeft({ bed, ours });
  });

  it.each([
    ["many hosts", (i: number) => `10.0.1.${String(i)}`],
    ["one host", () => "10.0.1.1"],
  ])(
    "7 MUST bound how many %s open at a time, and serve who comes meanwhile",
    async (_from, hostOf) => {
      const bed = new MsrpBed();
      const ours = await bed.endpoint("10.0.0.1");
      const waiting = await bed.connect(ours, "10.0.0.9");
      const uri = ours.newUri();
      await waiting.say(sendTo(uri, { body: "early" }));
      const idle: RawPeer[] = [];
      for (let i = 0; i < 200; i += 1) idle.push(await bed.connect(ours, hostOf(i)));
      await bed.clock.advanceAsync(10);
      expect(idle.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(64);
      // One host can take no place but its own.
      expect(waiting.isClosed).toBe(hostOf(1) !== hostOf(2));
      const other = ours.newUri();
      const receiver = new MemoryReceiver();
      ours.session({ localUri: other, remotePath: [peerUri()], role: "passive", receiver });
      const peer = await bed.connect(ours);
      expect(await statusesOf(peer, sendTo(other, { body: "x" }))).toEqual(["200"]);
      await bed.clock.advanceAsync(30_000);
      expect(idle.every(({ isClosed }) => isClosed)).toBe(true);
      await expectNothingLeft({ bed, ours }, waiting, peer);
    },
  );
});

describe("RFC 4975 §7.1.2 REPORTs, which nobody answers, to a peer that does not read", () => {
  it("MUST NOT pile up: the connection is given up, not only once it takes nothing for a minute", async () => {
    const all = await scene();
    all.peer.tcp.pause();
    const report = { messageId: "abcdefgh", range: { start: 1, end: 2, total: 2 }, status: 200 };
    let most = 0;
    for (let i = 0; i < 20_000 && all.closed.length === 0; i += 1) {
      all.session.report(report);
      most = i;
    }
    expect([all.closed, most < 10_000]).toEqual([["connection-lost"], true]);
    await expectNothingLeft(all, all.peer);
  });

  it("MUST leave a peer alone that reads late what it was sent", async () => {
    const all = await scene();
    all.peer.tcp.pause();
    const report = { messageId: "abcdefgh", range: { start: 1, end: 2, total: 2 }, status: 200 };
    for (let i = 0; i < 2000; i += 1) all.session.report(report);
    await all.bed.clock.advanceAsync(20_000);
    all.peer.tcp.resume();
    await all.bed.clock.advanceAsync(1000);
    expect(all.peer.received.split("MSRP ").length - 1).toBe(2000);
    expect(all.closed).toEqual([]);
    await expectNothingLeft(all, all.peer);
  });
});

describe("RFC 4975 §5.4 whose connection it is", () => {
  it("8 MUST answer 506 on a second connection, and go on with the first", async () => {
    const all = await scene();
    const second = await all.bed.connect(all.ours, "10.0.0.66");
    expect(await statusesOf(second, sendTo(all.uri, { body: "evil" }))).toEqual(["506"]);
    expect(await statusesOf(all.peer, sendTo(all.uri, { body: "good" }))).toEqual(["200"]);
    expect(all.receiver.bytes.toString()).toBe("good");
    await expectNothingLeft(all, all.peer, second);
  });

  it("9 MUST NOT take a chunk of one session for another on the same connection", async () => {
    const all = await scene();
    const other = all.ours.newUri();
    const receiver = new MemoryReceiver();
    const remotePath = [peerUri("rawpeer1")];
    all.ours.session({ localUri: other, remotePath, role: "passive", receiver });
    const crossed = sendTo(other, { body: "evil" });
    expect(await statusesOf(all.peer, crossed)).toEqual(["403"]);
    const right = sendTo(other, { from: peerUri("rawpeer1"), body: "good" });
    expect(await statusesOf(all.peer, right)).toEqual(["200"]);
    expect([all.receiver.bytes.toString(), receiver.bytes.toString()]).toEqual(["", "good"]);
    await expectNothingLeft(all, all.peer);
  });

  it("10 MUST hold what comes before the session is accepted, and take it then", async () => {
    const bed = new MsrpBed();
    const ours = await bed.endpoint("10.0.0.1");
    const uri = ours.newUri();
    const peer = await bed.connect(ours);
    expect(await statusesOf(peer, sendTo(uri, { body: "early" }))).toEqual([]);
    const receiver = new MemoryReceiver();
    ours.session({ localUri: uri, remotePath: [peerUri()], role: "passive", receiver });
    await bed.clock.advanceAsync(20);
    expect(peer.responses()).toEqual(["tid4raw0 200"]);
    expect(receiver.bytes.toString()).toBe("early");
    await expectNothingLeft({ bed, ours }, peer);
  });

  it("11 MUST answer 481 to what comes for a session that is never accepted", async () => {
    const bed = new MsrpBed();
    const ours = await bed.endpoint("10.0.0.1");
    const peer = await bed.connect(ours);
    await peer.say(sendTo(ours.newUri(), { body: "early" }));
    await bed.clock.advanceAsync(10_000);
    expect(peer.responses()).toEqual(["tid4raw0 481"]);
    await expectNothingLeft({ bed, ours }, peer);
  });

  it("12 MUST NOT keep more than a window of what floods in before the session", async () => {
    const bed = new MsrpBed();
    const ours = await bed.endpoint("10.0.0.1");
    const peer = await bed.connect(ours);
    await peer.say(sendTo(ours.newUri(), { body: "x".repeat(4_000_000) }));
    await bed.clock.advanceAsync(5000);
    expect(peer.tcp.queuedOctets).toBeGreaterThan(3_700_000);
    await expectNothingLeft({ bed, ours }, peer);
  });

  it("13 MUST NOT answer for a session that has ended: the connection ends with it", async () => {
    const all = await scene();
    void all.session.close();
    await all.bed.clock.advanceAsync(10);
    await all.peer.say(sendTo(all.uri, { body: "late" }));
    expect([all.peer.received, all.peer.isClosed]).toEqual(["", true]);
    expect(all.receiver.chunks).toEqual([]);
    await expectNothingLeft(all, all.peer);
  });

  it("14 MUST answer 481 to a session that has ended beside one that goes on", async () => {
    const all = await scene();
    const other = all.ours.newUri();
    const receiver = new MemoryReceiver();
    const session = all.ours.session({
      localUri: other,
      remotePath: [peerUri()],
      role: "passive",
      receiver,
    });
    expect(await statusesOf(all.peer, sendTo(other))).toEqual(["200"]);
    void session.close();
    await all.bed.clock.advanceAsync(10);
    expect(await statusesOf(all.peer, sendTo(other, { body: "late" }))).toEqual(["481"]);
    expect(await statusesOf(all.peer, sendTo(all.uri, { body: "good" }))).toEqual(["200"]);
    await expectNothingLeft(all, all.peer);
  });

  it("15 MUST bear a BYE that crosses a SEND: the chunk breaks, nothing is kept", async () => {
    const all = await scene();
    const whole = sendTo(all.uri, { body: "half a file", range: "1-11/11" });
    await all.peer.say(whole.slice(0, -20));
    void all.session.close();
    await all.peer.say(whole.slice(-20));
    expect([all.receiver.broken, all.receiver.flags]).toEqual([1, []]);
    await expectNothingLeft(all, all.peer);
  });
});

describe("RFC 4975 §7.3 chunks that do not come to their end", () => {
  it.each([
    [
      "16 FIN",
      (all: Scene) => {
        all.peer.tcp.end();
      },
    ],
    [
      "17 RST",
      (all: Scene) => {
        all.bed.net.resetTcp();
      },
    ],
  ])("%s inside one MUST break it and end the session", async (_what, cut) => {
    const all = await scene();
    await all.peer.say(sendTo(all.uri, { body: "half of a file" }).slice(0, -20));
    cut(all);
    await all.bed.clock.advanceAsync(20);
    expect([all.receiver.broken, all.closed]).toEqual([1, ["connection-lost"]]);
    await expectNothingLeft(all, all.peer);
  });

  it("18 FIN between frames MUST end the session in good order", async () => {
    const all = await scene();
    all.peer.tcp.end();
    await all.bed.clock.advanceAsync(20);
    expect([all.receiver.broken, all.closed]).toEqual([0, ["closed"]]);
    await expectNothingLeft(all, all.peer);
  });

  it("19 MUST stop an endless chunk at what is accepted, and drop the rest unread by anybody", async () => {
    const all = await scene({ maxSizeOctets: 100_000 });
    await all.peer.say(
      sendTo(all.uri, { body: "", flag: "" }).replace("\r\n-------tid4raw0\r\n", ""),
    );
    for (let i = 0; i < 50; i += 1) await all.peer.say("x".repeat(10_000));
    expect(all.peer.responses()).toEqual(["tid4raw0 413"]);
    expect(all.receiver.bytes.length).toBeLessThanOrEqual(100_000);
    expect(all.peer.tcp.queuedOctets).toBe(0);
    expect(
      await statusesOf(
        all.peer,
        `\r\n-------tid4raw0$\r\n${sendTo(all.uri, { messageId: "message2", body: "x" })}`,
      ),
    ).toEqual(["200"]);
    await expectNothingLeft(all, all.peer);
  });

  it("20 MUST hand on each octet of a body that drips, and keep none back", async () => {
    const all = await scene();
    const whole = sendTo(all.uri, { body: "drip", range: "1-4/4" });
    const start = whole.indexOf("drip");
    await all.peer.say(whole.slice(0, start));
    for (let i = 1; i <= 4; i += 1) {
      await all.peer.say(whole.charAt(start + i - 1));
      await all.bed.clock.advanceAsync(1000);
      expect(all.receiver.bytes.toString()).toBe("drip".slice(0, i));
    }
    expect(await statusesOf(all.peer, whole.slice(start + 4))).toEqual(["200"]);
    await expectNothingLeft(all, all.peer);
  });

  it("21 MUST take a frame alike however it is split in two", async () => {
    const all = await scene();
    const length = sendTo(all.uri, {
      body: "split",
      range: "1-5/5",
      messageId: "message000",
    }).length;
    for (let cut = 1; cut < length; cut += 1) {
      const messageId = `message${String(cut).padStart(3, "0")}`;
      const text = sendTo(all.uri, { body: "split", range: "1-5/5", messageId });
      await all.peer.say(text.slice(0, cut));
      expect(await statusesOf(all.peer, text.slice(cut))).toEqual(["200"]);
    }
    expect(all.receiver.flags).toHaveLength(length - 1);
    await expectNothingLeft(all, all.peer);
  });

  it("22 MUST keep two messages apart whose chunks alternate", async () => {
    const all = await scene();
    const chunk = (messageId: string, at: number, body: string): string =>
      sendTo(all.uri, { messageId, body, range: `${String(at)}-*/4`, flag: at === 1 ? "+" : "$" });
    const text =
      chunk("message1", 1, "ab") +
      chunk("message2", 1, "AB") +
      chunk("message1", 3, "cd") +
      chunk("message2", 3, "CD");
    expect(await statusesOf(all.peer, text)).toEqual(["200", "200", "200", "200"]);
    expect(
      all.receiver.chunks.map(({ messageId, position }) => `${messageId} ${String(position)}`),
    ).toEqual(["message1 0", "message2 0", "message1 2", "message2 2"]);
    await expectNothingLeft(all, all.peer);
  });
});

describe("RFC 4975 §7.1.1 peers that do not answer or do not read", () => {
  function beginSending(all: Scene): Promise<{ readonly kind: string }> {
    const message = all.session.send({ ...MESSAGE, totalOctets: 100 });
    message.write(Buffer.alloc(100));
    message.finish();
    return message.outcome;
  }

  it("23 MUST give up a message without a response after 30 s, and ignore one that comes late", async () => {
    const all = await scene();
    const outcome = beginSending(all);
    await all.bed.clock.advanceAsync(31_000);
    expect(await outcome).toEqual({ kind: "timeout" });
    const [sent] = all.peer.sends();
    await all.peer.answer(sent?.tid ?? "", 200, { to: all.uri, from: peerUri() });
    expect(await statusesOf(all.peer, sendTo(all.uri, { body: "x" }))).toEqual(["200"]);
    await expectNothingLeft(all, all.peer);
  });

  it("24 MUST close one whose window stays shut for a minute", async () => {
    const all = await scene();
    all.peer.tcp.pause();
    const message = all.session.send({ ...MESSAGE, failureReport: "no" });
    message.write(Buffer.alloc(1_000_000));
    await all.bed.clock.advanceAsync(61_000);
    expect(all.closed).toEqual(["connection-lost"]);
    expect(await message.outcome).toMatchObject({ kind: "closed" });
    await expectNothingLeft(all, all.peer);
  });

  it("25 MUST tell a message whose peer's process is killed", async () => {
    const all = await scene();
    const outcome = beginSending(all);
    await all.bed.clock.advanceAsync(5);
    all.bed.net.resetTcp();
    await all.bed.clock.advanceAsync(20);
    expect(await outcome).toMatchObject({ kind: "closed" });
    expect(all.closed).toEqual(["connection-lost"]);
    await expectNothingLeft(all, all.peer);
  });

  it("26 MUST NOT read on from one that reads no answers", async () => {
    const all = await scene();
    all.peer.tcp.pause();
    const flood = sendTo(all.uri).repeat(300);
    for (let i = 0; i < 60; i += 1) await all.peer.say(flood);
    expect(all.peer.tcp.queuedOctets).toBeGreaterThan(1_000_000);
    await expectNothingLeft(all, all.peer);
  });

  it("27 MUST let others go on while one receiver is full", async () => {
    const all = await scene();
    all.receiver.accepts = false;
    await all.peer.say(sendTo(all.uri, { body: "x".repeat(1_000_000) }));
    const other = all.ours.newUri();
    const receiver = new MemoryReceiver();
    const remotePath = [peerUri("rawpeer1")];
    all.ours.session({ localUri: other, remotePath, role: "passive", receiver });
    const second = await all.bed.connect(all.ours);
    const right = sendTo(other, { from: peerUri("rawpeer1"), body: "good" });
    expect(await statusesOf(second, right)).toEqual(["200"]);
    expect(all.peer.tcp.queuedOctets).toBeGreaterThan(500_000);
    await expectNothingLeft(all, all.peer, second);
  });

  it("28 MUST close one that floods with REPORTs, and its sessions with it", async () => {
    const all = await scene();
    const report =
      `MSRP tid4rept REPORT\r\nTo-Path: ${formatMsrpUri(all.uri)}\r\nFrom-Path: ${formatMsrpUri(peerUri())}\r\n` +
      "Message-ID: unknown0\r\nByte-Range: 1-5/5\r\nStatus: 000 200\r\n-------tid4rept$\r\n";
    await all.peer.say(report.repeat(5000));
    await all.bed.clock.advanceAsync(100);
    expect([all.peer.isClosed, all.closed]).toEqual([true, ["framing"]]);
    await expectNothingLeft(all, all.peer);
  });
});

describe("RFC 4975 §14 how many connections others may open", () => {
  it("29 MUST NOT count those that we opened ourselves: a relay has as many of them", async () => {
    const bed = new MsrpBed();
    const relay = await bed.endpoint("10.0.0.5", { maxInboundConnections: 2 });
    const far = await bed.endpoint("10.0.0.9");
    for (let i = 0; i < 2; i += 1) {
      const [ours, theirs] = [relay.newUri(), far.newUri()];
      const receiver = new MemoryReceiver();
      far.session({ localUri: theirs, remotePath: [ours], role: "passive", receiver });
      relay.session({
        ...{ localUri: ours, remotePath: [theirs], role: "active", receiver },
        connectionGroup: String(i),
      });
    }
    await bed.clock.advanceAsync(50);
    expect(bed.net.openConnections).toBe(2);
    let closed = 0;
    for (let i = 0; i < 3; i += 1) {
      const connecting = bed.net.host("10.0.0.7").connectTcp(relay.local, {
        signal: new AbortController().signal,
        timeoutMs: 1000,
      });
      await bed.clock.advanceAsync(20);
      const connected = await connecting;
      if (!connected.ok) throw new Error(connected.error.code);
      connected.value.start({
        onData: () => undefined,
        onDrained: () => undefined,
        onEnd: () => {
          closed += 1;
        },
        onClose: () => undefined,
      });
    }
    await bed.clock.advanceAsync(20);
    expect(closed).toBe(1);
    const ending = Promise.all([relay.close(), far.close()]);
    await bed.clock.advanceAsync(70_000);
    await ending;
  });
});
