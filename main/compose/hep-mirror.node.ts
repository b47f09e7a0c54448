import { performance } from "node:perf_hooks";
import { systemClock } from "../base/clock.node.ts";
import { formatHostPort, type HostPort } from "../base/host-port.ts";
import { systemSockets } from "../base/sockets.node.ts";
import { parseSipMessage } from "../sip/message/parse.ts";
import { summarize } from "../sip/message/trace-summary.ts";
import { AddressBook } from "../trace/address-book.ts";
import { endsOf, type MirroringNode, parseHep } from "../trace/hep.ts";
import { TraceRecorder } from "../trace/recorder.ts";
import { TraceWriter } from "../trace/trace-file.node.ts";
import { listenError } from "./sip-stack.node.ts";

export interface HepMirrorOptions {
  readonly listen: HostPort;
  readonly traceFile: string;
  /** Whose messages are taken; a node that is not named here is not traced. */
  readonly nodes: readonly MirroringNode[];
}

/** Writes what cores of other makes mirror (HEPv3, for example Kamailio's siptrace) as a trace of ours. */
export interface HepMirror {
  readonly local: HostPort;
  /** Messages written so far, and datagrams that were none. */
  counts(): { readonly written: number; readonly dropped: number };
  close(): Promise<void>;
}

export async function openHepMirror(options: HepMirrorOptions): Promise<HepMirror> {
  const clock = systemClock();
  const writer = new TraceWriter(options.traceFile);
  const addresses = new AddressBook();
  for (const { element, address } of options.nodes) addresses.add(formatHostPort(address), element);
  const nodes = new Map(options.nodes.map((node) => [node.node, node]));
  const recorders = new Map(
    options.nodes.map(({ node, element }) => [
      node,
      new TraceRecorder({
        ...{ clock, element, addresses, process: `${element}-${String(node)}` },
        sink: (record) => {
          writer.write(record);
        },
      }),
    ]),
  );
  let written = 0;
  let dropped = 0;
  const take = (bytes: Buffer): void => {
    const parsed = parseHep(bytes);
    const node = parsed.ok ? nodes.get(parsed.value.node) : undefined;
    const recorder = node === undefined ? undefined : recorders.get(node.node);
    if (!parsed.ok || node === undefined || recorder === undefined) {
      dropped += 1;
      return;
    }
    const { payload, transport, wallUs } = parsed.value;
    const message = parseSipMessage(payload);
    recorder.record({
      ...{ proto: "sip", transport, ...endsOf(parsed.value, node), raw: payload },
      summary: message.ok ? summarize(message.value) : {},
      stamp: { t: monotonicNs(wallUs), n: recorder.stamp().n },
    });
    written += 1;
  };
  const socket = await systemSockets().bindUdp(options.listen, {
    onMessage: take,
    onError: () => undefined,
  });
  if (!socket.ok) {
    await writer.close();
    throw listenError(options.listen, socket.error);
  }
  return {
    local: socket.value.local,
    counts: () => ({ written, dropped }),
    close: async () => {
      socket.value.close();
      await writer.close();
    },
  };
}

/** Wall-clock time of this machine on its monotonic clock. Both are read anew: the wall clock may have been set. */
function monotonicNs(wallUs: bigint): bigint {
  const nowUs = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000));
  return process.hrtime.bigint() - (nowUs - wallUs) * 1000n;
}
