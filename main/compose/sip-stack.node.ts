import { systemClock } from "../base/clock.node.ts";
import { systemHashing } from "../base/hashing.node.ts";
import type { HostPort } from "../base/host-port.ts";
import { formatHostPort } from "../base/host-port.ts";
import type { Hashing, SocketError } from "../base/ports.ts";
import { systemRandom } from "../base/random.node.ts";
import { systemResolver } from "../base/resolver.node.ts";
import { systemSockets } from "../base/sockets.node.ts";
import { TransactionLayer } from "../sip/transaction/transaction-layer.ts";
import type { SipPorts } from "../sip/transport/ports.ts";
import { TransportLayer } from "../sip/transport/transport-layer.ts";
import { stderrLog } from "./log.node.ts";
import { openTrace, type TraceOutput } from "./trace-output.node.ts";
import { UserError } from "./user-error.ts";

/**
 * Of a server for many, in each table. Over UDP most are kept for 32 s: enough for 780 calls a second through core and
 * Participating Function, in 0.5 GB at worst. A device has less.
 */
export const SERVER_TRANSACTIONS = 100_000;

export interface SipStackOptions {
  /** Name in logs and traces. */
  readonly element: string;
  readonly listen: HostPort;
  readonly traceFile?: string;
  /** Default: what a device needs. */
  readonly maxTransactions?: number;
}

/** The machine's ports and a SIP stack on one of its addresses: what every element is built on. */
export interface SipStack {
  readonly ports: SipPorts & { readonly hashing: Hashing };
  readonly transactions: TransactionLayer;
  readonly trace: TraceOutput;
  readonly local: HostPort;
  close(): Promise<void>;
}

export async function openSipStack(options: SipStackOptions): Promise<SipStack> {
  const { element, listen, traceFile, maxTransactions } = options;
  const clock = systemClock();
  const trace = openTrace({
    ...{ clock, element },
    ...(traceFile === undefined ? {} : { file: traceFile }),
  });
  const ports = {
    ...{ sockets: systemSockets(), clock, random: systemRandom(), resolver: systemResolver() },
    ...{ log: stderrLog(element), trace: trace.tap, hashing: systemHashing() },
  };
  const transport = await TransportLayer.open(ports, { listen });
  if (!transport.ok) throw listenError(listen, transport.error);
  const transactions = new TransactionLayer(
    transport.value,
    ports,
    maxTransactions === undefined ? {} : { maxTransactions },
  );
  return {
    ...{ ports, transactions, trace, local: transport.value.local },
    close: async () => {
      await transactions.close();
      await transport.value.close();
      await trace.close();
    },
  };
}

/** An address that cannot be listened on, in words for people. */
export function listenError(address: HostPort, error: SocketError): UserError {
  const place = formatHostPort(address);
  const isTaken = error.code === "EADDRINUSE";
  const message = isTaken
    ? `Port ${String(address.port)} is taken by another program.`
    : `The address ${place} cannot be used: ${error.message}.`;
  const action = isTaken ? "Choose another port." : "Choose an address of this machine.";
  return new UserError("network", message, action);
}
