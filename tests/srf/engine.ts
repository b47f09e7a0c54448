/**
 * One engine process for drachtio-srf's own suite: a SIP stack on a loopback address and a control port. Tells port and
 * secret in one line of JSON on standard output; ends with its standard input.
 */
import { systemClock } from "../../main/base/clock.node.ts";
import { systemHashing } from "../../main/base/hashing.node.ts";
import { isIpAddress, isLoopback } from "../../main/base/host-port.ts";
import type { Resolver, Sockets } from "../../main/base/ports.ts";
import { systemRandom } from "../../main/base/random.node.ts";
import { err } from "../../main/base/result.ts";
import { systemSockets } from "../../main/base/sockets.node.ts";
import { openControlPort } from "../../main/drachtio/control-port.ts";
import { EngineHub } from "../../main/drachtio/engine-hub.ts";
import { TransactionLayer } from "../../main/sip/transaction/transaction-layer.ts";
import { TransportLayer } from "../../main/sip/transport/transport-layer.ts";
import { UserAgent } from "../../main/sip/ua/user-agent.ts";
import type { TraceDraft } from "../../shared/model/trace-record.ts";

interface Bed {
  /** Address of the SIP stack; port 5060. */
  readonly host: string;
  readonly names: Readonly<Record<string, string>>;
  /** Address of every name that starts with `sipp-` and is not listed. */
  readonly otherSipp: string;
}

/** A test may not send anything off this machine, whatever URI it is given. */
function loopbackOnly(sockets: Sockets): Sockets {
  const refusal = (host: string) =>
    ({ kind: "socket-error", code: "EPERM", message: `not loopback: ${host}` }) as const;
  return {
    bindUdp: async (local, handlers) => {
      const bound = await sockets.bindUdp(local, handlers);
      if (!bound.ok) return bound;
      const socket = bound.value;
      return {
        ok: true,
        value: {
          local: socket.local,
          send: (bytes, to) => {
            if (isLoopback(to.host)) socket.send(bytes, to);
            else handlers.onError(refusal(to.host), to);
          },
          close: () => {
            socket.close();
          },
        },
      };
    },
    listenTcp: (local, onConnection) => sockets.listenTcp(local, onConnection),
    connectTcp: (remote, options) =>
      isLoopback(remote.host)
        ? sockets.connectTcp(remote, options)
        : Promise.resolve(err(refusal(remote.host))),
    listenTls: (local, options, onConnection) => sockets.listenTls(local, options, onConnection),
    connectTls: (remote, options) =>
      isLoopback(remote.host)
        ? sockets.connectTls(remote, options)
        : Promise.resolve(err(refusal(remote.host))),
  };
}

function listedNames(bed: Bed): Resolver {
  return {
    services: () => Promise.resolve([]),
    pointers: () => Promise.resolve([]),
    addresses: (host) => {
      if (isIpAddress(host)) return Promise.resolve([host]);
      const address = bed.names[host] ?? (host.startsWith("sipp-") ? bed.otherSipp : undefined);
      return Promise.resolve(address === undefined ? [] : [address]);
    },
  };
}

function isBed(value: unknown): value is Bed {
  return typeof value === "object" && value !== null && "host" in value && "names" in value;
}

async function main(text: string): Promise<void> {
  const bed: unknown = JSON.parse(text);
  if (!isBed(bed)) throw new Error("usage: engine.ts BED");
  const ports = {
    ...{ sockets: loopbackOnly(systemSockets()), clock: systemClock(), random: systemRandom() },
    ...{ resolver: listedNames(bed), hashing: systemHashing() },
    log: {
      write: (level: string, message: string) => {
        process.stderr.write(`${level} ${message}\n`);
      },
    },
    trace: {
      stamp: () => ({ t: 0n, n: 0 }),
      record: ({ dir, remote, raw }: TraceDraft) => {
        const time = new Date().toISOString();
        process.stderr.write(`${time} ${dir} ${remote}\n${Buffer.from(raw).toString("latin1")}\n`);
      },
    },
  };
  const local = { host: bed.host, port: 5060 };
  const transport = await TransportLayer.open(ports, { listen: local });
  if (!transport.ok) throw new Error(transport.error.message);
  const transactions = new TransactionLayer(transport.value, ports);
  const ua = new UserAgent(transactions, ports, { local });
  const hub = new EngineHub(ua, transactions, ports, local);
  const control = await openControlPort(hub, ports, {
    listen: { host: "127.0.0.1", port: 0 },
    local,
  });
  if (!control.ok) throw new Error(control.error.message);
  process.stdout.write(
    `${JSON.stringify({ port: control.value.address.port, secret: control.value.secret })}\n`,
  );
  process.stdin.resume();
  process.stdin.on("end", () => {
    control.value.close();
    hub.close();
    ua.close();
    void transactions.close().then(() => process.exit(0));
  });
}

await main(process.argv[2] ?? "");
