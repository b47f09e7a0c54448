import type { HostPort } from "../base/host-port.ts";
import type { LimitProfile } from "../base/limit-profile.ts";
import { present } from "../base/present.ts";
import { openSrf } from "../drachtio/srf.node.ts";
import { MsrpEndpoint } from "../msrp/endpoint.ts";
import type { EndpointTls } from "../msrp/listeners.ts";
import { CoreOnly } from "../network/pf/core-only.ts";
import { ParticipatingFunction } from "../network/pf/participating-function.ts";
import { listenError, openSipStack, SERVER_TRANSACTIONS, type SipStack } from "./sip-stack.node.ts";

export interface PfOptions {
  /** Name in logs and traces. */
  readonly element: string;
  readonly sip: HostPort;
  readonly msrp: HostPort;
  readonly traceFile?: string;
  /** Where files are taken over TLS, too. */
  readonly msrpTls?: EndpointTls;
  /** Default: by the address listened on. */
  readonly profile?: LimitProfile;
}

/** A Participating Function that listens; it takes calls once it is told whom it serves. */
export interface OpenPf {
  readonly stack: SipStack;
  readonly msrp: MsrpEndpoint;
  /** @param config `nodes`: other nodes of the same core, which it is heard from as well */
  serve(config: {
    readonly domain: string;
    readonly core: string;
    readonly nodes?: readonly string[];
  }): void;
  close(): Promise<void>;
}

export async function openPf(options: PfOptions): Promise<OpenPf> {
  const { element, traceFile, profile } = options;
  const stack = await openSipStack({
    ...{ element, listen: options.sip, maxTransactions: SERVER_TRANSACTIONS },
    ...present({ traceFile, profile }),
  });
  const msrp = await MsrpEndpoint.open(stack.ports, {
    listen: options.msrp,
    ...present({ tls: options.msrpTls }),
  });
  if (!msrp.ok) throw listenError({ ...options.msrp, ...options.msrpTls }, msrp.error);
  const srf = openSrf(stack.transactions, stack.ports, { contactUser: "pf" });
  let pf: ParticipatingFunction | undefined;
  let guard: CoreOnly | undefined;
  return {
    ...{ stack, msrp: msrp.value },
    serve: (config) => {
      guard = new CoreOnly([config.core, ...(config.nodes ?? [])], stack.ports);
      stack.transactions.transport.guardBy(guard);
      pf = new ParticipatingFunction({ ...stack.ports, srf, msrp: msrp.value }, config);
    },
    close: async () => {
      guard?.stop();
      await pf?.stop();
      await srf.close();
      await msrp.value.close();
      await stack.close();
    },
  };
}
