import { createSocket, type Socket } from "node:dgram";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../main/base/clock.node.ts";
import { systemHashing } from "../../main/base/hashing.node.ts";
import { systemRandom } from "../../main/base/random.node.ts";
import { systemResolver } from "../../main/base/resolver.node.ts";
import { systemSockets } from "../../main/base/sockets.node.ts";
import { SipCore } from "../../main/network/core/sip-core.ts";
import { TransactionLayer } from "../../main/sip/transaction/transaction-layer.ts";
import { TransportLayer } from "../../main/sip/transport/transport-layer.ts";
import { ha1Of } from "../../main/sip/ua/digest.ts";
import { nullLog, nullTrace } from "../support/null-log.ts";
import { TORTURE } from "../support/torture-messages.ts";

const HOST = "127.0.0.1";
const PATIENCE_MS = 5000;

let transactions: TransactionLayer;
let core: SipCore;
let udp: Socket;
const heard = new Set<string>();
let onHeard: () => void = () => undefined;

beforeAll(async () => {
  const hashing = systemHashing();
  const ports = {
    sockets: systemSockets(),
    clock: systemClock(),
    random: systemRandom(),
    resolver: systemResolver(),
    log: nullLog(),
    trace: nullTrace(),
  };
  const transport = await TransportLayer.open(ports, { listen: { host: HOST, port: 0 } });
  if (!transport.ok) throw new Error(transport.error.message);
  transactions = new TransactionLayer(transport.value, ports);
  const who = { username: "bob", realm: "a.example", password: "x" };
  core = new SipCore(
    transactions,
    { ...ports, hashing },
    {
      domain: "a.example",
      users: [{ aor: "sip:bob@a.example", ha1: { sha256: ha1Of(hashing, "SHA-256", who) } }],
      neighbours: new Map(),
    },
  );
  udp = createSocket("udp4");
  udp.on("message", (bytes) => {
    hear(bytes.toString("latin1"));
  });
  await new Promise<void>((resolve) => {
    udp.bind(0, HOST, resolve);
  });
});

afterAll(async () => {
  core.stop();
  await transactions.close();
  await new Promise<void>((resolve) => {
    udp.close(resolve);
  });
});

function hear(text: string): void {
  for (const [, id] of text.matchAll(/^Call-ID: (after-[\w-]+)\r$/gm))
    if (id !== undefined) heard.add(id);
  onHeard();
}

function port(): number {
  return transactions.transport.local.port;
}

/** Nobody has to be known to be asked for a proof: any answer shows that the core is at work. */
function question(id: string, transport: "UDP" | "TCP"): Buffer {
  const sentBy = `${HOST}:${String(udp.address().port)}`;
  return Buffer.from(
    [
      "INVITE sip:bob@a.example SIP/2.0",
      `Via: SIP/2.0/${transport} ${sentBy};rport;branch=z9hG4bK${id}`,
      "Max-Forwards: 70",
      "From: <sip:bob@a.example>;tag=1",
      "To: <sip:bob@a.example>",
      `Call-ID: ${id}`,
      "CSeq: 1 INVITE",
      `Contact: <sip:bob@${sentBy}>`,
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n"),
  );
}

function answered(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isAnswered: boolean): void => {
      clearTimeout(guard);
      onHeard = () => undefined;
      resolve(isAnswered);
    };
    const guard = setTimeout(() => {
      settle(false);
    }, PATIENCE_MS);
    onHeard = () => {
      if (heard.has(id)) settle(true);
    };
    onHeard();
  });
}

/** Writes to a fresh connection, reads until the other side ends it or `until` holds. */
async function overTcp(bytes: Buffer, id: string | undefined): Promise<boolean> {
  const socket = connect({ host: HOST, port: port() });
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    hear(data.toString("latin1"));
  });
  socket.write(bytes);
  const isAnswered = id === undefined ? true : await answered(id);
  socket.destroy();
  return isAnswered;
}

describe("RFC 4475 and RFC 5118 through live sockets", () => {
  it.each(TORTURE.map((one, at) => [one.clause, one.purpose, at] as const))(
    "%s over UDP (%s): the valid INVITE after it MUST be answered",
    async (_clause, _purpose, at) => {
      const id = `after-udp-${String(at)}`;
      udp.send(TORTURE[at]?.bytes ?? "", port(), HOST);
      udp.send(question(id, "UDP"), port(), HOST);
      expect(await answered(id)).toBe(true);
    },
  );

  it.each(TORTURE.map((one, at) => [one.clause, one.purpose, at] as const))(
    "%s over TCP (%s): the valid INVITE on the next connection MUST be answered",
    async (_clause, _purpose, at) => {
      const id = `after-tcp-${String(at)}`;
      await overTcp(TORTURE[at]?.bytes ?? Buffer.alloc(0), undefined);
      expect(await overTcp(question(id, "TCP"), id)).toBe(true);
    },
  );
});
