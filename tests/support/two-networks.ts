import type { Files } from "../../main/base/files.ts";
import { systemHashing } from "../../main/base/hashing.node.ts";
import { formatHostPort } from "../../main/base/host-port.ts";
import type { Clock } from "../../main/base/ports.ts";
import type { Result } from "../../main/base/result.ts";
import { followAddress } from "../../main/compose/address-follower.ts";
import { CpmClient } from "../../main/cpm/client.ts";
import type { CpmConfig } from "../../main/cpm/config.ts";
import type { HistoryStore } from "../../main/cpm/file/steady-history.ts";
import { openSrf } from "../../main/drachtio/srf.node.ts";
import type { Srf } from "../../main/drachtio/srf.ts";
import { MsrpEndpoint } from "../../main/msrp/endpoint.ts";
import type { CoreUser } from "../../main/network/core/core-config.ts";
import { SipCore } from "../../main/network/core/sip-core.ts";
import { CoreOnly } from "../../main/network/pf/core-only.ts";
import { ParticipatingFunction } from "../../main/network/pf/participating-function.ts";
import { TransactionLayer } from "../../main/sip/transaction/transaction-layer.ts";
import type { SipPorts } from "../../main/sip/transport/ports.ts";
import { TransportLayer } from "../../main/sip/transport/transport-layer.ts";
import type { TransportTls } from "../../main/sip/transport/transport-options.ts";
import { ha1Of } from "../../main/sip/ua/digest.ts";
import { AddressBook } from "../../main/trace/address-book.ts";
import { TraceRecorder } from "../../main/trace/recorder.ts";
import type { TraceRecord } from "../../shared/model/trace-record.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeNet } from "./fake-net.ts";
import { type Death, FakeProcess } from "./fake-process.ts";
import { SeededRandom } from "./fake-random.ts";
import { FakeResolver } from "./fake-resolver.ts";
import { fakeIdentity } from "./fake-tls.ts";
import { FlowDevice } from "./flow-device.ts";
import { MemoryFiles } from "./memory-files.ts";
import { MemoryStore } from "./memory-store.ts";
import {
  ADDRESSES,
  coreAddress,
  coreFor,
  coreTls,
  type DeviceName,
  type DeviceTransport,
  deviceTls,
  type ElementName,
  isDevice,
  type NetworkSide,
  SIDES,
  sideOf,
  type TlsOptions,
} from "./network-plan.ts";
import { MemoryLog } from "./null-log.ts";
import { Places } from "./places.ts";

export { ADDRESSES, type DeviceName, type ElementName } from "./network-plan.ts";

const PASSWORD = "demo";

export interface WorldOptions {
  readonly seed?: number;
  /** Between devices and their cores. */
  readonly transport?: DeviceTransport;
  readonly tls?: TlsOptions;
  /** Settings of single devices. */
  readonly devices?: Partial<Record<DeviceName, Partial<CpmConfig>>>;
  readonly pfMaxSizeOctets?: number;
  /** Keeps even large requests on UDP, so that rules for datagrams strike INVITEs too. */
  readonly isUdpOnly?: boolean;
  /** What a device's program sees of SIP. */
  readonly srfOf?: (name: DeviceName, srf: Srf) => Srf;
  /** What a device's program sees of its disk. */
  readonly filesOf?: (name: DeviceName, disk: MemoryFiles, clock: Clock) => Files;
  /** What it sees of its history. */
  readonly storeOf?: (name: DeviceName, store: MemoryStore, clock: Clock) => HistoryStore;
}

/** What outlives the program of a device. */
export interface Disk {
  readonly files: MemoryFiles;
  readonly store: MemoryStore;
}

interface Account {
  readonly username: string;
  readonly realm: string;
}

interface Stack {
  readonly ports: SipPorts;
  readonly transactions: TransactionLayer;
}

/** An element that runs. */
interface Running {
  readonly transactions: TransactionLayer;
  stop(): Promise<void>;
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
  readonly #processes = new Map<ElementName, FakeProcess>();
  readonly #running = new Map<ElementName, Running>();
  readonly #disks = new Map<DeviceName, Disk>();
  readonly places: Places<ElementName>;
  #seed: number;
  readonly #diskUnit: () => number;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.#seed = options.seed ?? 1;
    const diskRandom = new SeededRandom(this.#seed * 104_729);
    this.#diskUnit = () => diskRandom.unit();
    this.net = new FakeNet(this.clock, { seed: this.#seed });
    this.places = new Places(this.net, ADDRESSES);
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

  addressOf(name: ElementName): string {
    return this.places.addressOf(name);
  }

  isRunning(name: ElementName): boolean {
    return this.#running.has(name);
  }

  process(name: ElementName): FakeProcess {
    const process = this.#processes.get(name);
    if (process === undefined) throw new Error(`${name} was not started`);
    return process;
  }

  /** Transactions of all elements that run. */
  get transactionCount(): number {
    return [...this.#running.values()].reduce((sum, one) => sum + one.transactions.size, 0);
  }

  /**
   * The device's program ends without a word, as by `kill -9`, and is started anew with what was on its disk.
   * @param offMs how long it is gone
   */
  async crash(name: DeviceName, offMs = 1000): Promise<FlowDevice> {
    this.kill(name, "killed");
    await this.pass(offMs);
    await this.boot(name);
    await this.#registered(name);
    return this.device(name);
  }

  /** A Participating Function ends without a word and is started anew. */
  async restartFunction(name: "pf-a" | "pf-b"): Promise<void> {
    this.kill(name, "killed");
    await this.pass(1000);
    await this.boot(name);
  }

  /** The element's program ends here and now; what a device had on its disk for good stays. */
  kill(name: ElementName, how: Death): void {
    if (!this.#running.delete(name)) return;
    this.process(name).die(how);
    if (how === "power-lost") this.places.darken(name);
    if (!isDevice(name)) return;
    const { files, store } = this.device(name);
    const unit = this.#diskUnit;
    // What a program has written is its system's, which only a lost machine loses.
    const kept = how === "killed" ? files.afterCrash() : files.afterCrash(unit);
    this.#disks.set(name, { files: kept, store: store.afterCrash() });
  }

  /** Starts what was killed. Returns as soon as its program runs; a device registers by and by. */
  async boot(name: ElementName): Promise<void> {
    if (this.#running.has(name)) return;
    this.places.lighten(name);
    if (isDevice(name)) await this.#openDevice(name, this.#disks.get(name));
    else if (name === "pf-a" || name === "pf-b") await this.#startFunction(sideOf(name));
    else await this.#startCore(sideOf(name));
  }

  /** From its next start on, the device has another address; nobody is at the old one any more. */
  move(name: DeviceName, address: string): void {
    this.places.move(name, address);
  }

  /**
   * After `places.unaddress`, which a program that runs hears nothing of, as when a laptop changes networks: its machine
   * has an address again, another one or the same.
   */
  readdress(name: DeviceName, address: string): void {
    this.places.move(name, address);
    for (const port of [5060, 2855])
      this.#addresses.add(formatHostPort({ host: address, port }), name);
  }

  /** Registers one more device; `kept` is what an earlier run of it left on its disk. */
  async addDevice(name: DeviceName, kept?: Disk): Promise<FlowDevice> {
    await this.#openDevice(name, kept);
    await this.#registered(name);
    const device = this.device(name);
    if (!device.has("registered")) throw new Error(`${name} registers: ${device.story()}`);
    return device;
  }

  async #registered(name: DeviceName): Promise<void> {
    const device = this.device(name);
    await this.until(
      `${name} registers`,
      () => device.has("registered") || device.has("registrationFailed"),
    );
  }

  async #openDevice(name: DeviceName, kept?: Disk): Promise<void> {
    const side = sideOf(name);
    const user = name === "a1" ? "alice" : "bob";
    const { ports, transactions } = await this.#stack(name, deviceTls(side, this.#options));
    const srf = this.#srf(transactions, ports, user, { username: user, realm: side.domain });
    const msrp = await this.#msrp(name, ports);
    const { files, store } = kept ?? { files: new MemoryFiles(), store: new MemoryStore() };
    const client = new CpmClient(
      {
        srf: this.#options.srfOf?.(name, srf) ?? srf,
        msrp,
        files: this.#options.filesOf?.(name, files, ports.clock) ?? files,
        store: this.#options.storeOf?.(name, store, ports.clock) ?? store,
        clock: ports.clock,
        random: ports.random,
        hashing: this.#hashing,
        log: ports.log,
      },
      {
        aor: `sip:${user}@${side.domain}`,
        core: coreFor(side, this.#options),
        deviceName: name,
        instanceId: `urn:uuid:00000000-0000-4000-8000-0000000000${name.charCodeAt(0).toString(16)}${name.charAt(1)}`,
        receiveFolder: `/${name}`,
        version: "0.0.0",
        deviceSecret: name,
        ...this.#options.devices?.[name],
      },
    );
    this.devices.set(name, new FlowDevice(name, client, files, store));
    const place = this.places.placeOf(name, coreAddress(side).host);
    const bound = { transport: transactions.transport, msrp, client };
    const follower = followAddress(ports, place, bound);
    this.#run(name, transactions, async () => {
      follower.stop();
      await client.stop();
      await srf.close();
      await msrp.close();
    });
    void client.start();
  }

  /** Stops everything, devices first. What stays open afterwards leaked. */
  async stop(): Promise<void> {
    this.places.lightenAll();
    const isFirst = (name: ElementName): number =>
      isDevice(name) ? 0 : name.startsWith("pf") ? 1 : 2;
    const names = [...this.#running.keys()].sort((a, b) => isFirst(a) - isFirst(b));
    for (const name of names) {
      let isStopped = false;
      const stopped = this.#running
        .get(name)
        ?.stop()
        .then(() => {
          isStopped = true;
        });
      await this.until(`${name} stops`, () => isStopped);
      await stopped;
    }
    await this.clock.advanceAsync(64_000);
  }

  async #startNetworks(): Promise<void> {
    for (const side of SIDES) {
      await this.#startCore(side);
      await this.#startFunction(side);
    }
  }

  async #startCore(side: NetworkSide): Promise<void> {
    const coreName = `core-${side.letter}` as const;
    const other = side === SIDES[0] ? SIDES[1] : SIDES[0];
    const { ports, transactions } = await this.#stack(coreName, coreTls(side, this.#options));
    const core = new SipCore(
      transactions,
      { ...ports, hashing: this.#hashing },
      {
        domain: side.domain,
        users: side.users.map((user) => this.#account(user, side.domain)),
        participatingFunction: `sip:pf@${ADDRESSES[`pf-${side.letter}`]}:5060;lr`,
        neighbours: new Map([[other.domain, `sip:${formatHostPort(coreAddress(other))};lr`]]),
      },
    );
    this.cores.set(coreName, core);
    this.#run(coreName, transactions, () => {
      core.stop();
      return Promise.resolve();
    });
  }

  async #startFunction(side: NetworkSide): Promise<void> {
    const pfName = `pf-${side.letter}` as const;
    const { ports, transactions } = await this.#stack(pfName);
    const srf = this.#srf(transactions, ports, "pf");
    const msrp = await this.#msrp(pfName, ports);
    const core = `sip:${formatHostPort(coreAddress(side))}`;
    transactions.transport.guardBy(new CoreOnly([core], ports));
    const limit = this.#options.pfMaxSizeOctets;
    const pf = new ParticipatingFunction(
      { srf, msrp, clock: ports.clock, random: ports.random, log: ports.log },
      {
        domain: side.domain,
        core,
        ...(limit === undefined ? {} : { maxSizeOctets: limit }),
      },
    );
    this.functions.set(pfName, pf);
    this.#run(pfName, transactions, async () => {
      await pf.stop();
      await srf.close();
      await msrp.close();
    });
  }

  #run(name: ElementName, transactions: TransactionLayer, stop: () => Promise<void>): void {
    this.#running.set(name, {
      transactions,
      stop: async () => {
        await stop();
        await transactions.close();
      },
    });
  }

  async #stack(name: ElementName, tls?: TransportTls): Promise<Stack> {
    const port = 5060;
    this.#seed += 1;
    const log = new MemoryLog();
    this.logs.set(name, log);
    const host = this.addressOf(name);
    this.#addresses.add(formatHostPort({ host, port }), name);
    const process = new FakeProcess(
      this.clock,
      this.net.machine(() => this.places.addressesOf(name)),
    );
    this.#processes.set(name, process);
    const ports: SipPorts = {
      sockets: process.sockets,
      clock: process.clock,
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
      await TransportLayer.open(ports, {
        listen: { host, port },
        limits,
        ...(tls === undefined ? {} : { tls }),
      }),
      `${name} listens`,
    );
    const { localTls } = transport;
    if (localTls !== undefined) this.#addresses.add(formatHostPort(localTls), name);
    return { ports, transactions: new TransactionLayer(transport, ports) };
  }

  /** Every element can protect files; whether it does is for signalling to say. */
  async #msrp(name: ElementName, ports: SipPorts): Promise<MsrpEndpoint> {
    const host = this.addressOf(name);
    const tls = { identity: fakeIdentity({ names: [name] }), port: 2856 };
    const opened = await MsrpEndpoint.open(ports, { listen: { host, port: 2855 }, tls });
    const endpoint = value(opened, `${name} listens`);
    this.#addresses.add(formatHostPort(endpoint.local), name);
    this.#addresses.add(formatHostPort({ host, port: tls.port }), name);
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
