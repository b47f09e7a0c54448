import { join } from "node:path";
import { formatHostPort, parseHostPort } from "../base/host-port.ts";
import { present } from "../base/present.ts";
import { Child, type ChildRole } from "./child.node.ts";
import type { UserAccount } from "./element-config.ts";
import type { JsonObject } from "./json-lines.node.ts";
import { UserError } from "./user-error.ts";

export interface NetworkOptions {
  readonly bind: string;
  /** Six ports from here on; without it the system chooses. */
  readonly portBase?: number;
  readonly users: readonly UserAccount[];
  /** Folder for the elements' traces; without it nothing is traced. */
  readonly traceFolder?: string;
  /** Default: the elements listen without TLS only. */
  readonly tls?: NetworkTls;
}

/** How others reach the networks over TLS. */
export interface NetworkTls {
  /** Certificate and private key of all elements (see `keptIdentity`). */
  readonly identityFile: string;
  readonly fingerprint: string;
  /** Default: the address of everything else. */
  readonly host?: string;
  /** By domain; default: four behind the other ports, or ones that the system chooses. */
  readonly ports?: Readonly<Record<string, { readonly sip: number; readonly msrp: number }>>;
}

/** Where one home network listens; addresses are `host:port`. */
export interface HomeNetwork {
  readonly domain: string;
  readonly core: {
    readonly udp: string;
    readonly tcp: string;
    readonly tls?: string;
    /** SHA-256 of the certificate that is shown over TLS. */
    readonly fingerprint?: string;
  };
  readonly pf: { readonly sip: string; readonly msrp: string; readonly msrps?: string };
}

/** All that a certificate of these networks is for. */
export function certifiedNames(host: string): readonly string[] {
  return [host, ...DOMAINS.flatMap(({ domain }) => [domain, `sip:${domain}`])];
}

/** How long an element may take to listen and to be ready. */
const START_MS = 20_000;

const DOMAINS = [
  { domain: "a.example", core: "core-a", pf: "pf-a" },
  { domain: "b.example", core: "core-b", pf: "pf-b" },
] as const;

const PORTS_PER_NETWORK = 3;
const TLS_PORTS_PER_NETWORK = 2;

/** Two home networks, a.example and b.example, each element a process of its own. */
export class BuiltInNetwork {
  readonly networks: readonly HomeNetwork[];
  readonly #children: readonly Child[];
  readonly #traceFiles: readonly string[];

  private constructor(
    networks: readonly HomeNetwork[],
    children: readonly Child[],
    traceFiles: readonly string[],
  ) {
    this.networks = networks;
    this.#children = children;
    this.#traceFiles = traceFiles;
  }

  static async start(options: NetworkOptions): Promise<BuiltInNetwork> {
    const elements = DOMAINS.flatMap(({ domain, core, pf }, i) => {
      const base = options.portBase;
      const port = (offset: number): number =>
        base === undefined ? 0 : base + i * PORTS_PER_NETWORK + offset;
      const tls = tlsPorts(options, domain, i);
      return [
        startElement(
          { options, role: "network", name: core, port: port(0), tlsPort: tls.sip },
          domain,
        ),
        startElement(
          {
            ...{ options, role: "pf", name: pf, port: port(1) },
            ...{ msrpPort: port(2), tlsPort: tls.msrp },
          },
          domain,
        ),
      ];
    });
    const children = elements.map(({ child }) => child);
    try {
      const listening = await Promise.all(elements.map(({ child }) => listeningOf(child)));
      const networks = DOMAINS.map(({ domain }, i) =>
        homeNetwork(domain, {
          ...{ core: listening[i * 2], pf: listening[i * 2 + 1] },
          ...present({ fingerprint: options.tls?.fingerprint }),
        }),
      );
      const traceFiles = elements.flatMap(({ traceFile }) => traceFile ?? []);
      const network = new BuiltInNetwork(networks, children, traceFiles);
      await network.#configure(options.users);
      return network;
    } catch (error) {
      await Promise.all(children.map((child) => child.stop()));
      throw error;
    }
  }

  /** Traces of the elements; complete after `stop`. */
  get traceFiles(): readonly string[] {
    return this.#traceFiles;
  }

  /** Elements by address, for other traces. */
  get addresses(): Readonly<Record<string, string>> {
    const named = this.networks.flatMap(({ core, pf }, i) => {
      const { core: coreName, pf: pfName } = DOMAINS[i] ?? { core: "", pf: "" };
      return [
        ...places([core.udp, core.tls], coreName),
        ...places([pf.sip, pf.msrp, pf.msrps], pfName),
      ];
    });
    return Object.fromEntries(named);
  }

  /** Resolves with the name of the first element that ends by itself. */
  get lost(): Promise<string> {
    return new Promise((resolve) => {
      for (const child of this.#children) {
        child.events.on("exit", () => {
          resolve(child.name);
        });
      }
    });
  }

  /** Other accounts from now on, in place of all that there were. */
  setUsers(users: readonly UserAccount[]): void {
    this.networks.forEach(({ domain }, i) => {
      this.#children[i * 2]?.send({ users: usersOf(domain, users) });
    });
  }

  /** Tells how many devices a user has whenever one comes or goes. */
  onDevices(listener: (aor: string, count: number) => void): void {
    for (const child of this.#children)
      child.events.on("message", ({ event, aor, count }) => {
        if (event === "devices") listener(String(aor), Number(count));
      });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()));
  }

  async #configure(users: readonly UserAccount[]): Promise<void> {
    const { addresses, networks } = this;
    const ready = this.#children.map((child) => child.next(["ready"], START_MS));
    networks.forEach(({ domain, core, pf }, i) => {
      const neighbours = Object.fromEntries(
        networks
          .filter((other) => other.domain !== domain)
          .map((other) => [other.domain, `sip:${other.core.udp}`]),
      );
      this.#children[i * 2]?.send({
        ...{ configure: "core", domain, neighbours, addresses },
        users: usersOf(domain, users),
        participatingFunction: `sip:pf@${pf.sip};lr`,
      });
      this.#children[i * 2 + 1]?.send({
        ...{ configure: "pf", domain, addresses, core: `sip:${core.udp}` },
      });
    });
    await Promise.all(ready);
  }
}

function places(
  addresses: readonly (string | undefined)[],
  element: string,
): readonly (readonly [address: string, element: string])[] {
  return addresses.flatMap((address) => (address === undefined ? [] : [[address, element]]));
}

function usersOf(domain: string, users: readonly UserAccount[]): readonly UserAccount[] {
  return users.filter(({ aor }) => aor.endsWith(`@${domain}`));
}

interface ElementStart {
  readonly options: NetworkOptions;
  readonly role: ChildRole;
  readonly name: string;
  readonly port: number;
  readonly msrpPort?: number;
  /** Of SIP at a core, of files at a Participating Function. */
  readonly tlsPort: number;
}

function tlsPorts(
  { tls, portBase }: NetworkOptions,
  domain: string,
  index: number,
): { readonly sip: number; readonly msrp: number } {
  const kept = tls?.ports?.[domain];
  if (kept !== undefined) return kept;
  if (portBase === undefined) return { sip: 0, msrp: 0 };
  const first = portBase + DOMAINS.length * PORTS_PER_NETWORK + index * TLS_PORTS_PER_NETWORK;
  return { sip: first, msrp: first + 1 };
}

function startElement(
  { options, role, name, port, msrpPort, tlsPort }: ElementStart,
  domain: string,
): { readonly child: Child; readonly traceFile?: string } {
  const args = ["--element", name, "--bind", options.bind, "--port", String(port)];
  if (msrpPort !== undefined) args.push("--msrp-port", String(msrpPort));
  const { traceFolder, tls } = options;
  if (tls !== undefined) {
    args.push("--tls-identity", tls.identityFile, "--tls-port", String(tlsPort));
    args.push("--tls-host", tls.host ?? options.bind);
  }
  if (traceFolder === undefined) return { child: new Child(`${name} of ${domain}`, role, args) };
  const traceFile = join(traceFolder, `${name}.jsonl`);
  return {
    child: new Child(`${name} of ${domain}`, role, [...args, "--trace", traceFile]),
    traceFile,
  };
}

async function listeningOf(child: Child): Promise<JsonObject> {
  const message = await child.next(["listening", "failed"], START_MS);
  if (message["event"] === "listening") return message;
  throw new UserError("network", String(message["message"]), String(message["action"]));
}

interface Listening {
  readonly core: JsonObject | undefined;
  readonly pf: JsonObject | undefined;
  readonly fingerprint?: string;
}

function homeNetwork(domain: string, { core, pf, fingerprint }: Listening): HomeNetwork {
  const address = (message: JsonObject | undefined, name: string): string => {
    const parsed = parseHostPort(String(message?.[name]));
    if (parsed === undefined) throw new Error(`an element of ${domain} told no ${name} address`);
    return formatHostPort(parsed);
  };
  const sip = address(core, "sip");
  const plain: HomeNetwork = {
    ...{ domain, core: { udp: sip, tcp: sip } },
    pf: { sip: address(pf, "sip"), msrp: address(pf, "msrp") },
  };
  if (fingerprint === undefined) return plain;
  return {
    domain,
    core: { ...plain.core, tls: address(core, "tls"), fingerprint },
    pf: { ...plain.pf, msrps: address(pf, "tls") },
  };
}
