import { afterEach, describe, expect, it } from "vitest";
import { ALICE_HOST, BOB_HOST, ClientPair } from "../../tests/support/client-pair.ts";
import { fakeIdentity } from "../../tests/support/fake-tls.ts";
import { octets } from "../../tests/support/octets.ts";
import type { SipBody } from "../drachtio/srf.ts";
import type { CpmConfig } from "./config.ts";

const OF_ALICE = fakeIdentity({ names: ["alice"] });
const OF_BOB = fakeIdentity({ names: ["bob"] });
const STRANGER = fakeIdentity({ names: ["stranger"] });

/** Whence the fake network's requests come. */
const CORE = { host: "10.9.9.9", port: 5061 };
const OVER_TLS: Partial<CpmConfig> = { core: { ...CORE, transport: "tls" } };
const OVER_TCP: Partial<CpmConfig> = { core: { ...CORE, transport: "tcp" } };

const PLAN = octets(300_000, 1);
const NOTE = octets(900, 3);

let pair: ClientPair;

async function start(
  config: { readonly a?: Partial<CpmConfig>; readonly b?: Partial<CpmConfig> } = {},
): Promise<void> {
  pair = await ClientPair.start(
    { a: { ...OVER_TLS, ...config.a }, b: { ...OVER_TLS, ...config.b } },
    { a: OF_ALICE, b: OF_BOB },
  );
}

afterEach(async () => {
  await pair.stop();
  await pair.pass(100);
  expect(pair.clock.pendingTimers, "timers left running").toBe(0);
  expect(pair.net.openSockets, "sockets left open").toBe(0);
});

function send(): Promise<void> {
  return pair.transfer({ "/s/plan.pdf": PLAN, "/s/note.txt": NOTE });
}

/** Ports that were connected to, by host. */
function connections(): readonly string[] {
  return pair.net.traffic
    .filter(({ proto }) => proto === "tcp-connect")
    .map(({ from, to }) => `${from.host} ${to.host}:${String(to.port)}`);
}

type Change = (text: string) => string;

function change(on: "offer" | "answer", ...changes: readonly Change[]): void {
  pair.sip.edit = (body, as) => (as === on ? edited(body, changes) : body);
}

function edited(body: SipBody, changes: readonly Change[]): SipBody {
  const text = changes.reduce((now, next) => next(now), body.content.toString("latin1"));
  return { ...body, content: Buffer.from(text, "latin1") };
}

const withoutFingerprint: Change = (text) => text.replaceAll(/a=fingerprint[^\r]*\r\n/g, "");
const downgraded: Change = (text) =>
  text
    .replaceAll("TCP/TLS/MSRP", "TCP/MSRP")
    .replaceAll("msrps:", "msrp:")
    .replaceAll("2856", "2855");
const withFingerprintOf =
  ({ fingerprint }: { readonly fingerprint: string }): Change =>
  (text) =>
    text.replaceAll(/a=fingerprint:sha-256 [^\r]*/g, `a=fingerprint:sha-256 ${fingerprint}`);

/** What was told in the end, on both sides; no file may have arrived. */
function ends(): readonly string[] {
  expect([...pair.bob.received().values()]).toEqual([]);
  return [pair.alice, pair.bob].map((device) =>
    device.has("transfer") ? device.last("transfer").state : "nothing",
  );
}

function codes(): readonly (string | undefined)[] {
  const { alice } = pair;
  return [...alice.all("error"), ...alice.all("file")].map(({ code }) => code);
}

describe("RFC 4975 §14.4 files between devices whose signalling is protected", () => {
  it("MUST travel over one TLS connection, and both users are told", async () => {
    await start();
    await send();
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(pair.bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(connections()).toEqual([`${ALICE_HOST} ${BOB_HOST}:2856`]);
    expect([pair.alice, pair.bob].map((one) => one.last("answered").isEncrypted)).toEqual([
      true,
      true,
    ]);
    const transports = pair.trace.drafts.map(({ transport }) => transport);
    expect([...new Set(transports)]).toEqual(["tls"]);
  });

  it("go on over TLS after a break, whoever asks for it", async () => {
    await start();
    pair.net.onOctets(150_000, { to: BOB_HOST }, (end) => {
      end.breakOff();
    });
    await send();
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(pair.bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(connections().length).toBeGreaterThan(1);
    for (const way of connections()) expect(way).toMatch(/:2856$/);
  });

  it("signalling without TLS: MUST offer plain TCP, since the fingerprint could be anybody's", async () => {
    await start({ a: OVER_TCP, b: OVER_TCP });
    await send();
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(connections()).toEqual([`${ALICE_HOST} ${BOB_HOST}:2855`]);
    expect(pair.alice.last("answered").isEncrypted).toBeUndefined();
  });

  it("a plain offer to a device with TLS is answered as it came, and not called encrypted", async () => {
    await start({ a: OVER_TCP });
    await send();
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(pair.bob.last("answered").isEncrypted).toBeUndefined();
  });
});

describe("RFC 6714 §4.2 and §4.3: a middlebox that carries TLS on and rewrites c= and m= only", () => {
  const MIDDLEBOX = "10.0.0.200";
  const DOOR = 20_001;

  /** As if each description came from the middlebox, whose door leads to whoever wrote it. */
  const anchored: Change = (text) => {
    const [, host = ""] = /^c=IN IP4 (\S+)\r\n/m.exec(text) ?? [];
    const port = DOOR + (host === BOB_HOST ? 1 : 0);
    pair.net.forwardTcp({ host: MIDDLEBOX, port }, { host, port: 2856 });
    return text
      .replace(/^c=IN IP4 \S+/m, `c=IN IP4 ${MIDDLEBOX}`)
      .replaceAll(/^m=message \d+/gm, `m=message ${String(port)}`);
  };

  it("MUST be passed, since the fingerprints are the devices' own", async () => {
    await start();
    pair.sip.edit = (body) => edited(body, [anchored]);
    await send();
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(pair.bob.received().get("plan.pdf")?.equals(PLAN)).toBe(true);
    expect(new Set(connections())).toEqual(
      new Set([`${ALICE_HOST} ${MIDDLEBOX}:${String(DOOR + 1)}`]),
    );
    expect(pair.alice.last("answered").isEncrypted).toBe(true);
    expect(new Set(pair.trace.drafts.map(({ transport }) => transport))).toEqual(new Set(["tls"]));
  });

  it("MUST be passed by an answerer that connects", async () => {
    await start();
    const passive: Change = (text) => text.replaceAll("actpass", "passive");
    pair.sip.edit = (body, as) => edited(body, as === "offer" ? [anchored, passive] : [anchored]);
    await send();
    expect(pair.alice.last("transfer").state).toBe("verified");
    expect(new Set(connections())).toEqual(new Set([`${BOB_HOST} ${MIDDLEBOX}:${String(DOOR)}`]));
  });

  it("MUST not be sent an octet when it answers for the device with a certificate of its own", async () => {
    await start();
    pair.sip.edit = (body) => edited(body, [anchored]);
    pair.net.spoilTls("TLS_WRONG_FINGERPRINT", { to: MIDDLEBOX });
    await send();
    expect(ends()[0]).toBe("interrupted");
    expect(new Set(codes())).toEqual(new Set(["not-protected"]));
    await pair.until("bob knows the end", () => pair.bob.has("transfer"));
    expect(pair.trace.drafts).toEqual([]);
  });
});

describe("RFC 8122 §5 an offer that cannot be protected as it says", () => {
  it.each<[string, () => Promise<void>, readonly Change[]]>([
    ["to a device whose signalling is not protected", () => start({ b: OVER_TCP }), []],
    ["without a fingerprint", start, [withoutFingerprint]],
    ["with an unknown hash function", start, [(text) => text.replaceAll("sha-256", "sha-999")]],
    ["with a path that says otherwise", start, [(text) => text.replaceAll("msrps:", "msrp:")]],
  ])("MUST be refused with 488 and words: %s", async (_what, begin, changes) => {
    await begin();
    change("offer", ...changes);
    await send();
    expect(pair.bob.has("ringing")).toBe(false);
    expect(pair.bobSip.rung[0]?.final).toBe(488);
    expect(pair.alice.last("error")).toMatchObject({
      ...{ code: "incompatible", status: 488 },
      message:
        "No protected connection for the files to bob@b.example could be agreed on. No file was sent.",
    });
    expect(connections()).toEqual([]);
  });

  it("one line of several is refused by port 0, the others go on", async () => {
    await start();
    change("offer", (text) =>
      text.replace("a=sendonly", "a=fingerprint:sha-1 AB:CD\r\na=sendonly"),
    );
    await send();
    expect([...pair.bob.received().keys()]).toEqual(["note.txt"]);
    expect(pair.alice.last("transfer").state).toBe("partly");
  });

  it("MUST not come from anybody else than the own core", async () => {
    await start({ b: { core: { host: "10.8.8.8", port: 5061, transport: "tls" } } });
    await send();
    expect(pair.bobSip.rung[0]?.final).toBe(488);
  });
});

describe("RFC 3264 §6, RFC 8122 §5 an answer that takes the protection away", () => {
  it.each<[string, readonly Change[]]>([
    ["TCP instead of TLS", [downgraded, withoutFingerprint]],
    ["TCP instead of TLS, with the fingerprint left", [downgraded]],
    ["no fingerprint: stripped on the way", [withoutFingerprint]],
    ["an unknown hash function", [(text) => text.replaceAll("sha-256", "sha-999")]],
  ])("MUST end the transfer in words of its own: %s", async (_what, changes) => {
    await start();
    change("answer", ...changes);
    await send();
    expect(ends()[0]).toBe("failed");
    expect(pair.alice.last("error")).toMatchObject({
      code: "not-protected",
      message: "The connection would not be protected as agreed. No file was sent.",
    });
    expect(connections()).toEqual([]);
    await pair.until("bob knows the end", () => pair.bob.has("transfer"));
    expect(pair.bob.last("file")).toMatchObject({ code: "not-protected" });
  });
});

describe("RFC 8122 §5 somebody between the two who changes what they tell of each other", () => {
  it("the answer names another certificate: the sender MUST not send an octet, and nobody tries again", async () => {
    await start();
    change("answer", withFingerprintOf(STRANGER));
    await send();
    expect(ends()[0]).toBe("interrupted");
    expect(new Set(codes())).toEqual(new Set(["not-protected"]));
    await pair.until("bob knows the end", () => pair.bob.has("transfer"));
    expect(pair.bob.last("file")).toMatchObject({ code: "not-protected", state: "interrupted" });
    expect(pair.alice.has("reconnecting")).toBe(false);
    expect(pair.trace.drafts).toEqual([]);
  });

  it("the offer names another certificate: the receiver MUST not read an octet", async () => {
    await start({ a: { resumeForS: 0 }, b: { resumeForS: 0 } });
    change("offer", withFingerprintOf(STRANGER));
    await send();
    expect(ends()[0]).not.toBe("verified");
    await pair.until("bob knows the end", () => pair.bob.has("transfer"));
    expect(pair.trace.drafts.filter(({ dir }) => dir === "in")).toEqual([]);
  });

  it("both are told of its own: nobody talks to it", async () => {
    await start({ a: { resumeForS: 0 }, b: { resumeForS: 0 } });
    pair.sip.edit = (body) => edited(body, [withFingerprintOf(STRANGER)]);
    await send();
    expect(codes()).toContain("not-protected");
    expect(ends()[0]).toBe("interrupted");
    await pair.until("bob knows the end", () => pair.bob.has("transfer"));
    expect(pair.trace.drafts).toEqual([]);
  });
});
