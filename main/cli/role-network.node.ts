import { parseArgs } from "node:util";
import { parseDecimal } from "../base/decimal.ts";
import { formatHostPort, type HostPort } from "../base/host-port.ts";
import { coreSettings, newUsers, pfSettings } from "../compose/element-config.ts";
import { keptIdentity } from "../compose/kept-identity.node.ts";
import { openPf } from "../compose/open-pf.node.ts";
import { openSipStack, SERVER_TRANSACTIONS, type SipStack } from "../compose/sip-stack.node.ts";
import { SipCore } from "../network/core/sip-core.ts";
import type { TransportTls } from "../sip/transport/transport-options.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { ParentLink } from "./parent-link.node.ts";

interface ElementArgs {
  readonly element: string;
  readonly bind: string;
  readonly port: number;
  readonly msrpPort: number;
  readonly traceFile?: string;
  /** Where it listens over TLS, too. */
  readonly tls?: { readonly identityFile: string; readonly at: HostPort };
}

/** `--role=network`: one SIP/IP Core as a child process. */
export async function runCoreChild(args: readonly string[]): Promise<ExitCode> {
  const { element, bind, port, traceFile, tls } = elementArgs(args);
  const link = new ParentLink();
  const stack = await openSipStack({
    ...{ element, listen: { host: bind, port }, maxTransactions: SERVER_TRANSACTIONS },
    ...(traceFile === undefined ? {} : { traceFile }),
    ...(tls === undefined ? {} : { tls: await serverTls(tls) }),
  });
  const { localTls } = stack.transactions.transport;
  link.send("listening", {
    sip: formatHostPort(stack.local),
    ...(localTls === undefined ? {} : { tls: formatHostPort(localTls) }),
  });
  const message = await link.next();
  if (message !== undefined) {
    const settings = coreSettings(message);
    nameAddresses(stack, settings.addresses);
    const core = new SipCore(stack.transactions, stack.ports, {
      domain: settings.domain,
      users: settings.users,
      participatingFunction: settings.participatingFunction,
      neighbours: new Map(Object.entries(settings.neighbours)),
      profile: stack.profile,
    });
    core.onDevices((aor, count) => {
      link.send("devices", { aor, count });
    });
    link.send("ready");
    await obey(core, link);
    core.stop();
  }
  await stack.close();
  return EXIT.done;
}

async function obey(core: SipCore, link: ParentLink): Promise<void> {
  for (;;) {
    const message = await link.next();
    if (message === undefined) return;
    const users = newUsers(message);
    if (users !== undefined) core.setUsers(users);
  }
}

/** `--role=pf`: one Participating Function as a child process. */
export async function runPfChild(args: readonly string[]): Promise<ExitCode> {
  const { element, bind, port, msrpPort, traceFile, tls } = elementArgs(args);
  const link = new ParentLink();
  const pf = await openPf({
    ...{ element, sip: { host: bind, port }, msrp: { host: bind, port: msrpPort } },
    ...(traceFile === undefined ? {} : { traceFile }),
    ...(tls === undefined
      ? {}
      : { msrpTls: { identity: await keptIdentity(tls.identityFile, [], Date.now()), ...tls.at } }),
  });
  const { localTls } = pf.msrp;
  link.send("listening", {
    sip: formatHostPort(pf.stack.local),
    msrp: formatHostPort(pf.msrp.local),
    ...(localTls === undefined ? {} : { tls: formatHostPort(localTls) }),
  });
  const message = await link.next();
  if (message !== undefined) {
    const settings = pfSettings(message);
    nameAddresses(pf.stack, settings.addresses);
    pf.serve({ domain: settings.domain, core: settings.core });
    link.send("ready");
    await link.ended;
  }
  await pf.close();
  return EXIT.done;
}

/** Of a core: devices come to it; where it calls somebody, that one's certificate has to be for its name. */
async function serverTls(tls: NonNullable<ElementArgs["tls"]>): Promise<TransportTls> {
  return {
    identity: await keptIdentity(tls.identityFile, [], Date.now()),
    listen: tls.at,
    trustOf: ({ name, remote }) => ({ kind: "name", host: name ?? remote.host }),
  };
}

function elementArgs(args: readonly string[]): ElementArgs {
  const { values } = parseArgs({
    args: [...args],
    options: {
      element: { type: "string" },
      bind: { type: "string" },
      port: { type: "string" },
      "msrp-port": { type: "string" },
      trace: { type: "string" },
      "tls-identity": { type: "string" },
      "tls-host": { type: "string" },
      "tls-port": { type: "string" },
    },
  });
  const { element, bind, trace, "tls-identity": identityFile } = values;
  if (element === undefined || bind === undefined)
    throw new Error("--element and --bind are needed");
  return {
    ...{ element, bind },
    port: parseDecimal(values.port ?? "0") ?? 0,
    msrpPort: parseDecimal(values["msrp-port"] ?? "0") ?? 0,
    ...(trace === undefined ? {} : { traceFile: trace }),
    ...(identityFile === undefined
      ? {}
      : {
          tls: {
            identityFile,
            at: {
              host: values["tls-host"] ?? bind,
              port: parseDecimal(values["tls-port"] ?? "0") ?? 0,
            },
          },
        }),
  };
}

function nameAddresses(stack: SipStack, addresses: Readonly<Record<string, string>>): void {
  for (const [address, element] of Object.entries(addresses))
    stack.trace.addresses.add(address, element);
}
