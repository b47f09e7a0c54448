import { formatHostPort, parseHostPort } from "../base/host-port.ts";
import { parseCoreAddress } from "../compose/core-address.ts";
import { openPf } from "../compose/open-pf.node.ts";
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
  // Port 0, which the parser refuses, lets the system choose.
  const anyPort = flags.listen.endsWith(":0");
  const listen = parseHostPort(anyPort ? `${flags.listen}1` : flags.listen);
  if (listen === undefined) {
    throw usageError(`"${flags.listen}" is no address to listen on.`, "Write --listen HOST:PORT.");
  }
  const stop = stopSignal();
  const domain = flags.domain ?? core.host;
  const pf = await openPf({
    ...{ element: `pf-${domain}`, sip: anyPort ? { ...listen, port: 0 } : listen },
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
