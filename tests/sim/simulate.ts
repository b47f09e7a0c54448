import type { FlowDevice } from "../support/flow-device.ts";
import { octets } from "../support/octets.ts";
import { ADDRESSES, TwoNetworks } from "../support/two-networks.ts";
import { type Decision, type Scenario, scenarioOf, type Trouble } from "./scenario.ts";

/** Every offer has ended on every device after this much fake time: ring time, timers and guards together. */
const LIMIT_MS = 900_000;

export interface SimResult {
  readonly seed: number;
  /** Broken invariants, in words; empty when all hold. */
  readonly broken: readonly string[];
  readonly outcome: string;
}

/**
 * Runs the whole system, both home networks and up to four devices, through the scenario of a seed on fake time, wire,
 * disk and randomness, and checks what must hold whatever happens: at most one winner, no wrong octet under a final
 * name, no half file, one end for every offer on every device, agreeing ends, nothing left running.
 */
export async function simulate(seed: number): Promise<SimResult> {
  const scenario = scenarioOf(seed);
  const run = new Run(scenario);
  const broken: string[] = [];
  try {
    await run.play();
    broken.push(...run.violations());
    await run.stop();
    broken.push(...run.leaks());
  } catch (error) {
    broken.push(error instanceof Error ? error.message : String(error));
  }
  return { seed, broken, outcome: run.outcome() };
}

class Run {
  readonly #scenario: Scenario;
  readonly #contents: readonly Buffer[];
  #world: TwoNetworks | undefined;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#contents = scenario.sizes.map((size, index) => octets(size, scenario.seed * 10 + index));
  }

  async play(): Promise<void> {
    const { seed, transport, isUdpOnly, bobs } = this.#scenario;
    const world = await TwoNetworks.start(["a1", ...bobs], { seed, transport, isUdpOnly });
    this.#world = world;
    const { lossRate, duplicateRate, jitterMs } = this.#scenario;
    world.net.disturb({ lossRate, duplicateRate, jitterMs });
    const alice = world.device("a1");
    const paths = this.#contents.map((content, index) => {
      const path = `/s/file-${String(index)}.bin`;
      alice.files.put(path, content);
      return path;
    });
    for (const decision of this.#scenario.decisions) this.#decideLater(decision);
    await alice.send(paths);
    for (const trouble of this.#scenario.troubles) this.#troubleLater(trouble);
    this.#giveUpLater(alice);
    await world.until("every device knows the end", () => this.#devices.every(isSettled), LIMIT_MS);
    await world.pass(310_000);
  }

  /** What must hold once everything has ended. */
  violations(): readonly string[] {
    const winners = this.#bobs.filter((bob) => completeFiles(bob).size > 0);
    const broken = [
      ...this.#devices.flatMap((device) => [...this.#wrongFiles(device), ...wrongEnds(device)]),
      ...this.#heldCalls(),
    ];
    if (winners.length > 1) broken.push(`${String(winners.length)} devices received files`);
    const alice = this.#devices[0];
    const state = alice?.all("transfer").at(-1)?.state;
    const [winner] = winners;
    if (state === "verified" || state === "confirmed") {
      const accepted = alice?.last("answered").accepted ?? [];
      const missing = accepted.filter(
        (index) => !(winner && completeFiles(winner).has(`file-${String(index)}.bin`)),
      );
      if (missing.length > 0)
        broken.push(`alice says ${state}, but file ${String(missing[0])} did not arrive`);
    }
    const claimed = this.#bobs.filter((bob) => bob.all("transfer").at(-1)?.state === "verified");
    if (claimed.some((bob) => bob !== winner))
      broken.push("a device says verified that received nothing");
    return broken;
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
      .map((device) => {
        const end =
          device.all("transfer").at(-1)?.state ??
          (device.has("elsewhere") ? "elsewhere" : "nothing");
        return `${device.name}:${end}`;
      })
      .join(" ");
  }

  get #devices(): readonly FlowDevice[] {
    return [...(this.#world?.devices.values() ?? [])];
  }

  get #bobs(): readonly FlowDevice[] {
    return this.#devices.filter(({ name }) => name !== "a1");
  }

  #wrongFiles(device: FlowDevice): readonly string[] {
    const isRight = (name: string, content: Buffer): boolean =>
      this.#contents[Number(/^file-(\d+)\.bin/.exec(name)?.[1] ?? -1)]?.equals(content) === true;
    return [...device.received()]
      .filter(([name, content]) => !isRight(name, content))
      .map(([name]) => `${device.name}: ${name} is wrong`);
  }

  #heldCalls(): readonly string[] {
    const functions = [...(this.#world?.functions.values() ?? [])];
    const calls = functions.reduce((sum, pf) => sum + pf.callCount, 0);
    return calls > 0 ? [`${String(calls)} calls held by Participating Functions`] : [];
  }

  #decideLater({ device: name, afterMs, act }: Decision): void {
    const world = this.#running();
    const device = world.device(name);
    device.client.events.on("ringing", ({ id }) => {
      world.clock.startTimer(afterMs, () => {
        const { files } = device.last("offer");
        const indexes = files.map(({ index }) => index);
        if (act === "accept-all") device.client.accept(id, indexes);
        if (act === "accept-some") device.client.accept(id, indexes.slice(0, 1));
        if (act === "decline-here") device.client.decline(id, "here");
        if (act === "decline-everywhere") device.client.decline(id, "everywhere");
      });
    });
  }

  #troubleLater(trouble: Trouble): void {
    const world = this.#running();
    const [from, to] = [ADDRESSES[trouble.from], ADDRESSES[trouble.to]];
    world.clock.startTimer(trouble.atMs, () => {
      if (trouble.kind === "reset") {
        world.net.resetTcp({ from, to });
        return;
      }
      const heal = world.net.partition(from, to);
      world.clock.startTimer(trouble.forMs, heal);
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

  #running(): TwoNetworks {
    if (this.#world === undefined) throw new Error("the world has not started");
    return this.#world;
  }
}

function wrongEnds(device: FlowDevice): readonly string[] {
  const broken: string[] = [];
  const ends = device.all("transfer").length + device.all("elsewhere").length;
  const offers = device.all("offer").length;
  if (ends !== offers)
    broken.push(`${device.name}: ${String(offers)} offers, ${String(ends)} ends`);
  if (device.has("missed") && device.has("elsewhere"))
    broken.push(`${device.name}: missed and elsewhere`);
  if (device.files.openParts > 0) broken.push(`${device.name}: a part file is left`);
  return broken;
}

/** As many ends as offers; a device that the offer never reached has neither. */
function isSettled(device: FlowDevice): boolean {
  const ends = device.all("transfer").length + device.all("elsewhere").length;
  return device.name === "a1" ? ends > 0 : ends >= device.all("offer").length;
}

function completeFiles(device: FlowDevice): ReadonlyMap<string, Buffer> {
  return new Map([...device.received()].filter(([name]) => !name.endsWith(".damaged")));
}
