import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../main/base/clock.node.ts";
import { systemHashing } from "../../main/base/hashing.node.ts";
import { systemRandom } from "../../main/base/random.node.ts";
import { systemSockets } from "../../main/base/sockets.node.ts";
import { MsrpEndpoint } from "../../main/msrp/endpoint.ts";
import type { MsrpRelay } from "../../main/msrp/relay/relays.ts";
import type { MsrpSession } from "../../main/msrp/session/session.ts";
import { hasKamailio, type KamailioRelay, kamailioRelay } from "../support/kamailio-relay.ts";
import { MemoryReceiver } from "../support/msrp-bed.ts";
import { need } from "../support/need.ts";
import { nullLog, nullTrace } from "../support/null-log.ts";

const PASSWORD = "xyz123";
const canRun = need(hasKamailio(), "kamailio, to relay MSRP");

// Kamailio is a program of its own: without it nothing could be shown, and `need` has said so.
describe.skipIf(!canRun)("RFC 4976 through Debian's Kamailio as relay", () => {
  let kamailio: KamailioRelay;
  const endpoints: MsrpEndpoint[] = [];

  beforeAll(async () => {
    kamailio = await kamailioRelay("relay.example", PASSWORD);
  });

  afterAll(async () => {
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    await kamailio.stop();
  });

  async function endpoint(): Promise<MsrpEndpoint> {
    const ports = {
      ...{ sockets: systemSockets(), clock: systemClock(), random: systemRandom() },
      ...{ log: nullLog(), trace: nullTrace() },
    };
    const opened = await MsrpEndpoint.open(ports, { listen: { host: "127.0.0.1", port: 0 } });
    if (!opened.ok) throw new Error(opened.error.message);
    endpoints.push(opened.value);
    return opened.value;
  }

  async function place(at: MsrpEndpoint, username: string): Promise<MsrpRelay> {
    const opened = await at.openRelay({
      relay: kamailio.uri,
      credentials: { username, password: PASSWORD },
      hashing: systemHashing(),
    });
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value;
  }

  async function pair(): Promise<{
    alice: MsrpSession;
    bob: MsrpSession;
    received: MemoryReceiver;
  }> {
    const [a, b] = [await endpoint(), await endpoint()];
    const [relayA, relayB] = [await place(a, "alice"), await place(b, "bob")];
    const [uriA, uriB] = [a.newUri(), b.newUri()];
    const received = new MemoryReceiver();
    const bob = b.session({
      ...{ localUri: uriB, relay: relayB, role: "passive", receiver: received },
      remotePath: [...relayA.usePath, uriA],
    });
    const alice = a.session({
      ...{ localUri: uriA, relay: relayA, role: "active", receiver: new MemoryReceiver() },
      remotePath: [...relayB.usePath, uriB],
    });
    expect([await alice.bound, await bob.bound].map(({ ok }) => ok)).toEqual([true, true]);
    return { alice, bob, received };
  }

  async function send(session: MsrpSession, body: Buffer): Promise<string> {
    const message = session.send({
      contentType: "application/octet-stream",
      totalOctets: body.length,
      successReport: true,
      failureReport: "yes",
    });
    for (let at = 0; at < body.length; at += 65_536) {
      while (!message.isWritable) {
        const isOver = await Promise.race([
          message.outcome.then(() => true),
          new Promise<boolean>((resolve) => {
            const undo = message.events.on("drained", () => {
              undo();
              resolve(false);
            });
          }),
        ]);
        if (isOver) return (await message.outcome).kind;
      }
      message.write(body.subarray(at, at + 65_536));
    }
    message.finish();
    return (await message.outcome).kind;
  }

  it("§6.1 MUST get a path, in the dialect of AUTH that this relay speaks", async () => {
    const relay = await place(await endpoint(), "alice");
    expect(relay.usePath.length).toBe(1);
    expect(relay.usePath[0]).toMatchObject({ host: kamailio.uri.host, port: kamailio.uri.port });
    expect(relay.usePath[0]?.sessionId).toBeDefined();
  });

  it("§6.1 MUST say that the relay refuses a wrong password", async () => {
    const opened = await (await endpoint()).openRelay({
      relay: kamailio.uri,
      credentials: { username: "alice", password: "wrong" },
      hashing: systemHashing(),
    });
    expect(opened).toMatchObject({ ok: false, error: { kind: "refused", status: 401 } });
  });

  it("§6.2 MUST carry octets of any value both ways between two who only connect out", async () => {
    const { alice, bob, received } = await pair();
    const body = randomBytes(300_000);
    expect(await send(alice, body)).toBe("acknowledged");
    await expect.poll(() => received.bytes.equals(body), { timeout: 20_000 }).toBe(true);
    const reports: number[] = [];
    alice.events.on("report", ({ status }) => {
      reports.push(status);
    });
    const messageId = received.chunks[0]?.messageId ?? "";
    const range = { start: 1, end: body.length, total: body.length };
    bob.report({ messageId, range, status: 200 });
    await expect.poll(() => reports, { timeout: 5000 }).toEqual([200]);
  });

  it("MUST find the chunk size that the relay can take", async () => {
    const { alice, received } = await pair();
    const body = randomBytes(64_000);
    expect(await send(alice, body)).toBe("acknowledged");
    await expect.poll(() => received.bytes.equals(body), { timeout: 20_000 }).toBe(true);
    // Kamailio 5.6 takes frames of about 11 kB.
    expect(Math.max(...received.lengths)).toBeLessThan(11_000);
  });
});
