import type { ClientEvents } from "../../shared/model/client-events.ts";
import { FaultyFiles } from "../support/faulty-files.ts";
import { FaultyStore } from "../support/faulty-store.ts";
import type { FlowDevice } from "../support/flow-device.ts";
import { octets } from "../support/octets.ts";
import { type DeviceName, TwoNetworks } from "../support/two-networks.ts";
import { WatchedFiles } from "../support/watched-files.ts";
import { entryOf, Promises } from "./promises.ts";
import { type BadDisk, type Decision, type Scenario, type Side, scenarioOf } from "./scenario.ts";
import { resumeAll, TroubleMaker } from "./trouble-maker.ts";

/**
 * Ring time, timers, guards and attempts to go on, one after the other, with room for a resumption that moved a little
 * and began the time anew. Time that scenarios themselves take is added.
 */
const LIMIT_MS = 1_500_000;
/** How often both users try to go on in the end. */
const ROUNDS = 4;
/** Keep-alive, idle connections and transactions: all that ends by itself has ended after this time. */
const QUIET_MS = 310_000;
/** Of one device: its question at the core, which may still keep the one before, and none of its own. */
const PROBE_TRANSACTIONS = 2;
const RUNNING = new Set(["offered", "ringing", "transferring"]);
/** A chunk that was cut may come again as a whole. */
const CHUNK_OCTETS = 65_536;

export interface SimResult {
  readonly seed: number;
  /** Broken promises, in words; empty when all hold. */
  readonly broken: readonly string[];
  readonly outcome: string;
  /** What was made to go wrong, with its time. */
  readonly happened: readonly string[];
  /** Every event of every device. */
  readonly story: readonly string[];
}

/**
 * Runs the whole system, both home networks and up to four devices, through the scenario of a seed on fake time, wire,
 * disk and randomness. After every step and in the end it checks what must hold whatever happens: at most one winner, no
 * wrong octet under a final name, no file lost or replaced, agreeing ends in bounded time, nothing left running.
 */
export async function simulate(seed: number): Promise<SimResult> {
  const run = new Run(scenarioOf(seed));
  const broken: string[] = [];
  try {
    await run.play();
    broken.push(...run.violations());
    await run.stop();
    broken.push(...run.leaks());
  } catch (error) {
    broken.push(...run.violations(), firstLine(error));
  }
  const { happened, story } = run;
  return { seed, broken, outcome: run.outcome(), happened, story };
}

class Run {
  readonly #scenario: Scenario;
  readonly #contents: readonly Buffer[];
  readonly #promises: Promises;
  /** Emptied when the disks are mended. */
  readonly #badDisks: Readonly<Record<Side, BadDisk[]>>;
  readonly #disks: WatchedFiles[] = [];
  readonly #badStores: FaultyStore[] = [];
  readonly #listeners: ((device: DeviceName, event: string) => void)[] = [];
  readonly #shares: { readonly octets: number; readonly act: () => void }[] = [];
  readonly #seen: string[] = [];
  readonly #broken: string[] = [];
  readonly #heard = new Map<FlowDevice, number>();
  #world: TwoNetworks | undefined;
  #trouble: TroubleMaker | undefined;
  #receiver: DeviceName = "b1";
  #written = 0;
  #isMended = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { badDisks } = scenario;
    this.#badDisks = {
      sender: badDisks.filter(({ who }) => who === "sender"),
      receiver: badDisks.filter(({ who }) => who === "receiver"),
    };
    this.#contents = scenario.sizes.map((size, index) => octets(size, scenario.seed * 10 + index));
    this.#promises = new Promises(this.#contents);
  }

  get happened(): readonly string[] {
    const stores = this.#badStores.flatMap(({ failed }) => failed);
    return [...(this.#trouble?.happened ?? []), ...stores];
  }

  get story(): readonly string[] {
    return this.#seen;
  }

  async play(): Promise<void> {
    const { seed, transport, isUdpOnly, bobs, latencyMs } = this.#scenario;
    const world = await TwoNetworks.start(["a1", ...bobs], {
      ...{ seed, transport, isUdpOnly },
      filesOf: (name, disk, clock) => {
        const plan = { seed, at: this.#badDisksOf(name) };
        const files = new WatchedFiles(new FaultyFiles(disk, plan), clock);
        this.#watch(name, files);
        return files;
      },
      storeOf: (name, store, clock) => {
        const { badStore } = this.#scenario;
        const isMeant = (badStore?.who === "sender") === (name === "a1");
        if (badStore === undefined || !isMeant || this.#isMended) return store;
        const faulty = new FaultyStore(store, clock, [badStore]);
        this.#badStores.push(faulty);
        return faulty;
      },
    });
    this.#world = world;
    world.net.setLatency(latencyMs);
    const { lossRate, duplicateRate, jitterMs } = this.#scenario;
    const calm = world.net.disturb({ lossRate, duplicateRate, jitterMs });
    this.#trouble = new TroubleMaker(this.#stage(world), seed);
    await this.#offer(world);
    await this.#until("every device knows the end", () => this.#isSettled());
    calm();
    this.#trouble.end();
    this.#mend();
    await this.#bringBack();
    await this.#goOn();
    await this.#quiet();
  }

  /** What does not hold. */
  violations(): readonly string[] {
    const hasChanged = this.happened.some((line) => line.includes("source-changed"));
    const hasBadStore = this.#badStores.some(({ failed }) => failed.length > 0);
    const mayFail = hasChanged || hasBadStore || this.#scenario.badDisks.length > 0;
    // What never reached its disk, a program does not know that is started anew.
    const mayForget = hasBadStore && this.happened.some((line) => /"(?:crash|move)"/.test(line));
    if (this.#world !== undefined) this.#promises.checkEnd(this.#devices, { mayFail, mayForget });
    const again = this.#disks.filter(
      ({ resumes, octetsSentAgain }) => octetsSentAgain > resumes * CHUNK_OCTETS,
    );
    for (const { resumes, octetsSentAgain } of again)
      this.#broken.push(`${String(octetsSentAgain)} octets sent again in ${String(resumes)} goes`);
    return [...this.#promises.broken, ...this.#broken.splice(0)];
  }

  async stop(): Promise<void> {
    await this.#world?.stop();
  }

  leaks(): readonly string[] {
    const world = this.#world;
    if (world === undefined) return [];
    const broken: string[] = [];
    if (world.net.openSockets > 0)
      broken.push(`${String(world.net.openSockets)} sockets left open`);
    if (world.clock.pendingTimers > 0)
      broken.push(`${String(world.clock.pendingTimers)} timers left`);
    return broken;
  }

  outcome(): string {
    return this.#devices
      .map((device) => `${device.name}:${entryOf(device)?.state ?? "nothing"}`)
      .join(" ");
  }

  get #devices(): readonly FlowDevice[] {
    return [...(this.#world?.devices.values() ?? [])];
  }

  #stage(world: TwoNetworks): ConstructorParameters<typeof TroubleMaker>[0] {
    return {
      world,
      receiver: () => this.#receiver,
      onEvent: (listener) => {
        this.#listeners.push(listener);
      },
      onShare: (share, act) => {
        const total = this.#scenario.sizes.reduce((sum, size) => sum + size, 0);
        this.#shares.push({ octets: share * total, act });
      },
    };
  }

  #badDisksOf(name: DeviceName): readonly BadDisk[] {
    return this.#badDisks[name === "a1" ? "sender" : "receiver"];
  }

  #watch(name: DeviceName, files: WatchedFiles): void {
    const { slowDisk } = this.#scenario;
    if (
      slowDisk !== undefined &&
      !this.#isMended &&
      (slowDisk.who === "sender") === (name === "a1")
    )
      files.delayMs = slowDisk.delayMs;
    files.onWrite = (count) => {
      this.#receiver = name;
      this.#written += count;
      for (const one of this.#shares.filter((share) => share.octets <= this.#written)) {
        this.#shares.splice(this.#shares.indexOf(one), 1);
        one.act();
      }
    };
    this.#disks.push(files);
  }

  async #offer(world: TwoNetworks): Promise<void> {
    const alice = world.device("a1");
    const paths = this.#contents.map((content, index) => {
      const path = `/s/file-${String(index)}.bin`;
      alice.files.put(path, content);
      return path;
    });
    for (const { name } of this.#devices.filter((device) => device !== alice))
      this.#promises.own(world.device(name as DeviceName), `/${name}/file-0.bin`, octets(10, 3));
    this.#listenTo(this.#devices);
    let isMade: boolean | undefined;
    void alice.client.offer({ to: "sip:bob@b.example", paths }).then(({ ok }) => {
      isMade = ok;
    });
    await this.#until("the offer is made", () => isMade !== undefined);
    if (isMade !== true) return;
    this.#trouble?.begin(this.#scenario.faults);
    this.#giveUpLater(alice);
  }

  /** New events since the last step, also of programs that were started anew. */
  #listenTo(devices: readonly FlowDevice[]): void {
    for (const device of devices) {
      const heard = this.#heard.get(device) ?? 0;
      this.#heard.set(device, device.seen.length);
      for (const { name, payload } of device.seen.slice(heard))
        this.#onEvent(device, name, payload);
    }
  }

  #onEvent(device: FlowDevice, name: keyof ClientEvents, payload: unknown): void {
    if (name === "progress" || name === "registered") return;
    const world = this.#running();
    const at = String(Math.round(world.clock.nowMs()));
    this.#seen.push(`${at} ${device.name} ${name} ${JSON.stringify(payload)}`);
    if (name === "ringing" && device.name !== "a1") this.#decide(device);
    for (const listener of this.#listeners) listener(device.name as DeviceName, name);
  }

  #decide(device: FlowDevice): void {
    const decision = this.#scenario.decisions.find((one) => one.device === device.name);
    if (decision === undefined) return;
    this.#running().clock.startTimer(decision.afterMs, () => {
      if (this.#running().devices.get(decision.device) === device) act(device, decision.act);
    });
  }

  #giveUpLater(alice: FlowDevice): void {
    const world = this.#running();
    const { cancelAtMs, cancelFile } = this.#scenario;
    const { offerId } = alice;
    if (cancelAtMs !== undefined) {
      world.clock.startTimer(cancelAtMs, () => {
        alice.client.cancel(offerId);
      });
    }
    if (cancelFile !== undefined) {
      world.clock.startTimer(cancelFile.atMs, () => {
        alice.client.cancelFile(offerId, cancelFile.index);
      });
    }
  }

  #mend(): void {
    this.#isMended = true;
    for (const one of Object.values(this.#badDisks)) one.length = 0;
    for (const disk of this.#disks) disk.delayMs = 0;
    for (const store of this.#badStores) store.mend();
  }

  /** Everything works, and everybody is reached again. */
  async #bringBack(): Promise<void> {
    if (!this.#scenario.isRefreshed) {
      await this.#pass(700_000);
      return;
    }
    let waiting = this.#devices.length;
    for (const { client } of this.#devices)
      void client.refresh().then(() => {
        waiting -= 1;
      });
    await this.#until("all have registered", () => waiting === 0);
  }

  /** Both users go on with what was interrupted, until there is nothing more to go on with. */
  async #goOn(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const isAsked = this.#asked(round);
      for (const device of this.#devices) if (isAsked(device)) await resumeEverything(device);
      // What was paused moves again by then, or is paused anew by the other side.
      await this.#pass(60_000);
      await this.#until("what was resumed has ended", () => this.#isSettled());
    }
    for (const device of this.#devices)
      if (RUNNING.has(entryOf(device)?.state ?? "")) this.#broken.push(`${device.name} still runs`);
  }

  /** Which users go on in this round: one side and then the other one, or both. */
  #asked(round: number): (device: FlowDevice) => boolean {
    const { firstToResume } = this.#scenario;
    if (firstToResume === "both") return () => true;
    const isSendersTurn = (firstToResume === "sender") === (round % 2 === 0);
    return ({ name }) => (name === "a1") === isSendersTurn;
  }

  async #quiet(): Promise<void> {
    const world = this.#running();
    await this.#pass(QUIET_MS);
    const functions = [...world.functions.values()];
    const calls = functions.reduce((sum, pf) => sum + pf.callCount, 0);
    if (calls > 0) this.#broken.push(`${String(calls)} calls held by Participating Functions`);
    // Over UDP devices ask every half minute whether they are still known, and answers are kept for 32 s.
    const most = this.#scenario.transport === "udp" ? this.#devices.length * PROBE_TRANSACTIONS : 0;
    await this.#until("no transaction is alive", () => world.transactionCount <= most);
  }

  /** Nothing runs, but for what a user has paused. */
  #isSettled(): boolean {
    if (this.#trouble?.isUnderWay === true) return false;
    return this.#devices.every((device) => {
      const entry = entryOf(device);
      return entry === undefined || !RUNNING.has(entry.state) || this.#isPaused(device);
    });
  }

  #isPaused({ seen }: FlowDevice): boolean {
    const last = seen.findLast(({ name }) => ["paused", "resumed", "transfer"].includes(name));
    return last?.name === "paused";
  }

  async #until(what: string, isDone: () => boolean): Promise<void> {
    const spent = this.#scenario.faults.reduce(
      (sum, { fault }) => sum + ("forMs" in fault ? fault.forMs : 0),
      0,
    );
    await this.#running().until(
      what,
      () => {
        this.#step();
        return isDone();
      },
      LIMIT_MS + spent,
    );
  }

  async #pass(ms: number): Promise<void> {
    const { clock } = this.#running();
    const endMs = clock.nowMs() + ms;
    let isOver = false;
    clock.startTimer(ms, () => {
      isOver = true;
    });
    await this.#until("time passes", () => isOver || clock.nowMs() >= endMs);
  }

  #step(): void {
    this.#listenTo(this.#devices);
    this.#promises.check(this.#devices);
  }

  #running(): TwoNetworks {
    if (this.#world === undefined) throw new Error("the world has not started");
    return this.#world;
  }
}

/** What was interrupted, and what is paused. */
async function resumeEverything(device: FlowDevice): Promise<void> {
  await resumeAll(device);
  const entry = entryOf(device);
  if (entry === undefined || !RUNNING.has(entry.state)) return;
  void device.client.resume(entry.id as Parameters<typeof device.client.resume>[0]);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? "";
}

function act(device: FlowDevice, what: Decision["act"]): void {
  const { client } = device;
  const { id, files } = device.last("offer");
  const indexes = files.map(({ index }) => index);
  if (what === "accept-all") client.accept(id, indexes);
  if (what === "accept-some") client.accept(id, indexes.slice(0, 1));
  if (what === "decline-here") client.decline(id, "here");
  if (what === "decline-everywhere") client.decline(id, "everywhere");
}
