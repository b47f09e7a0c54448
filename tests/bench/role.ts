import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { formatMsrpUri } from "../../main/base/msrp-uri.ts";
import {
  msrpReceiveHashed,
  msrpReceivePlain,
  msrpRelay,
  msrpSend,
  openEndpoint,
} from "./msrp-copy.ts";
import { msrpReceiveMany, msrpSendMany } from "./msrp-many.ts";
import { listen, portOf, rawReceive, rawRelay, rawSend } from "./raw-copy.ts";
import type { GoRole, RoleDone, RoleReady, StartRole } from "./role-messages.ts";

const DELAY_RESOLUTION_MS = 1;

/** A process of the bench: one end, or one relay, of one copy. */
async function main(): Promise<void> {
  const start = (await nextMessage()) as StartRole;
  const detail = await (start.kind === "raw" ? raw(start) : msrp(start));
  const cpu = process.cpuUsage(cpuAtGo);
  const done: RoleDone = {
    event: "done",
    ok: detail === "",
    detail,
    cpuS: (cpu.user + cpu.system) / 1e6,
    peakRssMiB: peakRssMiB(),
    // The histogram holds the whole time between two of its timers.
    delayP99Ms: Math.max(0, delays.percentile(99) / 1e6 - DELAY_RESOLUTION_MS),
  };
  process.send?.(done);
}

/**
 * Of this program. What `resourceUsage` tells is at least what the parent had when it forked: Linux keeps the peak of
 * the memory that `exec` leaves.
 */
function peakRssMiB(): number {
  const ownKiB = process.platform === "linux" ? linuxPeakKiB() : undefined;
  return (ownKiB ?? process.resourceUsage().maxRSS) / 1024;
}

function linuxPeakKiB(): number | undefined {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return match === null ? undefined : Number(match[1]);
}

let cpuAtGo = process.cpuUsage();
const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });

function nextMessage(): Promise<unknown> {
  return new Promise((resolve) => {
    process.once("message", resolve);
  });
}

async function go(ready: Omit<RoleReady, "event">): Promise<GoRole> {
  const message: RoleReady = { event: "ready", ...ready };
  process.send?.(message);
  const answer = (await nextMessage()) as GoRole;
  cpuAtGo = process.cpuUsage();
  delays.enable();
  return answer;
}

async function raw({ role, path, identity }: StartRole): Promise<string> {
  const server = await listen(identity);
  const { nextPort } = await go({ port: portOf(server), nearUris: [], farUris: [] });
  if (role === "sender") await rawSend(path, nextPort, identity);
  else if (role === "relay") await rawRelay(server, nextPort);
  else await rawReceive(server, path, identity === undefined ? "connection" : "secureConnection");
  return "";
}

async function msrp(start: StartRole): Promise<string> {
  const endpoint = await openEndpoint(start);
  const scheme = start.identity === undefined ? "msrp" : "msrps";
  const nearUris = Array.from({ length: start.files }, () => endpoint.newUri(scheme));
  const farUris = Array.from({ length: start.files }, () => endpoint.newUri(scheme));
  const { previousUris, nextUris } = await go({
    port: endpoint.local.port,
    nearUris: nearUris.map(formatMsrpUri),
    farUris: farUris.map(formatMsrpUri),
  });
  const previous = previousUris.map((remoteUri, i) => ({
    endpoint,
    localUri: nearUris[i] ?? endpoint.newUri(),
    remoteUri,
  }));
  const next = nextUris.map((remoteUri, i) => ({
    endpoint,
    localUri: farUris[i] ?? endpoint.newUri(),
    remoteUri,
  }));
  if (start.files > 1)
    return start.role === "sender" ? msrpSendMany(next, start) : msrpReceiveMany(previous, start);
  const [previousLeg] = previous;
  const [nextLeg] = next;
  if (previousLeg === undefined) return nextLeg === undefined ? "" : msrpSend(nextLeg, start.path);
  if (nextLeg !== undefined) {
    await msrpRelay(previousLeg, nextLeg);
    return "";
  }
  if (start.kind === "msrp") return msrpReceivePlain(previousLeg, start.path);
  const { sizeOctets, sha1, path } = start;
  return msrpReceiveHashed(previousLeg, { folder: path, sizeOctets, sha1 });
}

// The parent ends us: `process.exit` may wait for ever for a thread of V8 that waits for the main thread (Node 24.21).
process.once("disconnect", () => {
  process.exit(0);
});
await main();
