import { formatHostPort } from "../../main/base/host-port.ts";
import type { HomeNetwork } from "../../main/compose/built-in-network.node.ts";
import type { RunningNetwork } from "../../main/compose/lab.node.ts";
import { type OpenPf, openPf } from "../../main/compose/open-pf.node.ts";
import { openSipStack, type SipStack } from "../../main/compose/sip-stack.node.ts";
import { demoAccounts } from "../../main/compose/users.node.ts";
import { SipCore } from "../../main/network/core/sip-core.ts";
import type { SipDigestAlgorithm } from "../../main/sip/ua/digest.ts";

const LISTEN = { host: "127.0.0.1", port: 0 };
const DOMAINS = ["a.example", "b.example"] as const;

interface Side {
  readonly domain: string;
  readonly stack: SipStack;
  readonly pf: OpenPf;
}

export interface LoopbackNetworkOptions {
  /** For programs that take the first challenge, whether they know it or not. */
  readonly digestAlgorithms?: readonly SipDigestAlgorithm[];
}

/** Both home networks with the demo accounts, in this process, on loopback sockets of the system's choice. */
export async function startLoopbackNetwork(
  options: LoopbackNetworkOptions = {},
): Promise<RunningNetwork & { lose(): void }> {
  const sides: Side[] = [];
  for (const domain of DOMAINS)
    sides.push({
      domain,
      stack: await openSipStack({ element: `core of ${domain}`, listen: LISTEN }),
      pf: await openPf({ element: `pf of ${domain}`, sip: LISTEN, msrp: LISTEN }),
    });
  const cores = sides.map((side) => coreOf(side, sides, options));
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
    networks: sides.map(networkOf),
    lost,
    lose,
    stop: () => {
      stopping ??= stopAll(sides, cores);
      return stopping;
    },
  };
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
  options: LoopbackNetworkOptions,
): SipCore {
  const others = sides.filter((side) => side.domain !== domain);
  return new SipCore(stack.transactions, stack.ports, {
    ...{ domain, ...options },
    users: demoAccounts().filter(({ aor }) => aor.endsWith(`@${domain}`)),
    participatingFunction: `sip:pf@${formatHostPort(pf.stack.local)};lr`,
    neighbours: new Map(
      others.map((other) => [other.domain, `sip:${formatHostPort(other.stack.local)};lr`]),
    ),
  });
}

function networkOf({ domain, stack, pf }: Side): HomeNetwork {
  const sip = formatHostPort(stack.local);
  return {
    ...{ domain, core: { udp: sip, tcp: sip } },
    pf: { sip: formatHostPort(pf.stack.local), msrp: formatHostPort(pf.msrp.local) },
  };
}
