import { describe, expect, it } from "vitest";
import type { TlsConnection, TlsTrust } from "../../main/base/ports.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeNet } from "../support/fake-net.ts";
import { type FakeCertificate, fakeIdentity } from "../support/fake-tls.ts";

const SERVER = fakeIdentity({ names: ["a.example"] });
const CLIENT = fakeIdentity({ names: [], serial: 2 });
const AT = { host: "10.0.0.1", port: 5061 };
const PINNED: TlsTrust = { kind: "fingerprint", sha256: SERVER.fingerprint };

async function bed(options: { readonly shown?: FakeCertificate; readonly asks?: boolean } = {}) {
  const clock = new FakeClock();
  const net = new FakeNet(clock);
  const identity = options.shown === undefined ? SERVER : fakeIdentity(options.shown);
  const accepted: TlsConnection[] = [];
  const refused: string[] = [];
  const listener = await net.host(AT.host).listenTls(
    AT,
    {
      ...{ identity, requestsCertificate: options.asks ?? true },
      onRefused: (error) => {
        refused.push(error.code);
      },
    },
    (connection) => {
      accepted.push(connection);
    },
  );
  if (!listener.ok) throw new Error(listener.error.code);
  const connect = async (trust: TlsTrust) => {
    const signal = new AbortController().signal;
    const sockets = net.host("10.0.0.2");
    const attempt = sockets.connectTls(AT, { signal, timeoutMs: 5000, trust, identity: CLIENT });
    await clock.advanceAsync(30_000);
    const result = await attempt;
    return result.ok ? result.value : result.error.code;
  };
  return { clock, net, accepted, refused, connect, listener: listener.value };
}

function byName(host: string, shown: FakeCertificate): TlsTrust {
  return { kind: "name", host, certificatesPem: [fakeIdentity(shown).certificatePem] };
}

describe("RFC 8446 §4 handshakes on the fake wire", () => {
  it("MUST give both ends the other's fingerprint", async () => {
    const { connect, accepted } = await bed();
    const connection = await connect(PINNED);
    expect(connection).toMatchObject({ peerFingerprint: SERVER.fingerprint });
    expect(accepted.map((each) => each.peerFingerprint)).toEqual([CLIENT.fingerprint]);
  });

  it("MUST not tell of a certificate that nobody asked for", async () => {
    const { connect, accepted } = await bed({ asks: false });
    await connect(PINNED);
    expect(accepted.map((each) => each.peerFingerprint)).toEqual([undefined]);
  });

  it.each<readonly [string, FakeCertificate, TlsTrust | undefined]>([
    ["TLS_WRONG_FINGERPRINT", { names: ["a.example"], serial: 3 }, PINNED],
    ["TLS_WRONG_NAME", { names: ["b.example"] }, undefined],
    ["TLS_EXPIRED", { names: ["a.example"], notAfterMs: 1 }, undefined],
    ["TLS_NOT_YET_VALID", { names: ["a.example"], notBeforeMs: 9e15 }, undefined],
    ["TLS_UNKNOWN_ISSUER", { names: ["a.example"] }, { kind: "name", host: "a.example" }],
  ])("MUST fail with %s before either end has a connection", async (code, shown, trust) => {
    const { connect, accepted, refused, net, listener } = await bed({ shown });
    expect(await connect(trust ?? byName("a.example", shown))).toBe(code);
    listener.close();
    expect([accepted, refused, net.openSockets]).toEqual([[], ["TLS_NOT_SPOKEN"], 0]);
  });

  it("MUST fail as the test says, and after ten seconds where nothing comes", async () => {
    const { connect, net, accepted, listener } = await bed();
    const heal = net.spoilTls("TLS_VERSION");
    expect(await connect(PINNED)).toBe("TLS_VERSION");
    heal();
    net.spoilTls("stall");
    expect(await connect(PINNED)).toBe("TLS_TIMEOUT");
    listener.close();
    expect([accepted, net.openSockets]).toEqual([[], 0]);
  });

  it("MUST show plain octets to no owner of a TLS port", async () => {
    const { net, clock, accepted, refused } = await bed();
    const signal = new AbortController().signal;
    const plain = net.host("10.0.0.2").connectTcp(AT, { signal, timeoutMs: 5000 });
    await clock.advanceAsync(10);
    const connected = await plain;
    if (!connected.ok) throw new Error(connected.error.code);
    connected.value.write(Buffer.from("OPTIONS"));
    await clock.advanceAsync(10);
    expect([accepted, refused]).toEqual([[], ["TLS_NOT_SPOKEN"]]);
  });

  it("MUST show a plain port a hello, and fail when it closes", async () => {
    const { net, connect, listener } = await bed();
    listener.close();
    const heard: string[] = [];
    await net.host(AT.host).listenTcp(AT, (connection) => {
      connection.start({
        onData: (bytes) => {
          heard.push(bytes.toString("hex").slice(0, 6));
          connection.destroy();
        },
        onDrained: () => undefined,
        onEnd: () => undefined,
        onClose: () => undefined,
      });
    });
    expect([await connect(PINNED), heard]).toEqual(["TLS_NOT_SPOKEN", ["160301"]]);
  });
});
