import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoreBed, NEIGHBOUR, type ScriptedUa } from "../../../tests/support/core-bed.ts";
import { fakeIdentity } from "../../../tests/support/fake-tls.ts";
import type { HostPort } from "../../base/host-port.ts";

const STRANGER = "10.0.0.66";
const ME: HostPort = { host: STRANGER, port: 5060 };

let bed: CoreBed;
let stranger: ScriptedUa;

beforeEach(async () => {
  bed = await CoreBed.start({ profile: "open" });
  stranger = await bed.ua(STRANGER);
});

afterEach(() => bed.stop());

/** Statuses by how often they came. */
function counted(statuses: readonly number[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** OPTIONS that nobody sends twice, as text: no transaction of ours waits for the answers. */
function flood(times: number, from = ME, first = 0): void {
  for (let i = first; i < first + times; i += 1) {
    const lines = [
      "OPTIONS sip:bob@a.example SIP/2.0",
      `Via: SIP/2.0/UDP ${from.host}:${String(from.port)};branch=z9hG4bKflood${String(i)}`,
      "Max-Forwards: 70",
      "From: <sip:x@a.example>;tag=1",
      "To: <sip:bob@a.example>",
      `Call-ID: ${String(i)}@flood`,
      "CSeq: 1 OPTIONS",
      "Content-Length: 0",
      "\r\n",
    ];
    bed.net.inject(from, bed.address, Buffer.from(lines.join("\r\n")));
  }
}

/** First lines of what the core has sent to an address. */
function heard(host = STRANGER): readonly number[] {
  return bed.net.traffic
    .filter(({ proto, from, to }) => proto === "udp" && from.port === 5060 && to.host === host)
    .filter(({ bytes }) => bytes.toString("latin1").startsWith("SIP/2.0"))
    .map(({ bytes }) => Number(bytes.toString("latin1").slice(8, 11)));
}

describe("RFC 3261 §26.3.2.4 requests of nobody who is known", () => {
  it("MUST be heard 30 times in 2 s, refused as often with 503 and Retry-After, and then not answered", async () => {
    flood(300);
    await bed.pass();
    expect(counted(heard())).toEqual({ 407: 30, 503: 30 });
    const refused = bed.net.traffic.find(({ bytes }) => bytes.toString().startsWith("SIP/2.0 503"));
    expect(refused?.bytes.toString()).toContain("\r\nRetry-After: 2\r\n");
  });

  it("MUST stay unheard while they go on, and be heard again 2 s after they ended", async () => {
    for (let second = 0; second < 8; second += 1) {
      flood(100, ME, second * 100);
      await bed.pass(1000);
    }
    expect(counted(heard())).toEqual({ 407: 30, 503: 30 });
    await bed.pass(3000);
    flood(1, ME, 10_000);
    await bed.pass();
    expect(counted(heard())).toEqual({ 407: 31, 503: 30 });
  });

  it("MUST count what is sent again, and what is no message, as well", async () => {
    for (let i = 0; i < 200; i += 1) flood(1, ME, 7);
    await bed.pass();
    expect(heard().length).toBeLessThanOrEqual(60);
    const other = { host: "10.0.0.67", port: 5060 };
    for (let i = 0; i < 100; i += 1)
      bed.net.inject(other, bed.address, Buffer.from("nonsense\r\n\r\n"));
    flood(5, other);
    await bed.pass();
    expect(heard(other.host)).toEqual([]);
  });

  it("MUST NOT keep others from being heard", async () => {
    const alice = await bed.device("alice", "10.0.1.1");
    flood(1000);
    const asked = alice.ask("OPTIONS", { uri: "sip:a.example" });
    await bed.pass();
    expect((await asked).status).toBe(200);
    const bob = await bed.device("bob", "10.0.1.2");
    expect(
      (await bob.ask("OPTIONS", { uri: "sip:a.example", from: "sip:bob@a.example" })).status,
    ).toBe(200);
  });

  it("MUST NOT keep a user unheard who registered from the same address", async () => {
    const alice = await bed.device("alice", "10.0.1.1");
    flood(1000, { host: "10.0.1.1", port: 4000 });
    expect((await alice.ask("OPTIONS", { uri: "sip:a.example" })).status).toBe(200);
  });

  it("MUST NOT count what turns out to be a user's: 60 registrations in 2 s from one address", async () => {
    const gateway = await bed.ua("10.0.1.9");
    gateway.login("alice", "a.example");
    for (let i = 0; i < 20; i += 1) {
      const status = (await gateway.ask("MESSAGE", { uri: "sip:alice@a.example" })).status;
      expect(status).toBe(480);
    }
  });

  it("MUST break a connection over which they come, and take no new one for a while", async () => {
    for (let i = 0; i < 70; i += 1) stranger.send("OPTIONS", { transport: "tcp" });
    await bed.pass(200);
    expect(bed.net.openConnections).toBe(0);
    const later = stranger.send("OPTIONS", { transport: "tcp" });
    await bed.pass(200);
    expect(later.statuses()).toEqual([503]);
    await bed.pass(2500);
    const again = stranger.send("OPTIONS", { transport: "tcp" });
    await bed.pass(200);
    expect(again.statuses()).toEqual([407]);
  });
});

describe("RFC 3261 §21.5.4 requests of users", () => {
  it("MUST be refused with Retry-After above 100 a second", async () => {
    const alice = await bed.device("alice", "10.0.1.1");
    const sent = Array.from({ length: 130 }, () => alice.send("OPTIONS", { uri: "sip:a.example" }));
    await bed.pass(5);
    const counts = counted(sent.flatMap((one) => one.statuses()));
    expect(counts[503]).toBeGreaterThanOrEqual(28);
    expect(counts[200]).toBeGreaterThanOrEqual(99);
    expect(
      sent
        .find((one) => one.last().status === 503)
        ?.last()
        .headers.get("Retry-After"),
    ).toBe("1");
    await bed.pass(1000);
    expect((await alice.ask("OPTIONS", { uri: "sip:a.example" })).status).toBe(200);
  });

  it("MUST be refused with Retry-After above 50 INVITEs in a minute, and only INVITEs", async () => {
    const alice = await bed.device("alice", "10.0.1.1");
    const statuses: number[] = [];
    for (let i = 0; i < 55; i += 1) {
      const sent = alice.send("INVITE", { uri: "sip:nobody@a.example" });
      await bed.pass(30);
      statuses.push(...sent.statuses());
    }
    expect(counted(statuses)).toEqual({ 404: 51, 503: 4 });
    expect((await alice.ask("OPTIONS", { uri: "sip:a.example" })).status).toBe(200);
    await bed.pass(1300);
    const later = alice.send("INVITE", { uri: "sip:nobody@a.example" });
    await bed.pass();
    expect(later.statuses()).toEqual([404]);
  });
});

describe("RFC 3325 §3 peers of the configuration", () => {
  it("are not counted", async () => {
    await bed.device("bob", "10.0.1.2");
    flood(500, NEIGHBOUR);
    await bed.pass();
    expect(counted(heard(NEIGHBOUR.host))[503]).toBeUndefined();
    expect(heard(NEIGHBOUR.host)).toHaveLength(500);
  });
});

describe("RFC 3261 §26.3.2.4 in the lab", () => {
  it("nobody is counted", async () => {
    const lab = await CoreBed.start({});
    for (let i = 0; i < 200; i += 1) {
      const line = `OPTIONS sip:a.example SIP/2.0\r\nVia: SIP/2.0/UDP ${STRANGER}:5060;branch=z9hG4bK${String(i)}\r\n`;
      const rest = `Max-Forwards: 70\r\nFrom: <sip:x@a.example>;tag=1\r\nTo: <sip:a.example>\r\nCall-ID: ${String(i)}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;
      lab.net.inject(ME, lab.address, Buffer.from(line + rest));
    }
    await lab.pass();
    const answers = lab.net.traffic.filter(({ bytes }) =>
      bytes.toString().startsWith("SIP/2.0 407"),
    );
    expect(answers).toHaveLength(200);
    await lab.stop();
  });
});

describe("RFC 3261 §26.3.2.4 TLS handshakes, which cost more than any request", () => {
  const SECURE = { host: "10.0.0.1", port: 5061 };
  const identity = fakeIdentity({ names: [SECURE.host] });
  const believed = { kind: "fingerprint", sha256: identity.fingerprint } as const;

  beforeEach(async () => {
    await bed.stop();
    const trustOf = (): typeof believed => believed;
    bed = await CoreBed.start({ profile: "open" }, { tls: { identity, listen: SECURE, trustOf } });
  });

  /** What becomes of one; with another trust the client breaks it off. */
  async function handshake(
    from = STRANGER,
    trust: { readonly kind: "fingerprint"; readonly sha256: string } = believed,
  ): Promise<string> {
    const { signal } = new AbortController();
    const options = { signal, timeoutMs: 1000, trust };
    const connecting = bed.net.host(from).connectTls(SECURE, options);
    await bed.pass();
    const connected = await connecting;
    if (connected.ok) connected.value.destroy();
    return connected.ok ? "connected" : connected.error.code;
  }

  it("MUST not begin with an address that is not heard, and begin again when it is", async () => {
    expect(await handshake()).toBe("connected");
    flood(300);
    await bed.pass();
    expect(await handshake()).toBe("TLS_NOT_SPOKEN");
    expect(await handshake("10.0.0.67")).toBe("connected");
    await bed.pass(2500);
    expect(await handshake()).toBe("connected");
  });

  it("MUST not begin with an address that has broken off one after another", async () => {
    const other = { ...believed, sha256: `AB${":CD".repeat(31)}` };
    // At once: nobody is silenced for 15 handshakes a second.
    const attempts = Array.from({ length: 70 }, () => handshake(STRANGER, other));
    const outcomes = await Promise.all(attempts);
    expect(outcomes[0]).toBe("TLS_WRONG_FINGERPRINT");
    expect(await handshake()).toBe("TLS_NOT_SPOKEN");
    expect(await handshake("10.0.0.67")).toBe("connected");
  });
});
