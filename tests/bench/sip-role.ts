import { createSocket, type Socket } from "node:dgram";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { systemClock } from "../../main/base/clock.node.ts";
import { systemRandom } from "../../main/base/random.node.ts";
import { systemResolver } from "../../main/base/resolver.node.ts";
import { systemSockets } from "../../main/base/sockets.node.ts";
import { responseTo } from "../../main/sip/message/build.ts";
import { serializeSipMessage } from "../../main/sip/message/serialize.ts";
import { TransactionLayer } from "../../main/sip/transaction/transaction-layer.ts";
import { TransportLayer } from "../../main/sip/transport/transport-layer.ts";
import { optionsRequest, rewrite, typicalInvite } from "./sip-messages.ts";
import type { SipRoleDone, SipRoleGo, SipRoleReady, StartSipRole } from "./sip-role-messages.ts";

/** A process of the SIP bench: the one that asks, the one that answers, or one that reads and writes messages. */
async function main(): Promise<void> {
  const start = (await nextMessage()) as StartSipRole;
  if (start.role === "codec") {
    finish(rewriteFor(start.durationMs), start.durationMs, 0);
    return;
  }
  const end = start.role.startsWith("echo") ? await openEcho() : await openLayer();
  const isServer = start.role.endsWith("server");
  if (isServer) end.serve();
  const ready: SipRoleReady = { event: "ready", port: end.port };
  process.send?.(ready);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const go = (await nextMessage()) as SipRoleGo;
  cpuAtGo = process.cpuUsage();
  delay.enable();
  const count = isServer ? await stopped() : await keepAsking(end, go.port, start);
  delay.disable();
  finish(count, start.durationMs, delay.percentile(99) / 1e6);
}

let cpuAtGo = process.cpuUsage();

/** One end of a round: it answers, or it asks and says when the answer is there. */
interface End {
  readonly port: number;
  serve(): void;
  ask(serial: number, port: number, answered: () => void): void;
}

function finish(count: number, durationMs: number, delayP99Ms: number): void {
  const { user, system } = process.cpuUsage(cpuAtGo);
  const done: SipRoleDone = {
    event: "done",
    perSecond: (count * 1000) / durationMs,
    count,
    delayP99Ms,
    cpuS: (user + system) / 1e6,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
  };
  process.send?.(done, () => {
    process.exit(0);
  });
}

function nextMessage(): Promise<unknown> {
  return new Promise((resolve) => {
    process.once("message", resolve);
  });
}

async function stopped(): Promise<number> {
  await nextMessage();
  return 0;
}

/** What a datagram costs with no SIP in it: an OPTIONS there, the same octets back. */
async function openEcho(): Promise<End> {
  const octets = serializeSipMessage(optionsRequest(1));
  const socket: Socket = createSocket({
    type: "udp4",
    recvBufferSize: 1_048_576,
    lookup: (address, _options, done) => {
      done(null, address, 4);
    },
  });
  const waiting: (() => void)[] = [];
  await new Promise<void>((resolve) => {
    socket.bind({ address: "127.0.0.1", port: 0, exclusive: true }, resolve);
  });
  return {
    port: socket.address().port,
    serve: () => {
      socket.on("message", (bytes, from) => {
        socket.send(bytes, from.port, from.address);
      });
    },
    ask: (_serial, port, answered) => {
      if (socket.listenerCount("message") === 0) {
        socket.on("message", () => {
          waiting.shift()?.();
        });
      }
      waiting.push(answered);
      socket.send(octets, port, "127.0.0.1");
    },
  };
}

async function openLayer(): Promise<End> {
  const ports = {
    sockets: systemSockets(),
    clock: systemClock(),
    random: systemRandom(),
    resolver: systemResolver(),
    log: { write: () => undefined },
    trace: { stamp: () => ({ t: 0n, n: 0 }), record: () => undefined },
  };
  const opened = await TransportLayer.open(ports, { listen: { host: "127.0.0.1", port: 0 } });
  if (!opened.ok) throw new Error(opened.error.message);
  // Timers J and K keep ended transactions for 32 and 5 s, as over UDP they must be.
  const layer = new TransactionLayer(opened.value, ports, { maxTransactions: 5_000_000 });
  return {
    port: opened.value.local.port,
    serve: () => {
      layer.onRequest((tx) => {
        tx.respond(responseTo(tx.request, 200, undefined, { toTag: "bench" }));
      });
    },
    ask: (serial, port, answered) => {
      const remote = { host: "127.0.0.1", port };
      const target = { transport: "udp", isTransportFixed: true, remote } as const;
      const failed = (): void => {
        throw new Error("a transaction failed");
      };
      layer.request(optionsRequest(serial), target, {
        onResponse: answered,
        onTimeout: failed,
        onTransportError: failed,
      });
    },
  };
}

/** Keeps so many requests under way for the given time. @returns how many were answered */
async function keepAsking(
  end: End,
  port: number,
  { durationMs, window }: StartSipRole,
): Promise<number> {
  const startMs = performance.now();
  let answered = 0;
  let serial = 0;
  await new Promise<void>((resolve) => {
    const next = (): void => {
      if (performance.now() - startMs >= durationMs) {
        resolve();
        return;
      }
      serial += 1;
      end.ask(serial, port, () => {
        answered += 1;
        next();
      });
    };
    for (let i = 0; i < window; i += 1) next();
  });
  return answered;
}

/** @returns INVITEs parsed and written again */
function rewriteFor(durationMs: number): number {
  const octets = typicalInvite();
  for (let i = 0; i < 20_000; i += 1) rewrite(octets);
  const startMs = performance.now();
  let count = 0;
  while (performance.now() - startMs < durationMs) {
    for (let i = 0; i < 1000; i += 1) rewrite(octets);
    count += 1000;
  }
  return count;
}

await main();
