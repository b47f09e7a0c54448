import { systemHashing } from "../../main/base/hashing.node.ts";
import type { HostPort } from "../../main/base/host-port.ts";
import { openSrf, type SrfOptions } from "../../main/drachtio/srf.node.ts";
import type { Srf } from "../../main/drachtio/srf.ts";
import type { TransactionLayer } from "../../main/sip/transaction/transaction-layer.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeNet, type FakeNetOptions } from "./fake-net.ts";
import type { MemoryLog } from "./null-log.ts";
import { type FakePorts, openTransactions } from "./sip-pair.ts";

/** One application on a fake net: the facade, drachtio-srf, engine, user agent and transactions below it. */
export interface SrfHost {
  readonly address: HostPort;
  readonly srf: Srf;
  readonly layer: TransactionLayer;
  readonly ports: FakePorts;
  readonly log: MemoryLog;
}

export interface SrfBed {
  readonly clock: FakeClock;
  readonly net: FakeNet;
  host(address: string, options?: SrfOptions): Promise<SrfHost>;
}

export function srfBed(options: FakeNetOptions = {}): SrfBed {
  const clock = new FakeClock();
  const net = new FakeNet(clock, options);
  let seed = 0;
  return {
    clock,
    net,
    host: async (host, srfOptions = {}) => {
      seed += 1;
      const address = { host, port: 5060 };
      const { layer, ports } = await openTransactions(net, address, { seed });
      const srf = openSrf(layer, { ...ports, hashing: systemHashing() }, srfOptions);
      return { address, srf, layer, ports, log: ports.log };
    },
  };
}

/** Start lines of what one host sent and received, in order, for example `> INVITE` and `< 200 INVITE`. */
export function ladder(host: SrfHost): readonly string[] {
  return host.ports.trace.drafts.map(({ dir, summary }) => {
    const method = summary.cseq?.split(" ")[1] ?? summary.method ?? "";
    const what = summary.status === undefined ? method : `${String(summary.status)} ${method}`;
    return `${dir === "out" ? ">" : "<"} ${what}`;
  });
}
