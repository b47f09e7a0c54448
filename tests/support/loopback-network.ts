import { formatHostPort } from "../../main/base/host-port.ts";
import { present } from "../../main/base/present.ts";
import type { HomeNetwork, NetworkOptions } from "../../main/compose/built-in-network.node.ts";
import type { UserAccount } from "../../main/compose/element-config.ts";
import { keptIdentity } from "../../main/compose/kept-identity.node.ts";
import { type OpenPf, openPf } from "../../main/compose/open-pf.node.ts";
import type { SharedNetwork } from "../../main/compose/shared-network.node.ts";
import { openSipStack, type SipStack } from "../../main/compose/sip-stack.node.ts";
import { demoAccounts } from "../../main/compose/users.node.ts";
import type { EndpointTls } from "../../main/msrp/listeners.ts";
import type { CoreConfig } from "../../main/network/core/core-config.ts";
import { SipCore } from "../../main/network/core/sip-core.ts";
import type { TransportTls } from "../../main/sip/transport/transport-options.ts";
import type { SipDigestAlgorithm } from "../../main/sip/ua/digest.ts";

const LISTEN = { host: "127.0.0.1", port: 0 };
const DOMAINS = ["a.example", "b.example"] as const;

interface Side {
  readonly domain: string;
  readonly stack: SipStack;
  readonly pf: OpenPf;
}

export interface LoopbackNetworkOptions extends Partial<Pick<NetworkOptions, "users" | "tls">> {
  /** For programs that take the first challenge, whether they know it or not. */
  readonly digestAlgorithms?: readonly SipDigestAlgorithm[];
}

/**
 * Both home networks in this process, on loopback sockets of the system's choice; with the demo accounts and without TLS
 * unless it is said otherwise.
 */
export async function startLoopbackNetwork({
  users = demoAccounts(),
  tls,
  digestAlgorithms,
}: LoopbackNetworkOptions = {}): Promise<SharedNetwork & { lose(): void }> {
  const sides: Side[] = [];
  for (const domain of DOMAINS) sides.push(await openSide(domain, tls));
  const config = { users, ...present({ digestAlgorithms }) };
  const cores = sides.map((side) => coreOf(side, sides, config));
  for (const { domain, stack, pf } of sides)
    pf.serve({ domain, core: `sip:${formatHostPort(stack.local)}` });
  let lose = (): void => undefined;
  const lost = new Promise<string>((resolve) => {
    lose = () => {
      resolve("core-a");
    };
  });
  let stopping: Promise<void> | undefined;
  return {
    ...{ networks: sides.map(networkOf), traceFiles: [], lost, lose },
    setUsers: (now) => {
      cores.forEach((core, i) => {
        core.setUsers(usersOf(DOMAINS[i] ?? "", now));
      });
    },
    onDevices: (listener) => {
      for (const core of cores) core.onDevices(listener);
    },
    stop: () => {
      stopping ??= stopAll(sides, cores);
      return stopping;
    },
  };
}

async function openSide(domain: string, tls: NetworkOptions["tls"]): Promise<Side> {
  const secure = tls === undefined ? undefined : await tlsAt(domain, tls);
  return {
    domain,
    stack: await openSipStack({
      ...{ element: `core of ${domain}`, listen: LISTEN },
      ...present({ tls: secure?.sip }),
    }),
    pf: await openPf({
      ...{ element: `pf of ${domain}`, sip: LISTEN, msrp: LISTEN },
      ...present({ msrpTls: secure?.msrp }),
    }),
  };
}

async function tlsAt(
  domain: string,
  { identityFile, host = LISTEN.host, ports }: NonNullable<NetworkOptions["tls"]>,
): Promise<{ readonly sip: TransportTls; readonly msrp: EndpointTls }> {
  const identity = await keptIdentity(identityFile, [], Date.now());
  const { sip = 0, msrp = 0 } = ports?.[domain] ?? {};
  return {
    sip: { identity, listen: { host, port: sip }, trustOf: () => ({ kind: "name", host }) },
    msrp: { identity, host, port: msrp },
  };
}

function usersOf(domain: string, users: readonly UserAccount[]): readonly UserAccount[] {
  return users.filter(({ aor }) => aor.endsWith(`@${domain}`));
}

async function stopAll(sides: readonly Side[], cores: readonly SipCore[]): Promise<void> {
  for (const core of cores) core.stop();
  for (const { stack, pf } of sides) {
    await pf.close();
    await stack.close();
  }
}

function coreOf(
  { domain, stack, pf }: Side,
  sides: readonly Side[],
  { users, ...config }: Pick<CoreConfig, "digestAlgorithms"> & { users: readonly UserAccount[] },
): SipCore {
  const others = sides.filter((side) => side.domain !== domain);
  return new SipCore(stack.transactions, stack.ports, {
    ...{ domain, ...config },
    users: usersOf(domain, users),
    participatingFunction: `sip:pf@${formatHostPort(pf.stack.local)};lr`,
    neighbours: new Map(
      others.map((other) => [other.domain, `sip:${formatHostPort(other.stack.local)};lr`]),
    ),
  });
}

function networkOf({ domain, stack, pf }: Side): HomeNetwork {
  const sip = formatHostPort(stack.local);
  const { localTls } = stack.transactions.transport;
  const tls = localTls && formatHostPort(localTls);
  const msrps = pf.msrp.localTls && formatHostPort(pf.msrp.localTls);
  return {
    ...{ domain, core: { udp: sip, tcp: sip, ...present({ tls }) } },
    pf: {
      ...{ sip: formatHostPort(pf.stack.local), msrp: formatHostPort(pf.msrp.local) },
      ...present({ msrps }),
    },
  };
}
