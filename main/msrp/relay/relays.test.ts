import { describe, expect, it } from "vitest";
import { MESSAGE, MemoryReceiver, MsrpBed, peerUri } from "../../../tests/support/msrp-bed.ts";
import { systemHashing } from "../../base/hashing.node.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { TcpConnection } from "../../base/ports.ts";
import type { MsrpEndpoint } from "../endpoint.ts";
import type { MsrpSession } from "../session/session.ts";
import { authorization, readChallenge } from "./auth-fields.ts";
import type { MsrpRelay } from "./relays.ts";

const RELAY: MsrpUri = {
  ...{ scheme: "msrp", host: "10.0.0.5", port: 2855, transport: "tcp", parameters: [] },
};
const USE_PATH = "msrp://10.0.0.5:2855/place1;tcp";

/** What a relay says to an AUTH: a status and more lines, or `close` or `silence`. */
type Say = (auth: string, nth: number) => string;

interface ScriptedRelay {
  readonly auths: string[];
  readonly other: string[];
  /** The connection that spoke last. */
  last(): TcpConnection | undefined;
}

async function scriptedRelay(bed: MsrpBed, say: Say): Promise<ScriptedRelay> {
  const auths: string[] = [];
  const other: string[] = [];
  let last: TcpConnection | undefined;
  const receiveAuth = (tcp: TcpConnection, frame: string): void => {
    auths.push(frame);
    const answer = say(frame, auths.length);
    const tid = frame.split(" ")[1] ?? "";
    if (answer === "close") tcp.destroy();
    else if (answer !== "silence") tcp.write(Buffer.from(response(frame, tid, answer)));
  };
  await bed.net.host(RELAY.host).listenTcp({ host: RELAY.host, port: 2855 }, (tcp) => {
    last = tcp;
    tcp.start({
      onData: (bytes) => {
        for (const frame of bytes.toString("latin1").split(/(?<=-------\S+[$+#]\r\n)/)) {
          if (/^MSRP \S+ AUTH/.test(frame)) receiveAuth(tcp, frame);
          else other.push(frame);
        }
      },
      onDrained: () => undefined,
      onEnd: () => {
        tcp.end();
      },
      onClose: () => undefined,
    });
  });
  return { auths, other, last: () => last };
}

function response(request: string, tid: string, lines: string): string {
  const [, to = "", from = ""] = /To-Path: (.*)\r\nFrom-Path: (.*)\r\n/.exec(request) ?? [];
  return `MSRP ${tid} ${lines.replace("\r\n", `\r\nTo-Path: ${from}\r\nFrom-Path: ${to}\r\n`)}-------${tid}$\r\n`;
}

const CHALLENGE =
  '401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n';
const GRANT = `200 OK\r\nUse-Path: ${USE_PATH}\r\nExpires: 600\r\n`;

async function open(
  say: Say,
): Promise<{ bed: MsrpBed; relay: ScriptedRelay; ours: MsrpEndpoint; outcome: Outcome }> {
  const bed = new MsrpBed();
  const relay = await scriptedRelay(bed, say);
  const ours = await bed.endpoint("10.0.0.1");
  const opening = ours.openRelay({
    relay: RELAY,
    credentials: { username: "alice", password: 'se"cret' },
    hashing: systemHashing(),
  });
  await bed.clock.advanceAsync(100);
  return { bed, relay, ours, outcome: opening };
}

type Outcome = ReturnType<MsrpEndpoint["openRelay"]>;

async function opened(say: Say): Promise<Awaited<ReturnType<typeof open>> & { place: MsrpRelay }> {
  const made = await open(say);
  const outcome = await made.outcome;
  if (!outcome.ok) throw new Error(outcome.error.message);
  return { ...made, place: outcome.value };
}

/** A session over the place, bound by a peer that answers 200. */
async function boundThrough(
  made: Awaited<ReturnType<typeof open>>,
  place: MsrpRelay,
): Promise<MsrpSession> {
  const session = made.ours.session({
    ...{ localUri: made.ours.newUri(), remotePath: [peerUri()], relay: place },
    ...{ role: "active", receiver: new MemoryReceiver() },
  });
  await made.bed.clock.advanceAsync(10);
  const [bind = ""] = made.relay.other;
  const [, tid = ""] = /^MSRP (\S+)/.exec(bind) ?? [];
  made.relay.last()?.write(Buffer.from(response(bind, tid, "200 OK\r\n")));
  await made.bed.clock.advanceAsync(10);
  expect((await session.bound).ok).toBe(true);
  return session;
}

const isPlain = (auth: string): boolean => !/Authorization: .*\buri=/.test(auth);
const hasCredentials = (auth: string): boolean => auth.includes("Authorization: Digest ");

describe("RFC 4976 §5.1 AUTH", () => {
  it("MUST answer the challenge without uri first, and give the path that is granted", async () => {
    const { relay, place } = await opened((auth) => (hasCredentials(auth) ? GRANT : CHALLENGE));
    expect(relay.auths.length).toBe(2);
    expect(relay.auths.every(isPlain)).toBe(true);
    expect(relay.auths[1]).toMatch(/^MSRP \S+ AUTH\r\nTo-Path: msrp:\/\/10\.0\.0\.5:2855;tcp\r\n/);
    expect(place.usePath).toEqual([{ ...RELAY, sessionId: "place1" }]);
  });

  it.each(["401", "close"])("SHOULD try the other dialect after %s", async (how) => {
    const { relay } = await opened((auth) => {
      if (!hasCredentials(auth)) return CHALLENGE;
      if (!isPlain(auth)) return GRANT;
      return how === "close" ? "close" : CHALLENGE;
    });
    expect(
      relay.auths.map((auth) => hasCredentials(auth) && !isPlain(auth)).filter(Boolean).length,
    ).toBe(1);
  });

  it("MUST stop at a relay that refuses both", async () => {
    const { relay, outcome } = await open(() => CHALLENGE);
    expect(await outcome).toMatchObject({ ok: false, error: { kind: "refused", status: 401 } });
    expect(relay.auths.length).toBe(4);
  });

  it.each([
    ["403 Forbidden\r\n", "refused"],
    ["200 OK\r\n", "unusable"],
    ["200 OK\r\nUse-Path: nonsense\r\n", "unusable"],
    ["200 OK\r\nUse-Path: msrp://10.0.0.5:2855;tcp\r\n", "unusable"],
    ["401 Unauthorized\r\n", "unusable"],
    ['401 x\r\nWWW-Authenticate: Digest realm="r", nonce="n", algorithm=SHA-256\r\n', "unusable"],
  ])("MUST give up at %j", async (answer, kind) => {
    const { outcome } = await open(() => answer);
    expect(await outcome).toMatchObject({ ok: false, error: { kind } });
  });

  it("MUST give up a relay that says nothing, or is not there", async () => {
    const { bed, outcome } = await open(() => "silence");
    await bed.clock.advanceAsync(31_000);
    expect(await outcome).toMatchObject({ ok: false, error: { kind: "timeout" } });
    const nobody = new MsrpBed();
    const ours = await nobody.endpoint("10.0.0.1");
    const opening = ours.openRelay({
      relay: RELAY,
      credentials: { username: "alice", password: "x" },
      hashing: systemHashing(),
    });
    await nobody.clock.advanceAsync(20_000);
    expect(await opening).toMatchObject({ ok: false, error: { kind: "connect-failed" } });
  });

  it("MUST ask again before the grant expires, and use the path that is new then", async () => {
    let nth = 0;
    const made = await opened((auth) => {
      if (!hasCredentials(auth)) return CHALLENGE;
      nth += 1;
      return GRANT.replace("place1", `place${String(nth)}`);
    });
    let moves = 0;
    made.place.events.on("moved", () => {
      moves += 1;
    });
    await made.bed.clock.advanceAsync(480_500);
    expect([made.relay.auths.length, moves]).toEqual([4, 1]);
    expect(made.place.usePath).toEqual([{ ...RELAY, sessionId: "place2" }]);
  });

  it("MUST ask once more when the relay does not go on, then tell, and leave alone what runs", async () => {
    let isOver = false;
    const made = await opened((auth) => {
      if (isOver) return "403 Forbidden\r\n";
      return hasCredentials(auth) ? GRANT : CHALLENGE;
    });
    const told: string[] = [];
    made.place.events.on("expired", ({ kind }) => {
      told.push(`expired ${kind}`);
    });
    made.place.events.on("lost", ({ kind }) => {
      told.push(`lost ${kind}`);
    });
    const session = await boundThrough(made, made.place);
    isOver = true;
    await made.bed.clock.advanceAsync(480_500);
    expect(told).toEqual([]);
    await made.bed.clock.advanceAsync(60_500);
    expect(told).toEqual(["expired refused"]);
    const message = session.send({ ...MESSAGE, totalOctets: 5 });
    message.write(Buffer.from("after"));
    message.finish();
    await made.bed.clock.advanceAsync(100);
    expect(made.relay.other.join("")).toContain("\r\n\r\nafter\r\n");
    const late = made.ours.session({
      ...{ localUri: made.ours.newUri(), remotePath: [peerUri()], relay: made.place },
      ...{ role: "active", receiver: new MemoryReceiver() },
    });
    await made.bed.clock.advanceAsync(10);
    expect(await late.bound).toMatchObject({ ok: false, error: { kind: "connect-failed" } });
    const closing = Promise.all([session.close(), made.place.close()]);
    await made.bed.clock.advanceAsync(3000);
    await closing;
    expect(made.bed.net.openConnections).toBe(0);
  });

  it("MUST ask for the time that the relay allows (§6.3, 423)", async () => {
    const { relay, place } = await opened((auth) => {
      if (!hasCredentials(auth)) return CHALLENGE;
      return auth.includes("Expires: 60\r\n")
        ? GRANT
        : "423 Interval Out-of-Bounds\r\nMax-Expires: 60\r\n";
    });
    expect(place.usePath.length).toBe(1);
    expect(relay.auths.at(-1)).toContain("nc=00000002");
  });

  it("MUST turn Use-Path round for a=path (§5.1)", async () => {
    const { place, bed, ours, relay } = await opened(() =>
      GRANT.replace(USE_PATH, `${USE_PATH} msrp://10.0.0.6:2855/outer;tcp`),
    );
    expect(place.usePath.map(({ sessionId }) => sessionId)).toEqual(["outer", "place1"]);
    ours.session({
      ...{ localUri: ours.newUri(), remotePath: [peerUri()], relay: place },
      ...{ role: "active", receiver: new MemoryReceiver() },
    });
    await bed.clock.advanceAsync(10);
    expect(relay.other[0]).toContain(`To-Path: ${USE_PATH} msrp://10.0.0.6:2855/outer;tcp msrp:`);
  });

  it("SHOULD give each session a path of its own (§5.1), on one connection where they belong together", async () => {
    let nth = 0;
    const { bed, ours, relay } = await opened((auth) => {
      if (!hasCredentials(auth) || isPlain(auth)) return CHALLENGE;
      nth += 1;
      return GRANT.replace("place1", `place${String(nth)}`);
    });
    const before = relay.auths.length;
    const options = {
      ...{ relay: RELAY, credentials: { username: "alice", password: "x" } },
      ...{ hashing: systemHashing(), connectionGroup: "offer" },
    };
    const opening = [ours.openRelay(options), ours.openRelay(options)];
    await bed.clock.advanceAsync(100);
    const places = (await Promise.all(opening)).flatMap((one) => (one.ok ? [one.value] : []));
    expect(places.map(({ usePath }) => usePath[0]?.sessionId)).toEqual(["place2", "place3"]);
    // What the relay speaks is known by now.
    expect(relay.auths.length - before).toBe(4);
    expect(bed.net.openConnections).toBe(2);
    void places[0]?.close();
    await bed.clock.advanceAsync(3000);
    expect(bed.net.openConnections).toBe(2);
    void places[1]?.close();
    await bed.clock.advanceAsync(3000);
    expect(bed.net.openConnections).toBe(1);
  });

  it("MUST tell when the connection to the relay is lost, and end the sessions on it", async () => {
    const { bed, relay, ours, place } = await opened(() => GRANT);
    const lost: string[] = [];
    place.events.on("lost", ({ kind }) => {
      lost.push(kind);
    });
    const sessions = (["active", "passive"] as const).map((role) =>
      ours.session({
        ...{ localUri: ours.newUri(), remotePath: [peerUri()], relay: place },
        ...{ role, receiver: new MemoryReceiver() },
      }),
    );
    await bed.clock.advanceAsync(10);
    relay.last()?.destroy();
    await bed.clock.advanceAsync(10);
    const ends = await Promise.all(sessions.map(({ bound }) => bound));
    expect([lost, ends.map(({ ok }) => ok)]).toEqual([["connection-lost"], [false, false]]);
    const late = ours.session({
      ...{ localUri: ours.newUri(), remotePath: [peerUri()], relay: place },
      ...{ role: "active", receiver: new MemoryReceiver() },
    });
    await bed.clock.advanceAsync(10);
    expect(await late.bound).toMatchObject({ ok: false, error: { kind: "connect-failed" } });
  });

  it("leaves no socket and no timer behind when it is closed", async () => {
    const { bed, ours, place } = await opened(() => GRANT);
    const closing = place.close();
    await bed.clock.advanceAsync(3000);
    await closing;
    expect(bed.net.openConnections).toBe(0);
    void ours.close();
    await bed.clock.advanceAsync(100);
    expect(bed.clock.pendingTimers).toBe(0);
  });
});

describe("RFC 4976 §5.2 requests through our relay", () => {
  it("MUST name our relay before the peer's path, use its connection, and send 8 KiB at most", async () => {
    const { bed, relay, ours, place } = await opened(() => GRANT);
    const session = ours.session({
      ...{ localUri: ours.newUri(), remotePath: [peerUri("relayB"), peerUri()], relay: place },
      ...{ role: "active", receiver: new MemoryReceiver() },
    });
    await bed.clock.advanceAsync(10);
    const [bind = ""] = relay.other;
    expect(bind).toContain(
      `To-Path: ${USE_PATH} msrp://10.0.0.9:2855/relayB;tcp msrp://10.0.0.9:2855/rawpeer0;tcp\r\n`,
    );
    const [, tid = ""] = /^MSRP (\S+)/.exec(bind) ?? [];
    relay.last()?.write(Buffer.from(response(bind, tid, "200 OK\r\n")));
    const message = session.send({ ...MESSAGE, totalOctets: 100_000 });
    message.write(Buffer.alloc(100_000, 0x61));
    message.finish();
    await bed.clock.advanceAsync(10);
    expect(bed.net.openConnections).toBe(1);
    const lengths = relay.other
      .slice(1)
      .join("")
      .split(/MSRP \S+ SEND/)
      .slice(1);
    // Four chunks of 8 KiB without an answer, no more.
    expect(lengths.length).toBe(4);
    expect(Math.max(...lengths.map((frame) => frame.length))).toBeLessThan(9000);
  });
});

describe("RFC 4976 §9.1 the Authorization header", () => {
  it("MUST carry what the challenge gave, opaque only when it gave one, and quote it", () => {
    const challenge = readChallenge(
      'Digest realm="a\\"b", nonce="n", opaque="o", qop="auth-int,auth"',
    );
    if (challenge === undefined) throw new Error("not read");
    const attempt = {
      uri: "msrp://r:1;tcp",
      dialect: "with-uri",
      cnonce: "c",
      nonceCount: 1,
    } as const;
    const who = { username: 'al"ice', password: "p" };
    const value = authorization(systemHashing(), challenge, who, attempt);
    expect(value).toMatch(
      /^Digest username="al\\"ice", realm="a\\"b", nonce="n", uri="msrp:\/\/r:1;tcp", response="[0-9a-f]{32}", qop=auth, nc=00000001, cnonce="c", opaque="o"$/,
    );
  });

  it.each(["Basic x", "Digest", 'Digest realm="r"', 'Digest realm="r", nonce="a", nonce="b"'])(
    "MUST NOT answer %s",
    (value) => {
      expect(readChallenge(value)).toBeUndefined();
    },
  );
});
