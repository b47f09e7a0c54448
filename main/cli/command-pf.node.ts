import { formatHostPort } from "../base/host-port.ts";
import { type CoreAddress, parseCoreAddress } from "../compose/core-address.ts";
import { openPf } from "../compose/open-pf.node.ts";
import { listenAddress } from "./command-trace.node.ts";
import { EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { Output } from "./output.node.ts";
import { aborted, stopSignal } from "./stop-signal.node.ts";

export interface PfFlags {
  readonly core: string;
  readonly listen: string;
  readonly node?: readonly string[];
  readonly domain?: string;
  readonly trace?: string;
  readonly json?: boolean;
}

/** `cpm pf`: one Participating Function as a worker behind a core that is not ours to start. */
export async function runPfCommand(flags: PfFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "pf" });
  const core = coreAddress(flags.core, "--core");
  const nodes = (flags.node ?? []).map((text) => uriOf(coreAddress(text, "--node")));
  const listen = listenAddress(flags.listen);
  const stop = stopSignal();
  const domain = flags.domain ?? core.host;
  const pf = await openPf({
    ...{ element: `pf-${domain}`, sip: listen },
    msrp: { host: listen.host, port: 0 },
    ...(flags.trace === undefined ? {} : { traceFile: flags.trace }),
  });
  pf.serve({ domain, core: uriOf(core), nodes });
  const sip = formatHostPort(pf.stack.local);
  const msrp = formatHostPort(pf.msrp.local);
  output.event("ready", { domain, pf: { sip, msrp } });
  output.say(`${domain}  participating function ${sip}, files ${msrp}`);
  await aborted(stop);
  await pf.close();
  return EXIT.done;
}

function coreAddress(text: string, option: string): CoreAddress {
  const address = parseCoreAddress(text);
  if (address !== undefined) return address;
  throw usageError(`"${text}" is no address of a core.`, `Write ${option} HOST:PORT.`);
}

function uriOf(core: CoreAddress): string {
  const transport = core.transport === "udp" ? "" : `;transport=${core.transport}`;
  return `sip:${formatHostPort(core)}${transport}`;
}
