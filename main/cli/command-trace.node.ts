import { parseDecimalIn } from "../base/decimal.ts";
import { formatHostPort, type HostPort, parseHostPort } from "../base/host-port.ts";
import { openHepMirror } from "../compose/hep-mirror.node.ts";
import type { MirroringNode } from "../trace/hep.ts";
import { EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { Output } from "./output.node.ts";
import { aborted, stopSignal } from "./stop-signal.node.ts";

export interface TraceFlags {
  readonly listen: string;
  readonly node: readonly string[];
  readonly trace: string;
  readonly json?: boolean;
}

const MAX_NODE = 2 ** 32 - 1;

/** `cpm trace`: what cores of another make mirror, as a trace of ours. */
export async function runTraceCommand(flags: TraceFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "trace" });
  const stop = stopSignal();
  const mirror = await openHepMirror({
    listen: listenAddress(flags.listen),
    traceFile: flags.trace,
    nodes: flags.node.map(nodeOf),
  });
  const address = formatHostPort(mirror.local);
  output.event("ready", { hep: address });
  output.say(`Mirrored messages are taken at ${address}.`);
  await aborted(stop);
  await mirror.close();
  const { written, dropped } = mirror.counts();
  output.event("traced", { written, dropped });
  output.say(
    `${String(written)} messages in ${flags.trace}; ${String(dropped)} datagrams were none.`,
  );
  return EXIT.done;
}

/** Port 0, which the parser refuses, lets the system choose. */
export function listenAddress(text: string): HostPort {
  const anyPort = text.endsWith(":0");
  const address = parseHostPort(anyPort ? `${text}1` : text);
  if (address === undefined) {
    throw usageError(`"${text}" is no address to listen on.`, "Write --listen HOST:PORT.");
  }
  return anyPort ? { ...address, port: 0 } : address;
}

function nodeOf(text: string): MirroringNode {
  const [number = "", element = "", place = "", ...more] = text.split(",");
  const node = parseDecimalIn(number, 0, MAX_NODE);
  const address = parseHostPort(place);
  if (node === undefined || element === "" || address === undefined || more.length > 0) {
    throw usageError(`"${text}" is no node.`, "Write --node NUMBER,NAME,HOST:PORT.");
  }
  return { node, element, address };
}
