export interface WeightedRecord {
  readonly priority: number;
  readonly weight: number;
}

/**
 * The order in which to try SRV records (RFC 2782): lowest priority first; within one priority drawn by weight, so that
 * many clients together spread their load as the weights say.
 * @param draw a number from 0 to, but without, 1
 */
export function orderServices<T extends WeightedRecord>(
  records: readonly T[],
  draw: () => number,
): readonly T[] {
  const ordered: T[] = [];
  const priorities = [...new Set(records.map((one) => one.priority))].sort((a, b) => a - b);
  for (const priority of priorities) {
    // Weight 0 first: such a record is drawn only when the draw falls on nothing else.
    const left = records
      .filter((one) => one.priority === priority)
      .sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
    while (left.length > 0) ordered.push(...left.splice(drawnIndex(left, draw), 1));
  }
  return ordered;
}

function drawnIndex(records: readonly WeightedRecord[], draw: () => number): number {
  const total = records.reduce((sum, one) => sum + one.weight, 0);
  const drawn = Math.floor(draw() * (total + 1));
  let sum = 0;
  const found = records.findIndex((one) => {
    sum += one.weight;
    return sum >= drawn;
  });
  return Math.max(found, 0);
}
