import { formatHostPort } from "../base/host-port.ts";
import { parseCoreAddress } from "../compose/core-address.ts";
import { openPf } from "../compose/open-pf.node.ts";
import { listenAddress } from "./command-trace.node.ts";
import { EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { Output } from "./output.node.ts";
import { aborted, stopSignal } from "./stop-signal.node.ts";

export interface PfFlags {
  readonly core: string;
  readonly listen: string;
  readonly domain?: string;
  readonly trace?: string;
  readonly json?: boolean;
}

/** `cpm pf`: one Participating Function as a worker behind a core that is not ours to start. */
export async function runPfCommand(flags: PfFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "pf" });
  const core = parseCoreAddress(flags.core);
  if (core === undefined) {
    throw usageError(`"${flags.core}" is no address of a core.`, "Write --core HOST:PORT.");
  }
  const listen = listenAddress(flags.listen);
  const stop = stopSignal();
  const domain = flags.domain ?? core.host;
  const pf = await openPf({
    ...{ element: `pf-${domain}`, sip: listen },
    msrp: { host: listen.host, port: 0 },
    ...(flags.trace === undefined ? {} : { traceFile: flags.trace }),
  });
  const transport = core.transport === "udp" ? "" : `;transport=${core.transport}`;
  pf.serve({ domain, core: `sip:${formatHostPort(core)}${transport}` });
  const sip = formatHostPort(pf.stack.local);
  const msrp = formatHostPort(pf.msrp.local);
  output.event("ready", { domain, pf: { sip, msrp } });
  output.say(`${domain}  participating function ${sip}, files ${msrp}`);
  await aborted(stop);
  await pf.close();
  return EXIT.done;
}
