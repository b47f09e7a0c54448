import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { MESSAGE, MemoryReceiver } from "../../tests/support/msrp-bed.ts";
import { nullLog, nullTrace } from "../../tests/support/null-log.ts";
import { systemClock } from "../base/clock.node.ts";
import type { MsrpUri } from "../base/msrp-uri.ts";
import type { TlsIdentity } from "../base/ports.ts";
import { systemRandom } from "../base/random.node.ts";
import { selfSignedIdentity } from "../base/self-signed.node.ts";
import { systemSockets } from "../base/sockets.node.ts";
import { MsrpEndpoint } from "./endpoint.ts";
import type { ChunkSink, MessageReceiver, MsrpSession } from "./session/session.ts";

const opened: MsrpEndpoint[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

/** Another certificate for each endpoint. */
function ownIdentity(): TlsIdentity {
  const nowMs = Date.now();
  const validity = { notBeforeMs: nowMs - 60_000, notAfterMs: nowMs + 3_600_000 };
  return selfSignedIdentity({ names: [], ...validity });
}

async function endpoint(
  host: string,
  identity = ownIdentity(),
  tlsHost = host,
): Promise<MsrpEndpoint> {
  const ports = {
    sockets: systemSockets(),
    clock: systemClock(),
    random: systemRandom(),
    log: nullLog(),
    trace: nullTrace(),
  };
  const result = await MsrpEndpoint.open(ports, {
    ...{ listen: { host, port: 0 }, tls: { identity, host: tlsHost } },
  });
  if (!result.ok) throw new Error(result.error.message);
  opened.push(result.value);
  return result.value;
}

interface Pair {
  readonly active: MsrpSession;
  readonly passive: MsrpSession;
}

/** What each side was told of the other's certificate; the truth, unless a test says otherwise. */
interface Told {
  readonly active?: string;
  readonly passive?: string;
}

/** For those who wait in vain. */
const SOON = { bindTimeoutMs: 1_500 };

async function pair(
  host: string,
  receiver: MessageReceiver,
  scheme: MsrpUri["scheme"] = "msrp",
  told?: Told,
): Promise<Pair> {
  const patience = told === undefined ? {} : SOON;
  const [a, b] = [await endpoint(host), await endpoint(host)];
  const [uriA, uriB] = [a.newUri(scheme), b.newUri(scheme)];
  const passive = b.session({
    ...{ localUri: uriB, remotePath: [uriA], role: "passive", receiver },
    ...{ fingerprints: [told?.passive ?? a.fingerprint ?? ""], ...patience },
  });
  const active = a.session({
    ...{ localUri: uriA, remotePath: [uriB], role: "active", receiver: new MemoryReceiver() },
    ...{ fingerprints: [told?.active ?? b.fingerprint ?? ""], ...patience },
  });
  return { active, passive };
}

/** Hashes what arrives in order, and can refuse to go on. */
class HashingReceiver implements MessageReceiver {
  readonly hash = createHash("sha256");
  octets = 0;
  isSlow = false;

  begin(): ChunkSink {
    return {
      write: (bytes) => {
        this.hash.update(bytes);
        this.octets += bytes.length;
        return !this.isSlow;
      },
      end: (_flag, reply) => {
        reply(200);
      },
      broken: () => undefined,
    };
  }
}

const SIZE = 24 * 1024 * 1024;

/** Sends blocks while they are welcome; settles when the message has its outcome. */
async function sendBlocks(session: MsrpSession, block: Buffer, count: number): Promise<string> {
  const message = session.send({ ...MESSAGE, totalOctets: block.length * count });
  for (let i = 0; i < count; i += 1) {
    if (message.write(block)) continue;
    await new Promise<void>((resolve) => {
      const undo = message.events.on("drained", () => {
        undo();
        resolve();
      });
    });
  }
  message.finish();
  return (await message.outcome).kind;
}

describe.each([
  ["127.0.0.1", "msrp"],
  ["::1", "msrp"],
  ["127.0.0.1", "msrps"],
] as const)("RFC 4975 over sockets of the system, %s, %s", (host, scheme) => {
  it("MUST deliver every octet of a message of many chunks", async () => {
    const receiver = new HashingReceiver();
    const { active } = await pair(host, receiver, scheme);
    const block = Buffer.alloc(1024 * 1024, "0123456789abcdef\r\n-------");
    const expected = createHash("sha256");
    for (let i = 0; i < SIZE / block.length; i += 1) expected.update(block);
    expect(await sendBlocks(active, block, SIZE / block.length)).toBe("acknowledged");
    expect(receiver.octets).toBe(SIZE);
    expect(receiver.hash.digest("hex")).toBe(expected.digest("hex"));
  });

  it("MUST NOT take more from a sender than windows and sockets hold while the reader waits", async () => {
    const receiver = new HashingReceiver();
    receiver.isSlow = true;
    const { active, passive } = await pair(host, receiver, scheme);
    await passive.bound;
    const message = active.send({ ...MESSAGE, failureReport: "no" });
    const block = Buffer.alloc(65_536);
    let taken = 0;
    // Each turn lets sockets drain; the reader never does, so the taking must end well before the limit.
    for (let turn = 0; turn < 2000; turn += 1) {
      while (message.write(block)) taken += block.length;
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
    expect(taken).toBeLessThan(32 * 1024 * 1024);
    expect(receiver.octets).toBeLessThan(1024 * 1024);
    receiver.isSlow = false;
    passive.resumeReading();
    message.finish();
    expect((await message.outcome).kind).toBe("acknowledged");
  });
});

describe("RFC 8122 §5 and RFC 4975 §14.4 over sockets of the system", () => {
  const HOST = "127.0.0.1";

  async function ends({ active, passive }: Pair): Promise<readonly string[]> {
    const bounds = await Promise.all([active.bound, passive.bound]);
    return bounds.map((bound) => (bound.ok ? "bound" : bound.error.kind));
  }

  it("the side that connects MUST give up on another certificate before it says a word", async () => {
    const receiver = new HashingReceiver();
    const wrong = { active: ownIdentity().fingerprint };
    const sessions = await pair(HOST, receiver, "msrps", wrong);
    void sendBlocks(sessions.active, Buffer.alloc(1024), 1);
    expect(await ends(sessions)).toEqual(["untrusted", "bind-timeout"]);
    expect(receiver.octets).toBe(0);
  });

  it("the side that waits MUST not hear one with another certificate: connected is not accepted", async () => {
    const receiver = new HashingReceiver();
    const wrong = { passive: ownIdentity().fingerprint };
    const sessions = await pair(HOST, receiver, "msrps", wrong);
    void sendBlocks(sessions.active, Buffer.alloc(1024), 1);
    expect(await ends(sessions)).toEqual(["bind-timeout", "untrusted"]);
    expect(receiver.octets).toBe(0);
  });

  it("each scheme is listened for at an address of its own, and named by it", async () => {
    const one = await endpoint(HOST, ownIdentity(), "127.0.0.7");
    expect([one.local.host, one.localTls?.host]).toEqual([HOST, "127.0.0.7"]);
    expect([one.newUri().host, one.newUri("msrps").host]).toEqual([HOST, "127.0.0.7"]);
  });

  it("a port without TLS is not spoken to", async () => {
    const [a, b] = [await endpoint(HOST), await endpoint(HOST)];
    const session = a.session({
      ...{ localUri: a.newUri("msrps"), role: "active", receiver: new MemoryReceiver() },
      ...{ remotePath: [{ ...b.newUri(), scheme: "msrps" }], fingerprints: [b.fingerprint ?? ""] },
    });
    const bound = await session.bound;
    expect(bound.ok ? "bound" : bound.error.kind).toBe("connect-failed");
  });

  it("a port with TLS hears nothing without", async () => {
    const [a, b] = [await endpoint(HOST), await endpoint(HOST)];
    const [uriA, uriB] = [a.newUri(), b.newUri("msrps")];
    const receiver = new HashingReceiver();
    const passive = b.session({
      ...{ localUri: uriB, remotePath: [{ ...uriA, scheme: "msrps" }], role: "passive", receiver },
      ...{ fingerprints: [a.fingerprint ?? ""], ...SOON },
    });
    const active = a.session({
      ...{ localUri: uriA, remotePath: [{ ...uriB, scheme: "msrp" }], role: "active" },
      ...{ receiver: new MemoryReceiver(), ...SOON },
    });
    void sendBlocks(active, Buffer.alloc(1024), 1);
    const [first, second] = await ends({ active, passive });
    expect(["connection-lost", "closed", "bind-timeout"]).toContain(first);
    expect(second).toBe("bind-timeout");
    expect(receiver.octets).toBe(0);
  });
});
