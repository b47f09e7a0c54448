import { describe, expect, it } from "vitest";
import { fakeIdentity } from "../../tests/support/fake-tls.ts";
import {
  MESSAGE,
  MemoryReceiver,
  MsrpBed,
  peerUri,
  type RawPeer,
  rawSend,
} from "../../tests/support/msrp-bed.ts";
import type { MsrpUri } from "../base/msrp-uri.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import type { Result } from "../base/result.ts";
import type { MsrpEndpoint } from "./endpoint.ts";
import type { MsrpFailure, MsrpSession } from "./session/session.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";
const OF_A = fakeIdentity({ names: [A] });
const OF_B = fakeIdentity({ names: [B] });
const STRANGER = fakeIdentity({ names: ["stranger"] });

interface Sides {
  readonly bed: MsrpBed;
  /** Active. */
  readonly a: MsrpEndpoint;
  /** Passive. */
  readonly b: MsrpEndpoint;
  readonly uriA: MsrpUri;
  readonly uriB: MsrpUri;
}

async function sides(identities = { a: OF_A, b: OF_B }): Promise<Sides> {
  const bed = new MsrpBed();
  const a = await bed.endpoint(A, {}, identities.a);
  const b = await bed.endpoint(B, {}, identities.b);
  return { bed, a, b, uriA: a.newUri("msrps"), uriB: b.newUri("msrps") };
}

interface Opened {
  readonly active: MsrpSession;
  readonly passive: MsrpSession;
  readonly atB: MemoryReceiver;
}

/** @param told what each side was told of the other's certificate */
function open(
  { a, b, uriA, uriB }: Sides,
  told: { readonly a?: readonly string[]; readonly b?: readonly string[] } = {},
): Opened {
  const atB = new MemoryReceiver();
  const passive = b.session({
    ...{ localUri: uriB, remotePath: [uriA], role: "passive", receiver: atB },
    fingerprints: told.b ?? [OF_A.fingerprint],
  });
  const active = a.session({
    ...{ localUri: uriA, remotePath: [uriB], role: "active", receiver: new MemoryReceiver() },
    fingerprints: told.a ?? [OF_B.fingerprint],
  });
  return { active, passive, atB };
}

function failureOf(bound: Result<void, MsrpFailure>): string {
  return bound.ok ? "bound" : bound.error.kind;
}

async function endOf({ bound }: MsrpSession, bed: MsrpBed): Promise<string> {
  await bed.clock.advanceAsync(30_000);
  return failureOf(await bound);
}

/** A SEND of the peer at `peerUri`, which knows our URI. */
function sendTo(uri: MsrpUri, from: MsrpUri, body?: string): string {
  return rawSend({
    to: uri,
    from,
    ...(body === undefined
      ? {}
      : { body, range: `1-${String(body.length)}/${String(body.length)}` }),
  });
}

const SECURE_PEER: MsrpUri = { ...peerUri(), scheme: "msrps" };

/** A passive session of ours that waits for a peer with the certificate `OF_A`. */
async function waiting(): Promise<{
  readonly bed: MsrpBed;
  readonly ours: MsrpEndpoint;
  readonly uri: MsrpUri;
  readonly session: MsrpSession;
  readonly receiver: MemoryReceiver;
}> {
  const bed = new MsrpBed();
  const ours = await bed.endpoint(B, {}, OF_B);
  const uri = ours.newUri("msrps");
  const receiver = new MemoryReceiver();
  const session = ours.session({
    ...{ localUri: uri, remotePath: [SECURE_PEER], role: "passive", receiver },
    fingerprints: [OF_A.fingerprint],
  });
  return { bed, ours, uri, session, receiver };
}

describe("RFC 4975 §14.4 sessions over TLS between certificates that both sides were told of", () => {
  it("MUST carry messages in both directions, and the trace says so", async () => {
    const world = await sides();
    const { active, passive, atB } = open(world);
    await world.bed.clock.advanceAsync(10);
    const message = active.send(MESSAGE);
    message.write(Buffer.from("over TLS"));
    message.finish();
    await world.bed.clock.advanceAsync(50);
    expect((await message.outcome).kind).toBe("acknowledged");
    expect(atB.bytes.toString()).toBe("over TLS");
    expect((await passive.bound).ok).toBe(true);
    const frames = world.bed.trace.drafts.filter(({ proto }) => proto === "msrp");
    expect([...new Set(frames.map(({ transport }) => transport))]).toEqual(["tls"]);
  });

  it("RFC 8122 §5.1: any of several fingerprints may be the right one", async () => {
    const world = await sides();
    const { active, passive } = open(world, {
      a: [STRANGER.fingerprint, OF_B.fingerprint],
      b: [STRANGER.fingerprint, OF_A.fingerprint],
    });
    await world.bed.clock.advanceAsync(50);
    expect([(await active.bound).ok, (await passive.bound).ok]).toEqual([true, true]);
  });

  it("RFC 4975 §5.4: all sessions of one group share one connection", async () => {
    const world = await sides();
    open(world);
    open({ ...world, uriA: world.a.newUri("msrps"), uriB: world.b.newUri("msrps") });
    await world.bed.clock.advanceAsync(50);
    expect(world.bed.net.openConnections).toBe(1);
  });

  it("never shares it with a session that was told of another certificate", async () => {
    const world = await sides();
    open(world);
    const second = { ...world, uriA: world.a.newUri("msrps"), uriB: world.b.newUri("msrps") };
    const { active } = open(second, { a: [STRANGER.fingerprint] });
    expect(await endOf(active, world.bed)).toBe("untrusted");
  });

  it("a certificate that nobody named is a mistake of ours", async () => {
    const { a, uriA, uriB } = await sides();
    const session = { localUri: uriA, remotePath: [uriB], role: "active" } as const;
    expect(() => a.session({ ...session, receiver: new MemoryReceiver() })).toThrow(
      LocalProtocolError,
    );
  });
});

describe("RFC 8122 §5 the other end has another certificate than agreed", () => {
  it("MUST send nothing to it when we connect", async () => {
    const world = await sides({ a: OF_A, b: STRANGER });
    const { active } = open(world, { b: [OF_A.fingerprint] });
    const message = active.send(MESSAGE);
    message.write(Buffer.from("secret"));
    expect(await endOf(active, world.bed)).toBe("untrusted");
    expect(world.bed.trace.drafts).toEqual([]);
  });

  it("MUST not read an octet of it when it connects", async () => {
    const { bed, ours, uri, session, receiver } = await waiting();
    const peer = await bed.connectTls(ours, STRANGER);
    await peer.say(sendTo(uri, SECURE_PEER, "evil"));
    expect(receiver.chunks).toEqual([]);
    expect(peer.received).toBe("");
    expect(await endOf(session, bed)).toBe("untrusted");
    expect(peer.isClosed || peer.hasEnded).toBe(true);
  });

  it("MUST not read an octet of one that shows none", async () => {
    const { bed, ours, uri, session, receiver } = await waiting();
    const peer = await bed.connectTls(ours);
    await peer.say(sendTo(uri, SECURE_PEER, "evil"));
    expect(await endOf(session, bed)).toBe("untrusted");
    expect([receiver.chunks.length, peer.received]).toEqual([0, ""]);
    expect(peer.isClosed || peer.hasEnded).toBe(true);
  });

  it("one that shows none is closed at once where no session waits", async () => {
    const bed = new MsrpBed();
    const ours = await bed.endpoint(B, {}, OF_B);
    const peer = await bed.connectTls(ours);
    await bed.clock.advanceAsync(10);
    expect(peer.isClosed || peer.hasEnded).toBe(true);
  });

  it("is told of before whoever connected gives up, who then hears why", async () => {
    const { bed, ours, session } = await waiting();
    await bed.connectTls(ours, STRANGER);
    let isOver = false;
    void session.bound.then(() => {
      isOver = true;
    });
    await bed.clock.advanceAsync(24_000);
    expect(isOver).toBe(false);
    await bed.clock.advanceAsync(2000);
    expect(isOver).toBe(true);
  });

  it("does not keep the right peer out", async () => {
    const { bed, ours, uri, session } = await waiting();
    await bed.connectTls(ours, STRANGER);
    const peer = await bed.connectTls(ours, OF_A);
    await peer.say(sendTo(uri, SECURE_PEER));
    expect(await endOf(session, bed)).toBe("bound");
  });

  it("MUST refuse a second connection with another certificate, even one that another session expects", async () => {
    const { bed, ours, uri, session, receiver } = await waiting();
    const other = ours.newUri("msrps");
    const others = { ...SECURE_PEER, sessionId: "another" };
    ours.session({
      ...{ localUri: other, remotePath: [others], role: "passive" },
      ...{ receiver: new MemoryReceiver(), fingerprints: [STRANGER.fingerprint] },
    });
    const right = await bed.connectTls(ours, OF_A);
    await right.say(sendTo(uri, SECURE_PEER));
    const wrong = await bed.connectTls(ours, STRANGER);
    await wrong.say(sendTo(other, others));
    expect(wrong.responses()).toEqual(["tid4raw0 200"]);
    await wrong.say(sendTo(uri, SECURE_PEER, "evil"));
    expect(wrong.responses()).toEqual(["tid4raw0 403"]);
    expect(receiver.chunks).toEqual([]);
    expect(failureOf(await session.bound)).toBe("bound");
  });
});

describe("RFC 8122 §5 a peer that is faster than the answer with its fingerprint", () => {
  async function early(): Promise<{
    readonly bed: MsrpBed;
    readonly ours: MsrpEndpoint;
    readonly uri: MsrpUri;
    readonly peer: RawPeer;
  }> {
    const bed = new MsrpBed();
    const ours = await bed.endpoint(B, {}, OF_B);
    const uri = ours.newUri("msrps");
    const peer = await bed.connectTls(ours, OF_A);
    await peer.say(sendTo(uri, SECURE_PEER));
    return { bed, ours, uri, peer };
  }

  it("waits unread until then", async () => {
    const { bed, ours, uri, peer } = await early();
    expect(peer.received).toBe("");
    const session = ours.session({
      ...{ localUri: uri, remotePath: [SECURE_PEER], role: "passive" },
      ...{ receiver: new MemoryReceiver(), fingerprints: [OF_A.fingerprint] },
    });
    await bed.clock.advanceAsync(10);
    expect((await session.bound).ok).toBe(true);
    expect(peer.responses()).toEqual(["tid4raw0 200"]);
  });

  it("and is given up when nobody names it within 30 s", async () => {
    const { bed, peer } = await early();
    await bed.clock.advanceAsync(30_000);
    expect(peer.isClosed || peer.hasEnded).toBe(true);
  });
});

describe("RFC 4975 §14.1 no way leads from TLS to TCP", () => {
  it("MUST refuse a request without TLS for a session with", async () => {
    const { bed, ours, uri, session, receiver } = await waiting();
    const peer = await bed.connect(ours);
    await peer.say(sendTo(uri, SECURE_PEER, "evil"));
    expect(peer.responses()).toEqual(["tid4raw0 403"]);
    expect(receiver.chunks).toEqual([]);
    expect(await endOf(session, bed)).toBe("untrusted");
  });

  it("MUST refuse a request over TLS for a session without", async () => {
    const { bed, ours } = await waiting();
    const uri = ours.newUri();
    const receiver = new MemoryReceiver();
    ours.session({ localUri: uri, remotePath: [peerUri()], role: "passive", receiver });
    const peer = await bed.connectTls(ours, OF_A);
    await peer.say(sendTo(uri, peerUri(), "odd"));
    expect(peer.responses()).toEqual(["tid4raw0 403"]);
    expect(receiver.chunks).toEqual([]);
  });

  it.each([
    ["msrps of us, msrp of the peer", "msrps", "msrp"],
    ["msrp of us, msrps of the peer", "msrp", "msrps"],
  ] as const)("connects nowhere with %s", async (_what, own, theirs) => {
    const { bed, a, b } = await sides();
    const session = a.session({
      ...{ localUri: a.newUri(own), remotePath: [b.newUri(theirs)], role: "active" },
      ...{ receiver: new MemoryReceiver(), fingerprints: [OF_B.fingerprint] },
    });
    expect(await endOf(session, bed)).toBe("connect-failed");
    expect(bed.net.traffic).toEqual([]);
  });

  it("a peer that speaks no TLS where it said so is not spoken to", async () => {
    const { bed, a, b, uriA } = await sides();
    const plain = { ...b.newUri(), scheme: "msrps" } as const;
    const session = a.session({
      ...{ localUri: uriA, remotePath: [plain], role: "active" },
      ...{ receiver: new MemoryReceiver(), fingerprints: [OF_B.fingerprint] },
    });
    expect(await endOf(session, bed)).toBe("connect-failed");
  });
});

describe("RFC 8122 §5 whoever stalls", () => {
  it("a handshake that nobody finishes is given up after 10 s", async () => {
    const world = await sides();
    world.bed.net.spoilTls("stall");
    const { active, passive } = open(world);
    await world.bed.clock.advanceAsync(11_000);
    expect(failureOf(await active.bound)).toBe("connect-failed");
    expect(await endOf(passive, world.bed)).toBe("bind-timeout");
    expect(world.bed.net.openConnections).toBe(0);
  });

  it("a connected peer that never answers the first SEND is given up after 30 s: connected is not accepted", async () => {
    const { bed, a, uriA } = await sides();
    const silent = "10.0.0.7";
    const wanted = { identity: OF_B, requestsCertificate: true };
    const listening = await bed.net
      .host(silent)
      .listenTls({ host: silent, port: 2856 }, wanted, (tls) => {
        tls.start({ onData: () => 0, onDrained: () => 0, onEnd: () => 0, onClose: () => 0 });
      });
    expect(listening.ok).toBe(true);
    const session = a.session({
      ...{ localUri: uriA, role: "active", receiver: new MemoryReceiver() },
      remotePath: [{ ...SECURE_PEER, host: silent, port: 2856 }],
      fingerprints: [OF_B.fingerprint],
    });
    await bed.clock.advanceAsync(29_000);
    const states = await Promise.race([session.bound.then(failureOf), Promise.resolve("waiting")]);
    expect(states).toBe("waiting");
    expect(await endOf(session, bed)).toBe("bind-timeout");
  });
});
