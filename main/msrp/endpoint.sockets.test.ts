import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { MESSAGE, MemoryReceiver } from "../../tests/support/msrp-bed.ts";
import { nullLog, nullTrace } from "../../tests/support/null-log.ts";
import { systemClock } from "../base/clock.node.ts";
import { systemRandom } from "../base/random.node.ts";
import { systemSockets } from "../base/sockets.node.ts";
import { MsrpEndpoint } from "./endpoint.ts";
import type { ChunkSink, MessageReceiver, MsrpSession } from "./session/session.ts";

const opened: MsrpEndpoint[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((endpoint) => endpoint.close()));
});

async function endpoint(host: string): Promise<MsrpEndpoint> {
  const ports = {
    sockets: systemSockets(),
    clock: systemClock(),
    random: systemRandom(),
    log: nullLog(),
    trace: nullTrace(),
  };
  const result = await MsrpEndpoint.open(ports, { listen: { host, port: 0 } });
  if (!result.ok) throw new Error(result.error.message);
  opened.push(result.value);
  return result.value;
}

async function pair(
  host: string,
  receiver: MessageReceiver,
): Promise<{ readonly active: MsrpSession; readonly passive: MsrpSession }> {
  const [a, b] = [await endpoint(host), await endpoint(host)];
  const [uriA, uriB] = [a.newUri(), b.newUri()];
  const passive = b.session({ localUri: uriB, remotePath: [uriA], role: "passive", receiver });
  const active = a.session({
    localUri: uriA,
    remotePath: [uriB],
    role: "active",
    receiver: new MemoryReceiver(),
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

describe.each(["127.0.0.1", "::1"])("RFC 4975 over sockets of the system, %s", (host) => {
  it("MUST deliver every octet of a message of many chunks", async () => {
    const receiver = new HashingReceiver();
    const { active } = await pair(host, receiver);
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
    const { active, passive } = await pair(host, receiver);
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
