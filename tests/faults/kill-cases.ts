import { Elements } from "./elements.ts";
import type { CaseContext, CaseResult, FaultCase } from "./fault-case.ts";
import { killCase } from "./kill-case.ts";
import { type KillPayload, makePayload } from "./kill-payload.ts";
import {
  canReach,
  KILL_POINTS,
  type KillPoint,
  nameOf,
  SIZES,
  type SizeName,
} from "./kill-points.ts";

/** Networks that no case uses at the moment: to start one takes longer than many a case. */
const idle: Elements[] = [];
const started: Elements[] = [];
const payloads = new Map<string, Promise<KillPayload>>();

/** Every point with every size that gets there. */
export const KILL_CASES: readonly FaultCase[] = SIZES.flatMap((size) =>
  KILL_POINTS.filter((point) => canReach(point, size)).map((point) => ({
    name: `kill/${size}/${nameOf(point)}`,
    isParallel: true,
    run: (context) => run(context, point, size),
  })),
);

/** After the last case. */
export async function stopNetworks(): Promise<void> {
  await Promise.all(started.splice(0).map((each) => each.stop()));
  idle.length = 0;
  payloads.clear();
}

async function run(
  { folder, seed }: CaseContext,
  point: KillPoint,
  size: SizeName,
): Promise<CaseResult> {
  const elements = idle.pop() ?? (await startNetwork());
  const key = `${folder} ${size} ${String(seed)}`;
  const payload = payloads.get(key) ?? makePayload(folder, size, seed);
  payloads.set(key, payload);
  const result = await killCase({ elements, folder }, point, await payload);
  idle.push(elements);
  const { way, twiceOctets, wrong, story } = result;
  const isReached = result.isReached ? [] : ["the process never came there"];
  return {
    figures: `${way}, ${String(twiceOctets)} octets twice`,
    wrong: [...isReached, ...wrong],
    story,
  };
}

async function startNetwork(): Promise<Elements> {
  const elements = await Elements.start();
  started.push(elements);
  return elements;
}
