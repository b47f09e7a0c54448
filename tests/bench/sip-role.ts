import { monitorEventLoopDelay } from "node:perf_hooks";
import { systemClock } from "../../main/base/clock.node.ts";
import { systemRandom } from "../../main/base/random.node.ts";
import { systemResolver } from "../../main/base/resolver.node.ts";
import { systemSockets } from "../../main/base/sockets.node.ts";
import { responseTo } from "../../main/sip/message/build.ts";
import { TransactionLayer } from "../../main/sip/transaction/transaction-layer.ts";
import { TransportLayer } from "../../main/sip/transport/transport-layer.ts";
import { rewrite, typicalInvite } from "./sip-messages.ts";
import type { SipRoleDone, SipRoleGo, SipRoleReady, StartSipRole } from "./sip-role-messages.ts";

/** A process of the SIP bench: the one that asks, the one that answers, or one that reads and writes messages. */
async function main(): Promise<void> {
  const start = (await nextMessage()) as StartSipRole;
  if (start.role === "codec") {
    finish(rewriteFor(start.durationMs), 0);
    return;
  }
  const layer = await openLayer();
  if (start.role === "server") serve(layer);
  const ready: SipRoleReady = { event: "ready", port: layer.transport.local.port };
  process.send?.(ready);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const go = (await nextMessage()) as SipRoleGo;
  cpuAtGo = process.cpuUsage();
  delay.enable();
  const count = start.role === "client" ? await ask(layer, go.port, start) : await stopped();
  delay.disable();
  await layer.close();
  finish(count, delay.percentile(99) / 1e6);
}

let cpuAtGo = process.cpuUsage();

function finish(perSecond: number, delayP99Ms: number): void {
  const { user, system } = process.cpuUsage(cpuAtGo);
  const done: SipRoleDone = {
    event: "done",
    perSecond,
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

async function openLayer(): Promise<TransactionLayer> {
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
  return new TransactionLayer(opened.value, ports, { maxTransactions: 5_000_000 });
}

function serve(layer: TransactionLayer): void {
  layer.onRequest((tx) => {
    tx.respond(responseTo(tx.request, 200, undefined, { toTag: "bench" }));
  });
}

/** Keeps so many OPTIONS under way for the given time. @returns transactions a second */
async function ask(
  layer: TransactionLayer,
  port: number,
  { durationMs, window }: StartSipRole,
): Promise<number> {
  const { optionsRequest } = await import("./sip-messages.ts");
  const target = {
    transport: "udp",
    isTransportFixed: true,
    remote: { host: "127.0.0.1", port },
  } as const;
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
      layer.request(optionsRequest(serial), target, {
        onResponse: () => {
          answered += 1;
          next();
        },
        onTimeout: next,
        onTransportError: next,
      });
    };
    for (let i = 0; i < window; i += 1) next();
  });
  return (answered * 1000) / (performance.now() - startMs);
}

/** @returns INVITEs parsed and written again a second */
function rewriteFor(durationMs: number): number {
  const octets = typicalInvite();
  for (let i = 0; i < 20_000; i += 1) rewrite(octets);
  const startMs = performance.now();
  let count = 0;
  while (performance.now() - startMs < durationMs) {
    for (let i = 0; i < 1000; i += 1) rewrite(octets);
    count += 1000;
  }
  return (count * 1000) / (performance.now() - startMs);
}

await main();
