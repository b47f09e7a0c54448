import type { FlowDevice } from "../support/flow-device.ts";
import { octets } from "../support/octets.ts";
import type { DeviceName, ElementName, TwoNetworks } from "../support/two-networks.ts";
import type { Fault, Link, Moment, Scenario, Side } from "./scenario.ts";

/** What the faults of a scenario are about. */
export interface Stage {
  readonly world: TwoNetworks;
  /** The device that took the offer, or the first one. */
  receiver(): DeviceName;
  /** What the program of each device said, of all its lives. */
  onEvent(listener: (device: DeviceName, event: string) => void): void;
  /** Share of all octets that has reached receivers' disks. */
  onShare(share: number, act: () => void): void;
}

/** Makes the trouble of a scenario, each when its moment comes. */
export class TroubleMaker {
  readonly #stage: Stage;
  readonly #seed: number;
  /** Elements that are off, asleep or cut off; they are left alone until they are back. */
  readonly #busy = new Set<ElementName>();
  readonly #heals: (() => void)[] = [];
  readonly happened: string[] = [];
  #isOver = false;
  #underWay = 0;
  #moves = 0;

  constructor(stage: Stage, seed: number) {
    this.#stage = stage;
    this.#seed = seed;
  }

  /** Something has begun that ends by itself. */
  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** The offer is on its way. */
  begin(faults: Scenario["faults"]): void {
    for (const { at, fault } of faults) this.#arm(at, fault);
  }

  /** Nothing new begins, and the wire is whole. */
  end(): void {
    this.#isOver = true;
    for (const heal of this.#heals.splice(0)) heal();
  }

  #arm(at: Moment, fault: Fault): void {
    let isDue = true;
    const go = (afterMs: number): void => {
      if (!isDue) return;
      isDue = false;
      this.#after(afterMs, () => {
        if (!this.#isOver) this.#make(fault);
      });
    };
    if ("afterOfferMs" in at) go(at.afterOfferMs);
    else if ("share" in at)
      this.#stage.onShare(at.share, () => {
        go(0);
      });
    else
      this.#stage.onEvent((device, event) => {
        if (event === at.event && (device === "a1") === (at.side === "sender")) go(at.afterMs);
      });
  }

  #make(fault: Fault): void {
    const { world } = this.#stage;
    this.happened.push(`${String(Math.round(world.clock.nowMs()))} ${JSON.stringify(fault)}`);
    switch (fault.kind) {
      case "reset":
        world.net.resetTcp(this.#ends(fault.link));
        return;
      case "stall":
        this.#stall(fault.link, fault.forMs);
        return;
      case "cut":
        this.#cut(fault);
        return;
      case "link-down":
        this.#darken(this.#element(fault.who), fault.forMs);
        return;
      case "crash":
        this.#crash(fault);
        return;
      case "move":
        this.#moves += 1;
        this.#restart(this.#element(fault.who), "power-lost", fault.offMs, {
          newAddress: `10.0.9.${String(this.#moves)}`,
        });
        return;
      case "readdress":
        this.#readdress(this.#element(fault.who) as DeviceName, fault.offMs, fault.isSame);
        return;
      case "sleep":
        this.#sleep(this.#element(fault.who), fault.forMs, fault.isCounted);
        return;
      case "clock":
        world.process(this.#element(fault.who)).clock.stepWall(fault.byMs);
        return;
      case "user":
        this.#user(fault.who, fault.act, fault.index);
        return;
      case "source-changed":
        this.#changeSource(fault.index);
    }
  }

  #stall(link: Link, forMs: number): void {
    const { from, to } = this.#ends(link);
    const heal = this.#stage.world.net.partition(from, to);
    this.#heals.push(heal);
    this.#during(forMs, heal);
  }

  #cut({ link, octets: after, forMs }: Extract<Fault, { readonly kind: "cut" }>): void {
    const { net } = this.#stage.world;
    const ends = this.#ends(link);
    const undo = net.onOctets(after, ends, (end) => {
      if (forMs === 0) end.breakOff();
      else this.#stall(link, forMs);
    });
    this.#heals.push(undo);
  }

  #darken(element: ElementName, forMs: number): void {
    if (this.#busy.has(element)) return;
    this.#busy.add(element);
    const { world } = this.#stage;
    world.places.darken(element);
    this.#during(forMs, () => {
      world.places.lighten(element);
      this.#busy.delete(element);
    });
  }

  #crash(fault: Extract<Fault, { readonly kind: "crash" }>): void {
    const { who, how, offMs, resumesAfterMs } = fault;
    const resumes = resumesAfterMs === undefined ? {} : { resumesAfterMs };
    this.#restart(this.#element(who), how, offMs, resumes);
  }

  #restart(
    element: ElementName,
    how: "killed" | "power-lost",
    offMs: number,
    later: { readonly newAddress?: string; readonly resumesAfterMs?: number },
  ): void {
    const { world } = this.#stage;
    if (this.#busy.has(element) || !world.isRunning(element)) return;
    this.#busy.add(element);
    world.kill(element, how);
    if (later.newAddress !== undefined) world.move(element as DeviceName, later.newAddress);
    this.#during(offMs, () => {
      this.#underWay += 1;
      void world.boot(element).then(() => {
        this.#underWay -= 1;
        this.#busy.delete(element);
        const { resumesAfterMs } = later;
        if (resumesAfterMs === undefined || element.includes("-")) return;
        this.#after(resumesAfterMs, () => {
          void resumeAll(world.device(element as DeviceName));
        });
      });
    });
  }

  #readdress(device: DeviceName, offMs: number, isSame: boolean): void {
    const { world } = this.#stage;
    if (this.#busy.has(device) || !world.isRunning(device)) return;
    this.#busy.add(device);
    world.places.unaddress(device);
    if (!isSame) this.#moves += 1;
    const address = isSame ? world.addressOf(device) : `10.0.9.${String(this.#moves)}`;
    this.#during(offMs, () => {
      world.readdress(device, address);
      this.#busy.delete(device);
    });
  }

  #sleep(element: ElementName, forMs: number, isCounted: boolean): void {
    if (this.#busy.has(element)) return;
    this.#busy.add(element);
    const { world } = this.#stage;
    const { clock } = world.process(element);
    world.places.darken(element);
    clock.sleep();
    this.#during(forMs, () => {
      world.places.lighten(element);
      clock.wake(isCounted);
      this.#busy.delete(element);
      // The desktop hears of it from the system.
      void world.device(element as DeviceName).client.refresh();
    });
  }

  #user(who: Side, act: "pause" | "resume" | "cancel" | "cancel-file", index: number): void {
    const name = this.#element(who) as DeviceName;
    const device = this.#stage.world.device(name);
    const entry = [...device.store.entries.values()].at(-1);
    if (this.#busy.has(name) || entry === undefined) return;
    const { client } = device;
    const id = entry.id as Parameters<typeof client.cancel>[0];
    if (act === "pause") client.pause(id);
    else if (act === "resume") void client.resume(id);
    else if (act === "cancel") client.cancel(id);
    else client.cancelFile(id, index);
  }

  #changeSource(index: number): void {
    const { files } = this.#stage.world.device("a1");
    const path = `/s/file-${String(index)}.bin`;
    const size = files.content.get(path)?.length ?? 0;
    files.put(path, octets(size, this.#seed + 77));
  }

  #element(who: ElementName | Side): ElementName {
    if (who === "sender") return "a1";
    return who === "receiver" ? this.#stage.receiver() : who;
  }

  /** Links to b1 are those to the receiver, where there is one. */
  #ends([from, to]: Link): { readonly from: string; readonly to: string } {
    const { world } = this.#stage;
    const place = (name: ElementName): string =>
      world.addressOf(name === "b1" ? this.#stage.receiver() : name);
    return { from: place(from), to: place(to) };
  }

  #during(ms: number, end: () => void): void {
    this.#underWay += 1;
    this.#after(ms, () => {
      this.#underWay -= 1;
      end();
    });
  }

  #after(ms: number, act: () => void): void {
    this.#stage.world.clock.startTimer(ms, act);
  }
}

/** As a user who starts the program and sees what was interrupted. */
export async function resumeAll(device: FlowDevice): Promise<number> {
  const waiting = await device.client.resumable();
  for (const { id } of waiting) void device.client.resume(id);
  return waiting.length;
}
