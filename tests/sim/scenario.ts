import { SeededRandom } from "../support/fake-random.ts";
import type { DeviceName, ElementName } from "../support/two-networks.ts";

/** What a user of a ringing device does, and when after the ring. */
export interface Decision {
  readonly device: DeviceName;
  readonly afterMs: number;
  readonly act: "accept-all" | "accept-some" | "decline-here" | "decline-everywhere" | "ignore";
}

/** Trouble that begins at a time after the offer was sent. */
export type Trouble =
  | {
      readonly kind: "reset";
      readonly atMs: number;
      readonly from: ElementName;
      readonly to: ElementName;
    }
  | {
      readonly kind: "partition";
      readonly atMs: number;
      readonly forMs: number;
      readonly from: ElementName;
      readonly to: ElementName;
    };

/** One run of the whole system: everything that is not decided by the system itself. */
export interface Scenario {
  readonly seed: number;
  readonly transport: "udp" | "tcp";
  readonly isUdpOnly: boolean;
  readonly bobs: readonly DeviceName[];
  readonly sizes: readonly number[];
  readonly lossRate: number;
  readonly duplicateRate: number;
  readonly jitterMs: number;
  readonly decisions: readonly Decision[];
  readonly troubles: readonly Trouble[];
  /** When alice gives up the whole offer, or one file of it; undefined: she does not. */
  readonly cancelAtMs: number | undefined;
  readonly cancelFile: { readonly atMs: number; readonly index: number } | undefined;
}

const LINKS: readonly (readonly [ElementName, ElementName])[] = [
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

const SIZES = [0, 1, 700, 2_048, 2_049, 65_536, 150_000, 400_000];

/** The scenario that belongs to a seed, the same on every machine. */
export function scenarioOf(seed: number): Scenario {
  const random = new SeededRandom(seed * 2_654_435_761);
  const pick = <T>(from: readonly T[]): T => {
    const item = from[Math.floor(random.unit() * from.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  };
  const chance = (share: number): boolean => random.unit() < share;
  const until = (limit: number): number => Math.floor(random.unit() * limit);

  const bobs = (["b1", "b2", "b3"] as const).slice(0, 1 + until(3));
  const isDisturbed = chance(0.5);
  const transport = pick(["udp", "tcp"] as const);
  const isUdpOnly = chance(0.2);
  const sizes = Array.from({ length: 1 + until(3) }, () => pick(SIZES));
  // Several devices that decide within few milliseconds of each other are the races that matter.
  const isRace = chance(0.4);
  const acts = [
    "accept-all",
    "accept-all",
    "accept-some",
    "decline-here",
    "decline-everywhere",
    "ignore",
  ] as const;
  const decisions = bobs.map((device) => ({
    device,
    afterMs: isRace ? until(8) : until(6_000),
    act: isRace && chance(0.8) ? ("accept-all" as const) : pick(acts),
  }));
  const troubles = Array.from({ length: chance(0.4) ? 1 + until(2) : 0 }, (): Trouble => {
    const [from, to] = pick(LINKS);
    const atMs = until(8_000);
    return chance(0.5)
      ? { kind: "reset", atMs, from, to }
      : { kind: "partition", atMs, forMs: 100 + until(20_000), from, to };
  });
  return {
    seed,
    transport,
    isUdpOnly,
    bobs,
    sizes,
    lossRate: isDisturbed ? random.unit() * 0.15 : 0,
    duplicateRate: isDisturbed ? random.unit() * 0.15 : 0,
    jitterMs: isDisturbed ? random.unit() * 60 : 0,
    decisions,
    troubles,
    cancelAtMs: chance(0.2) ? until(7_000) : undefined,
    cancelFile: chance(0.1) ? { atMs: until(7_000), index: until(sizes.length) } : undefined,
  };
}
