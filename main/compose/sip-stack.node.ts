import { systemClock } from "../base/clock.node.ts";
import { systemHashing } from "../base/hashing.node.ts";
import type { HostPort } from "../base/host-port.ts";
import { formatHostPort } from "../base/host-port.ts";
import { type LimitProfile, limitProfileOf } from "../base/limit-profile.ts";
import type { Hashing, SocketError } from "../base/ports.ts";
import { present } from "../base/present.ts";
import { systemRandom } from "../base/random.node.ts";
import { systemResolver } from "../base/resolver.node.ts";
import { systemSockets } from "../base/sockets.node.ts";
import { TransactionLayer } from "../sip/transaction/transaction-layer.ts";
import type { SipPorts } from "../sip/transport/ports.ts";
import { TransportLayer } from "../sip/transport/transport-layer.ts";
import {
  DEFAULT_LIMITS,
  OPEN_DEVICE_LIMITS,
  OPEN_LIMITS,
  type TransportLimits,
  type TransportTls,
} from "../sip/transport/transport-options.ts";
import { stderrLog } from "./log.node.ts";
import { openTrace, type TraceOutput } from "./trace-output.node.ts";
import { UserError } from "./user-error.ts";

/**
 * Of a server for many, in each table. Over UDP most are kept for 32 s: enough for 780 calls a second through core and
 * Participating Function, in 0.5 GB at worst. A device has less.
 */
export const SERVER_TRANSACTIONS = 100_000;

/** Of a device that others than its own machine can reach: what a hundred files, told of one by one, keep for 32 s. */
export const OPEN_DEVICE_TRANSACTIONS = 1024;

export interface SipStackOptions {
  /** Name in logs and traces. */
  readonly element: string;
  readonly listen: HostPort;
  readonly traceFile?: string;
  /** Given by servers; default: what a device needs. */
  readonly maxTransactions?: number;
  /** Default: by the addresses listened on. */
  readonly profile?: LimitProfile;
  /** Default: TLS is not spoken. */
  readonly tls?: TransportTls;
}

/** The machine's ports and a SIP stack on one of its addresses: what every element is built on. */
export interface SipStack {
  readonly ports: SipPorts & { readonly hashing: Hashing };
  readonly transactions: TransactionLayer;
  readonly trace: TraceOutput;
  readonly local: HostPort;
  readonly profile: LimitProfile;
  close(): Promise<void>;
}

export async function openSipStack(options: SipStackOptions): Promise<SipStack> {
  const { element, listen, traceFile, tls } = options;
  const { profile = limitProfileOf(tls?.listen?.host ?? listen.host) } = options;
  const { transport: limits, maxTransactions } = limitsOf(profile, options.maxTransactions);
  const clock = systemClock();
  const trace = openTrace({
    ...{ clock, element },
    ...(traceFile === undefined ? {} : { file: traceFile }),
  });
  const ports = {
    ...{ sockets: systemSockets(), clock, random: systemRandom(), resolver: systemResolver() },
    ...{ log: stderrLog(element), trace: trace.tap, hashing: systemHashing() },
  };
  const transport = await TransportLayer.open(ports, {
    ...{ listen, limits },
    ...present({ tls }),
  });
  if (!transport.ok) throw listenError(placeOf(options), transport.error);
  const transactions = new TransactionLayer(
    transport.value,
    ports,
    maxTransactions === undefined ? {} : { maxTransactions },
  );
  return {
    ...{ ports, transactions, trace, local: transport.value.local, profile },
    close: async () => {
      await transactions.close();
      await transport.value.close();
      await trace.close();
    },
  };
}

/** @param serverTransactions given: it is a server */
function limitsOf(
  profile: LimitProfile,
  serverTransactions: number | undefined,
): { readonly transport: TransportLimits; readonly maxTransactions: number | undefined } {
  if (profile === "lab") {
    return { transport: DEFAULT_LIMITS, maxTransactions: serverTransactions };
  }
  return serverTransactions === undefined
    ? { transport: OPEN_DEVICE_LIMITS, maxTransactions: OPEN_DEVICE_TRANSACTIONS }
    : { transport: OPEN_LIMITS, maxTransactions: serverTransactions };
}

/** It is not told which of the two could not be opened; a port that was asked for is likelier than any. */
function placeOf({ listen, tls }: SipStackOptions): HostPort {
  return listen.port === 0 ? (tls?.listen ?? listen) : listen;
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
