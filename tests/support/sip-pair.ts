import type { HostPort } from "../../main/base/host-port.ts";
import { type HeaderField, SipHeaders } from "../../main/sip/message/headers.ts";
import { NO_BODY, type SipRequest } from "../../main/sip/message/message.ts";
import type { TimerConfig } from "../../main/sip/transaction/timers.ts";
import { TransactionLayer } from "../../main/sip/transaction/transaction-layer.ts";
import type { SipTransport, Target } from "../../main/sip/transport/flow.ts";
import type { SipPorts } from "../../main/sip/transport/ports.ts";
import { TransportLayer } from "../../main/sip/transport/transport-layer.ts";
import type {
  TransportLimits,
  TransportOptions,
  TransportTls,
} from "../../main/sip/transport/transport-options.ts";
import type { FakeNet } from "./fake-net.ts";
import { SeededRandom } from "./fake-random.ts";
import { FakeResolver } from "./fake-resolver.ts";
import { MemoryLog, MemoryTrace } from "./null-log.ts";

/** Ports of one element on a fake net, with what it logged and traced. */
export interface FakePorts extends SipPorts {
  readonly log: MemoryLog;
  readonly trace: MemoryTrace;
}

export function fakePorts(net: FakeNet, address: string, seed = 1): FakePorts {
  return {
    sockets: net.host(address),
    clock: net.clock,
    random: new SeededRandom(seed),
    resolver: new FakeResolver(),
    log: new MemoryLog(),
    trace: new MemoryTrace(),
  };
}

export async function openTransport(
  ports: SipPorts,
  listen: HostPort,
  options: Omit<TransportOptions, "listen"> = {},
): Promise<TransportLayer> {
  const opened = await TransportLayer.open(ports, { listen, ...options });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

export async function openTransactions(
  net: FakeNet,
  listen: HostPort,
  options: {
    readonly seed?: number;
    readonly timers?: Partial<TimerConfig> & { readonly maxTransactions?: number };
    readonly limits?: Partial<TransportLimits>;
    readonly tls?: TransportTls;
  } = {},
): Promise<{ readonly layer: TransactionLayer; readonly ports: FakePorts }> {
  const ports = fakePorts(net, listen.host, options.seed ?? listen.port);
  const { limits = {}, tls } = options;
  const transport = await openTransport(ports, listen, {
    ...{ limits, ...(tls === undefined ? {} : { tls }) },
  });
  return { layer: new TransactionLayer(transport, ports, options.timers), ports };
}

export function target(transport: SipTransport, remote: HostPort): Target {
  return { transport, isTransportFixed: false, remote };
}

/** A request as a TU hands it down: everything but our Via. */
export function requestOf(
  method: string,
  options: {
    readonly callId?: string;
    readonly cseq?: number;
    readonly headers?: readonly HeaderField[];
    readonly body?: Buffer;
    readonly toTag?: string;
  } = {},
): SipRequest {
  const { callId = "call-1", cseq = 1, headers = [], body = NO_BODY, toTag } = options;
  return {
    kind: "request",
    method,
    uri: "sip:bob@b.example",
    headers: SipHeaders.of([
      { name: "Max-Forwards", value: "70" },
      { name: "From", value: "<sip:alice@a.example>;tag=from-1" },
      { name: "To", value: `<sip:bob@b.example>${toTag === undefined ? "" : `;tag=${toTag}`}` },
      { name: "Call-ID", value: callId },
      { name: "CSeq", value: `${String(cseq)} ${method}` },
      ...headers,
    ]),
    body,
  };
}
