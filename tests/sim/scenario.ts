import type { Death } from "../support/fake-process.ts";
import { SeededRandom } from "../support/fake-random.ts";
import { CALL_SITES, type CallSite, type FaultKind } from "../support/faulty-files.ts";
import { STORE_SITES, type StoreFault } from "../support/faulty-store.ts";
import type { DeviceName, ElementName } from "../support/two-networks.ts";

/** What a user of a ringing device does, and when after the ring. */
export interface Decision {
  readonly device: DeviceName;
  readonly afterMs: number;
  readonly act: "accept-all" | "accept-some" | "decline-here" | "decline-everywhere" | "ignore";
}

/** `receiver` is the device that took the offer. */
export type Side = "sender" | "receiver";

/** When a fault begins. */
export type Moment =
  | { readonly afterOfferMs: number }
  /** So much of all octets has reached the receiver's disk. */
  | { readonly share: number }
  | {
      readonly event: "answered" | "reconnecting" | "resumed" | "paused" | "file";
      readonly side: Side;
      readonly afterMs: number;
    };

type Where = ElementName | Side;

/** What goes wrong, or what a user does, once. */
export type Fault =
  | { readonly kind: "reset" | "stall"; readonly link: Link; readonly forMs: number }
  /** At the very octet, in one direction of the files' way. */
  | { readonly kind: "cut"; readonly link: Link; readonly octets: number; readonly forMs: number }
  | { readonly kind: "link-down"; readonly who: Where; readonly forMs: number }
  | {
      readonly kind: "crash";
      readonly who: Where;
      readonly how: Death;
      readonly offMs: number;
      /** Its user goes on with what was interrupted so long after the new start. */
      readonly resumesAfterMs: number | undefined;
    }
  | { readonly kind: "move"; readonly who: Side; readonly offMs: number }
  /** The machine changes networks while the program runs. */
  | {
      readonly kind: "readdress";
      readonly who: Side;
      readonly offMs: number;
      readonly isSame: boolean;
    }
  | {
      readonly kind: "sleep";
      readonly who: Side;
      readonly forMs: number;
      readonly isCounted: boolean;
    }
  | { readonly kind: "clock"; readonly who: Where; readonly byMs: number }
  | {
      readonly kind: "user";
      readonly who: Side;
      readonly act: "pause" | "resume" | "cancel" | "cancel-file";
      readonly index: number;
    }
  | { readonly kind: "source-changed"; readonly index: number };

export type Link = readonly [ElementName, ElementName];

/** A call of a device's program to its disk that fails. */
export interface BadDisk {
  readonly who: Side;
  readonly site: CallSite;
  readonly nth: number;
  readonly kind: FaultKind;
}

/** One run of the whole system: everything that is not decided by the system itself. */
export interface Scenario {
  readonly seed: number;
  readonly transport: "udp" | "tcp";
  readonly isUdpOnly: boolean;
  readonly latencyMs: number;
  readonly bobs: readonly DeviceName[];
  readonly sizes: readonly number[];
  readonly lossRate: number;
  readonly duplicateRate: number;
  readonly jitterMs: number;
  readonly decisions: readonly Decision[];
  readonly faults: readonly { readonly at: Moment; readonly fault: Fault }[];
  readonly badDisks: readonly BadDisk[];
  readonly slowDisk: { readonly who: Side; readonly delayMs: number } | undefined;
  /** When alice gives up the whole offer, or one file of it; undefined: she does not. */
  readonly cancelAtMs: number | undefined;
  readonly cancelFile: { readonly atMs: number; readonly index: number } | undefined;
  /** In the end, who goes on first with what is still interrupted. */
  readonly firstToResume: Side | "both";
  /** In the end, devices register anew at once, or when their time comes. */
  readonly isRefreshed: boolean;
  readonly badStore: (StoreFault & { readonly who: Side }) | undefined;
}

const LINKS: readonly Link[] = [
  ["a1", "core-a"],
  ["a1", "pf-a"],
  ["core-a", "pf-a"],
  ["core-a", "core-b"],
  ["pf-a", "pf-b"],
  ["core-b", "pf-b"],
  ["core-b", "b1"],
  ["core-b", "b2"],
  ["pf-b", "b1"],
  ["pf-b", "b2"],
];

const FILE_WAY: readonly Link[] = [
  ["a1", "pf-a"],
  ["pf-a", "pf-b"],
  ["pf-b", "b1"],
  ["b1", "pf-b"],
  ["pf-b", "pf-a"],
  ["pf-a", "a1"],
];

const SMALL = [0, 1, 700, 2_048, 2_049, 65_536, 150_000, 400_000];
const LARGE = [65_537, 200_000, 400_000, 700_000, 1_300_000];
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** Chance as a seed has it. */
class Dice {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  pick<T>(from: readonly T[]): T {
    const item = from[this.until(from.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  chance(share: number): boolean {
    return this.#random.unit() < share;
  }

  unit(): number {
    return this.#random.unit();
  }

  until(limit: number): number {
    return Math.floor(this.#random.unit() * limit);
  }
}

/** The scenario that belongs to a seed, the same on every machine: every other one is about long transfers. */
export function scenarioOf(seed: number): Scenario {
  const dice = new Dice(seed * 2_654_435_761);
  const isLong = seed % 2 === 0;
  const bobs = (["b1", "b2", "b3"] as const).slice(0, 1 + dice.until(isLong ? 2 : 3));
  const transport = dice.pick(["udp", "tcp"] as const);
  const count = 1 + dice.until(isLong ? 2 : 3);
  const sizes = Array.from({ length: count }, () => dice.pick(isLong ? LARGE : SMALL));
  return {
    ...{ seed, transport, bobs, sizes },
    isUdpOnly: dice.chance(0.2),
    ...disturbance(dice, isLong ? 0.25 : 0.5),
    ...(isLong ? longStory(dice, bobs, count) : quickStory(dice, bobs, count)),
    slowDisk: dice.chance(0.08)
      ? { who: side(dice), delayMs: dice.pick([5, 100, 500]) }
      : undefined,
    firstToResume: dice.pick(["sender", "receiver", "both"]),
    isRefreshed: dice.chance(0.7),
    // Drawn last: what seeds meant before, they mean still.
    badStore: dice.chance(1 / 6) ? badStore(dice) : undefined,
  };
}

function disturbance(
  dice: Dice,
  share: number,
): Pick<Scenario, "lossRate" | "duplicateRate" | "jitterMs"> {
  if (!dice.chance(share)) return { lossRate: 0, duplicateRate: 0, jitterMs: 0 };
  return {
    lossRate: dice.unit() * 0.15,
    duplicateRate: dice.unit() * 0.15,
    jitterMs: dice.unit() * 60,
  };
}

type Story = Pick<
  Scenario,
  "latencyMs" | "decisions" | "faults" | "badDisks" | "cancelAtMs" | "cancelFile"
>;

/** Who decides what, and when: races around the answer. */
function quickStory(dice: Dice, bobs: readonly DeviceName[], files: number): Story {
  return {
    latencyMs: 1,
    decisions: deciders(dice, bobs),
    faults: quickFaults(dice),
    badDisks: badDisks(dice, 0.1),
    cancelAtMs: dice.chance(0.2) ? dice.until(7_000) : undefined,
    cancelFile: dice.chance(0.1)
      ? { atMs: dice.until(7_000), index: dice.until(files) }
      : undefined,
  };
}

/** Octets move for seconds, and something happens to them. */
function longStory(dice: Dice, bobs: readonly DeviceName[], files: number): Story {
  return {
    latencyMs: 15 + dice.until(40),
    decisions: takers(dice, bobs),
    faults: longFaults(dice, files),
    badDisks: badDisks(dice, 0.25),
    cancelAtMs: undefined,
    cancelFile: undefined,
  };
}

/** Several devices that decide within few milliseconds of each other are the races that matter. */
function deciders(dice: Dice, bobs: readonly DeviceName[]): readonly Decision[] {
  const isRace = dice.chance(0.4);
  const acts = [
    ...(["accept-all", "accept-all", "accept-some"] as const),
    ...(["decline-here", "decline-everywhere", "ignore"] as const),
  ];
  return bobs.map((device) => ({
    device,
    afterMs: isRace ? dice.until(8) : dice.until(6_000),
    act: isRace && dice.chance(0.8) ? ("accept-all" as const) : dice.pick(acts),
  }));
}

function takers(dice: Dice, bobs: readonly DeviceName[]): readonly Decision[] {
  return bobs.map((device, nth) => ({
    device,
    afterMs: dice.until(500) + (nth > 0 && dice.chance(0.7) ? 5_000 : 0),
    act: dice.chance(0.9) ? ("accept-all" as const) : ("accept-some" as const),
  }));
}

function quickFaults(dice: Dice): Scenario["faults"] {
  const count = dice.chance(0.45) ? 1 + dice.until(2) : 0;
  return Array.from({ length: count }, () => ({
    at: { afterOfferMs: dice.until(8_000) },
    fault: dice.chance(0.75) ? lineFault(dice) : crash(dice),
  }));
}

function lineFault(dice: Dice): Fault {
  return {
    kind: dice.pick(["reset", "stall"]),
    link: dice.pick(LINKS),
    forMs: 100 + dice.until(20_000),
  };
}

function longFaults(dice: Dice, files: number): Scenario["faults"] {
  const count = 1 + dice.until(3);
  return Array.from({ length: count }, (_, nth) => ({
    at: nth > 0 && dice.chance(0.5) ? later(dice) : { share: 0.02 + dice.unit() * 0.97 },
    fault: longFault(dice, files),
  }));
}

function later(dice: Dice): Moment {
  return {
    event: dice.pick(["answered", "reconnecting", "resumed", "paused", "file"]),
    side: dice.pick(["sender", "receiver"]),
    afterMs: dice.pick([0, 1, 10, 50, 100, 500, 3_000, 20_000]),
  };
}

function longFault(dice: Dice, files: number): Fault {
  const makers: readonly (readonly [number, () => Fault])[] = [
    [15, () => lineFault(dice)],
    [
      20,
      () => ({
        kind: "cut",
        link: dice.pick(FILE_WAY),
        octets: dice.until(dice.pick([400, 5_000, 300_000])),
        forMs: dice.pick([0, 0, 5_000, 130_000]),
      }),
    ],
    [10, () => ({ kind: "link-down", who: anyElement(dice), forMs: dice.pick([2_000, 30_000]) })],
    [20, () => crash(dice)],
    [5, () => ({ kind: "move", who: side(dice), offMs: dice.pick([0, 1_000, 30_000]) })],
    [7, () => readdress(dice)],
    [4, () => sleep(dice)],
    [
      6,
      () => ({
        kind: "clock",
        who: anyElement(dice),
        byMs: dice.pick([HOUR_MS, -HOUR_MS, 10 * YEAR_MS, -10 * YEAR_MS]),
      }),
    ],
    [
      17,
      () => ({
        kind: "user",
        who: side(dice),
        act: dice.pick(["pause", "pause", "resume", "cancel", "cancel-file"]),
        index: dice.until(files),
      }),
    ],
    [3, () => ({ kind: "source-changed", index: dice.until(files) })],
  ];
  let at = dice.until(makers.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, make] of makers) {
    if (at < weight) return make();
    at -= weight;
  }
  return lineFault(dice);
}

function crash(dice: Dice): Fault {
  return {
    kind: "crash",
    who: anyElement(dice),
    how: dice.pick(["killed", "power-lost"]),
    offMs: dice.pick([0, 200, 3_000, 40_000]),
    resumesAfterMs: dice.chance(0.6) ? dice.pick([1, 500, 5_000]) : undefined,
  };
}

function readdress(dice: Dice): Fault {
  return {
    ...{ kind: "readdress", who: side(dice), isSame: dice.chance(0.3) },
    offMs: dice.pick([0, 0, 1_000, 30_000]),
  };
}

function sleep(dice: Dice): Fault {
  return {
    kind: "sleep",
    who: side(dice),
    forMs: dice.pick([20_000, 20_000, 600_000, 8 * HOUR_MS]),
    isCounted: dice.chance(0.5),
  };
}

function side(dice: Dice): Side {
  return dice.pick(["sender", "receiver"]);
}

/** The two devices above all. */
function anyElement(dice: Dice): ElementName | Side {
  return dice.chance(0.6) ? side(dice) : dice.pick(["core-a", "core-b", "pf-a", "pf-b"] as const);
}

function badDisks(dice: Dice, share: number): readonly BadDisk[] {
  if (!dice.chance(share)) return [];
  const who = side(dice);
  const site = dice.pick(CALL_SITES);
  return [
    {
      ...{ who, site, nth: 1 + dice.until(site === "write" || site === "read" ? 12 : 3) },
      kind: dice.pick(["no-space", "io"]),
    },
  ];
}

function badStore(dice: Dice): NonNullable<Scenario["badStore"]> {
  const site = dice.chance(0.6) ? "save" : dice.pick(STORE_SITES);
  return {
    ...{ who: side(dice), site, nth: 1 + dice.until(site === "save" ? 12 : 2) },
    ...{ kind: dice.pick(["full", "io", "busy"]), forMs: dice.pick([0, 5_000, 40_000, 300_000]) },
  };
}
