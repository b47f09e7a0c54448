import fc from "fast-check";

/** How one check of a target ended. */
export interface FuzzOutcome {
  readonly runs: number;
  /** What broke, with the shrunk input and how to see it again; undefined when every property held. */
  readonly failure: string | undefined;
}

/** Something that takes octets or events from strangers, and what must hold of it whatever they are. */
export interface FuzzTarget {
  readonly name: string;
  /** The clause that says how to take it. */
  readonly clause: string;
  /** Runs in `npm test`: a second or two. */
  readonly sliceRuns: number;
  check(seed: number, runs: number): Promise<FuzzOutcome>;
}

/** Ties a property to a name. Its predicate throws what is wrong, with `expect` or otherwise. */
export function fuzzTarget<T>(
  about: { readonly name: string; readonly clause: string; readonly sliceRuns: number },
  property: fc.IRawProperty<T>,
): FuzzTarget {
  return {
    ...about,
    check: async (seed, runs) => {
      const details = await fc.check(property, { seed, numRuns: runs });
      if (!details.failed) return { runs: details.numRuns, failure: undefined };
      const { errorInstance } = details;
      const why =
        errorInstance instanceof Error ? (errorInstance.stack ?? "") : String(errorInstance);
      return { runs: details.numRuns, failure: `${fc.defaultReportMessage(details)}\n${why}` };
    },
  };
}
