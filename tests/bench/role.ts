import { formatMsrpUri } from "../../main/base/msrp-uri.ts";
import {
  msrpReceiveHashed,
  msrpReceivePlain,
  msrpRelay,
  msrpSend,
  openEndpoint,
} from "./msrp-copy.ts";
import { listen, portOf, rawReceive, rawRelay, rawSend } from "./raw-copy.ts";
import type { GoRole, RoleDone, RoleReady, StartRole } from "./role-messages.ts";

/** A process of the bench: one end, or one relay, of one copy. */
async function main(): Promise<void> {
  const start = (await nextMessage()) as StartRole;
  const detail = await (start.kind === "raw" ? raw(start) : msrp(start));
  const usage = process.resourceUsage();
  const cpu = process.cpuUsage(cpuAtGo);
  const done: RoleDone = {
    event: "done",
    ok: detail === "",
    detail,
    cpuS: (cpu.user + cpu.system) / 1e6,
    peakRssMiB: usage.maxRSS / 1024,
  };
  process.send?.(done, () => {
    process.exit(0);
  });
}

let cpuAtGo = process.cpuUsage();

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
  return answer;
}

async function raw({ role, path }: StartRole): Promise<string> {
  const server = await listen();
  const { nextPort } = await go({ port: portOf(server), uris: [] });
  if (role === "sender") await rawSend(path, nextPort);
  else if (role === "relay") await rawRelay(server, nextPort);
  else await rawReceive(server, path);
  return "";
}

async function msrp(start: StartRole): Promise<string> {
  const endpoint = await openEndpoint();
  const [near, far] = [endpoint.newUri(), endpoint.newUri()];
  const { previousUri, nextUri } = await go({
    port: endpoint.local.port,
    uris: [formatMsrpUri(near), formatMsrpUri(far)],
  });
  const previous = { endpoint, localUri: near, remoteUri: previousUri };
  const next = { endpoint, localUri: far, remoteUri: nextUri };
  if (start.role === "sender") return msrpSend(next, start.path);
  if (start.role === "relay") {
    await msrpRelay(previous, next);
    return "";
  }
  if (start.kind === "msrp") return msrpReceivePlain(previous, start.path);
  const { sizeOctets, sha1 } = start;
  return msrpReceiveHashed(previous, { folder: start.path, sizeOctets, sha1 });
}

await main();
