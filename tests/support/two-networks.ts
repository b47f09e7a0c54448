import { systemHashing } from "../../main/base/hashing.node.ts";
import type { HostPort } from "../../main/base/host-port.ts";
import { formatHostPort } from "../../main/base/host-port.ts";
import type { Result } from "../../main/base/result.ts";
import { CpmClient } from "../../main/cpm/client.ts";
import type { CpmConfig } from "../../main/cpm/config.ts";
import { openSrf } from "../../main/drachtio/srf.node.ts";
import type { Srf } from "../../main/drachtio/srf.ts";
import { MsrpEndpoint } from "../../main/msrp/endpoint.ts";
import type { CoreUser } from "../../main/network/core/core-config.ts";
import { SipCore } from "../../main/network/core/sip-core.ts";
import { ParticipatingFunction } from "../../main/network/pf/participating-function.ts";
import { TransactionLayer } from "../../main/sip/transaction/transaction-layer.ts";
import type { SipPorts } from "../../main/sip/transport/ports.ts";
import { TransportLayer } from "../../main/sip/transport/transport-layer.ts";
import { ha1Of } from "../../main/sip/ua/digest.ts";
import { AddressBook } from "../../main/trace/address-book.ts";
import { TraceRecorder } from "../../main/trace/recorder.ts";
import type { TraceRecord } from "../../shared/model/trace-record.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeNet } from "./fake-net.ts";
import { SeededRandom } from "./fake-random.ts";
import { FakeResolver } from "./fake-resolver.ts";
import { FlowDevice } from "./flow-device.ts";
import { MemoryFiles } from "./memory-files.ts";
import { MemoryStore } from "./memory-store.ts";
import { MemoryLog } from "./null-log.ts";

const PASSWORD = "demo";

/** One address per element, so that a rule of the net can name a link by its two ends. */
export const ADDRESSES = {
  "core-a": "10.0.1.1",
  "pf-a": "10.0.1.2",
  a1: "10.0.1.11",
  "core-b": "10.0.2.1",
  "pf-b": "10.0.2.2",
  b1: "10.0.2.11",
  b2: "10.0.2.12",
  b3: "10.0.2.13",
} as const;

export type ElementName = keyof typeof ADDRESSES;
export type DeviceName = "a1" | "b1" | "b2" | "b3";

export interface WorldOptions {
  readonly seed?: number;
  readonly transport?: "udp" | "tcp";
  /** Settings of single devices. */
  readonly devices?: Partial<Record<DeviceName, Partial<CpmConfig>>>;
  readonly pfMaxSizeOctets?: number;
  /** Keeps even large requests on UDP, so that rules for datagrams strike INVITEs too. */
  readonly isUdpOnly?: boolean;
}

interface NetworkSide {
  readonly letter: "a" | "b";
  readonly domain: string;
  readonly users: readonly string[];
}

const SIDES: readonly [NetworkSide, NetworkSide] = [
  { letter: "a", domain: "a.example", users: ["alice", "anna"] },
  { letter: "b", domain: "b.example", users: ["bob", "carol"] },
];

interface Account {
  readonly username: string;
  readonly realm: string;
}

interface Stack {
  readonly ports: SipPorts;
  readonly transactions: TransactionLayer;
}

/** Both home networks and their devices in one process, on a fake clock and a fake wire, the same run for the same seed. */
export class TwoNetworks {
  readonly clock = new FakeClock();
  readonly net: FakeNet;
  readonly records: TraceRecord[] = [];
  readonly logs = new Map<ElementName, MemoryLog>();
  readonly devices = new Map<DeviceName, FlowDevice>();
  readonly functions = new Map<"pf-a" | "pf-b", ParticipatingFunction>();
  readonly cores = new Map<"core-a" | "core-b", SipCore>();
  readonly #options: WorldOptions;
  readonly #addresses = new AddressBook();
  readonly #hashing = systemHashing();
  readonly #stops: (() => Promise<void>)[] = [];
  /** Ends the sockets of an element, without a word to anybody. */
  readonly #closes = new Map<ElementName, () => Promise<void>>();
  #seed: number;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.#seed = options.seed ?? 1;
    this.net = new FakeNet(this.clock, { seed: this.#seed });
  }

  /** Starts both networks and registers the named devices: a1 is alice's, b1 to b3 are bob's. */
  static async start(
    devices: readonly DeviceName[],
    options: WorldOptions = {},
  ): Promise<TwoNetworks> {
    const world = new TwoNetworks(options);
    await world.#startNetworks();
    for (const name of devices) await world.addDevice(name);
    return world;
  }

  /** Advances fake time until the condition holds; fails the test with what is known when it never does. */
  async until(what: string, isDone: () => boolean, limitMs = 400_000): Promise<void> {
    const isReached = await this.clock.advanceUntil(isDone, limitMs);
    if (!isReached && !isDone()) throw new Error(`never came: ${what}\n${this.#story()}`);
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  device(name: DeviceName): FlowDevice {
    const device = this.devices.get(name);
    if (device === undefined) throw new Error(`${name} was not started`);
    return device;
  }

  /**
   * The device's program ends without a word, as by `kill -9`, and is started anew with what was on its disk.
   * @param offMs how long it is gone
   */
  async crash(name: DeviceName, offMs = 1000): Promise<FlowDevice> {
    const { files, store } = this.device(name);
    const kept = { files: files.afterCrash(), store: store.afterCrash() };
    const address = ADDRESSES[name];
    const heals = Object.values(ADDRESSES)
      .filter((other) => other !== address)
      .map((other) => this.net.partition(address, other));
    this.net.resetTcp({ from: address });
    this.net.resetTcp({ to: address });
    const close = this.#closes.get(name);
    this.#closes.delete(name);
    void close?.();
    await this.pass(offMs);
    for (const heal of heals) heal();
    return this.addDevice(name, kept);
  }

  /** A Participating Function ends without a word and is started anew. */
  async restartFunction(name: "pf-a" | "pf-b"): Promise<void> {
    const side = name === "pf-a" ? SIDES[0] : SIDES[1];
    const address = ADDRESSES[name];
    const heals = Object.values(ADDRESSES)
      .filter((other) => other !== address)
      .map((other) => this.net.partition(address, other));
    this.net.resetTcp({ from: address });
    this.net.resetTcp({ to: address });
    void this.#closes.get(name)?.();
    await this.pass(1000);
    for (const heal of heals) heal();
    await this.#startFunction(side);
  }

  /** Registers one more device; `kept` is what an earlier run of it left on its disk. */
  async addDevice(
    name: DeviceName,
    kept: { readonly files: MemoryFiles; readonly store: MemoryStore } = {
      ...{ files: new MemoryFiles(), store: new MemoryStore() },
    },
  ): Promise<FlowDevice> {
    const side = name === "a1" ? SIDES[0] : SIDES[1];
    const user = name === "a1" ? "alice" : "bob";
    const { ports, transactions } = await this.#stack(name, 5060);
    const srf = this.#srf(transactions, ports, user, { username: user, realm: side.domain });
    const msrp = await this.#msrp(name, ports);
    const { files, store } = kept;
    const client = new CpmClient(
      {
        srf,
        msrp,
        files,
        store,
        clock: this.clock,
        random: ports.random,
        hashing: this.#hashing,
        log: ports.log,
      },
      {
        aor: `sip:${user}@${side.domain}`,
        core: { ...this.#coreAddress(side), transport: this.#options.transport ?? "udp" },
        deviceName: name,
        instanceId: `urn:uuid:00000000-0000-4000-8000-0000000000${name.charCodeAt(0).toString(16)}${name.charAt(1)}`,
        receiveFolder: `/${name}`,
        version: "0.0.0",
        deviceSecret: name,
        ...this.#options.devices?.[name],
      },
    );
    const device = new FlowDevice(name, client, files, store);
    this.devices.set(name, device);
    const started = client.start();
    await this.until(
      `${name} registers`,
      () => device.has("registered") || device.has("registrationFailed"),
    );
    value(await started, `${name} registers`);
    const close = async (): Promise<void> => {
      await srf.close();
      await msrp.close();
      await transactions.close();
    };
    this.#closes.set(name, close);
    this.#stops.push(async () => {
      // One that crashed is gone.
      if (this.#closes.get(name) !== close) return;
      await client.stop();
      await close();
    });
    return device;
  }

  /** Stops everything, devices first. What stays open afterwards leaked. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.reverse()) {
      let isStopped = false;
      const stopped = stop().then(() => {
        isStopped = true;
      });
      await this.until("an element stops", () => isStopped);
      await stopped;
    }
    await this.clock.advanceAsync(64_000);
  }

  async #startNetworks(): Promise<void> {
    for (const side of SIDES) await this.#startNetwork(side);
  }

  async #startNetwork(side: NetworkSide): Promise<void> {
    const coreName = `core-${side.letter}` as const;
    const pfName = `pf-${side.letter}` as const;
    const other = side === SIDES[0] ? SIDES[1] : SIDES[0];
    const coreStack = await this.#stack(coreName, 5060);
    const core = new SipCore(
      coreStack.transactions,
      { ...coreStack.ports, hashing: this.#hashing },
      {
        domain: side.domain,
        users: side.users.map((user) => this.#account(user, side.domain)),
        participatingFunction: `sip:pf@${ADDRESSES[pfName]}:5060;lr`,
        neighbours: new Map([[other.domain, `sip:${formatHostPort(this.#coreAddress(other))};lr`]]),
      },
    );
    this.cores.set(coreName, core);

    this.#stops.push(async () => {
      core.stop();
      await coreStack.transactions.close();
    });
    await this.#startFunction(side);
  }

  async #startFunction(side: NetworkSide): Promise<void> {
    const pfName = `pf-${side.letter}` as const;
    const pfStack = await this.#stack(pfName, 5060);
    const srf = this.#srf(pfStack.transactions, pfStack.ports, "pf");
    const msrp = await this.#msrp(pfName, pfStack.ports);
    const limit = this.#options.pfMaxSizeOctets;
    const pf = new ParticipatingFunction(
      { srf, msrp, clock: this.clock, random: pfStack.ports.random, log: pfStack.ports.log },
      {
        domain: side.domain,
        core: `sip:${formatHostPort(this.#coreAddress(side))}`,
        ...(limit === undefined ? {} : { maxSizeOctets: limit }),
      },
    );
    this.functions.set(pfName, pf);
    const close = async (): Promise<void> => {
      await srf.close();
      await msrp.close();
      await pfStack.transactions.close();
    };
    this.#closes.set(pfName, close);
    this.#stops.push(async () => {
      if (this.#closes.get(pfName) !== close) return;
      await pf.stop();
      await close();
    });
  }

  async #stack(name: ElementName, port: number): Promise<Stack> {
    this.#seed += 1;
    const log = new MemoryLog();
    this.logs.set(name, log);
    const host = ADDRESSES[name];
    this.#addresses.add(formatHostPort({ host, port }), name);
    const ports: SipPorts = {
      sockets: this.net.host(host),
      clock: this.clock,
      random: new SeededRandom(this.#seed * 7919),
      resolver: new FakeResolver(),
      log,
      trace: new TraceRecorder({
        clock: this.clock,
        process: name,
        element: name,
        addresses: this.#addresses,
        sink: (record) => {
          this.records.push(record);
        },
      }),
    };
    const limits = this.#options.isUdpOnly === true ? { udpRequestOctets: 65_000 } : {};
    const transport = value(
      await TransportLayer.open(ports, { listen: { host, port }, limits }),
      `${name} listens`,
    );
    return { ports, transactions: new TransactionLayer(transport, ports) };
  }

  async #msrp(name: ElementName, ports: SipPorts): Promise<MsrpEndpoint> {
    const host = ADDRESSES[name];
    const endpoint = value(
      await MsrpEndpoint.open(ports, { listen: { host, port: 2855 } }),
      `${name} listens`,
    );
    this.#addresses.add(formatHostPort(endpoint.local), name);
    return endpoint;
  }

  #srf(
    transactions: TransactionLayer,
    ports: SipPorts,
    contactUser: string,
    account?: Account,
  ): Srf {
    return openSrf(
      transactions,
      { ...ports, hashing: this.#hashing },
      {
        contactUser,
        ...(account === undefined
          ? {}
          : { credentials: { ...account, password: PASSWORD, allowMd5: false } }),
      },
    );
  }

  #account(user: string, domain: string): CoreUser {
    const ha1 = (algorithm: "MD5" | "SHA-256"): string =>
      ha1Of(this.#hashing, algorithm, { username: user, realm: domain, password: PASSWORD });
    return { aor: `sip:${user}@${domain}`, ha1: { md5: ha1("MD5"), sha256: ha1("SHA-256") } };
  }

  #coreAddress(side: NetworkSide): HostPort {
    return { host: ADDRESSES[`core-${side.letter}`], port: 5060 };
  }

  #story(): string {
    const events = [...this.devices.values()].map((device) => `${device.name}: ${device.story()}`);
    const logs = [...this.logs].flatMap(([name, log]) =>
      log.lines
        .filter(({ level }) => level !== "debug")
        .map((line) => `${name}: ${JSON.stringify(line)}`),
    );
    const last = this.records
      .slice(-40)
      .map(
        (record) =>
          `${record.element} ${record.dir} ${record.peer} ${JSON.stringify(record.summary)}`,
      );
    return [...events, ...logs, ...last].join("\n");
  }
}

function value<T, E>(result: Result<T, E>, what: string): T {
  if (!result.ok) throw new Error(`${what}: ${JSON.stringify(result.error)}`);
  return result.value;
}
