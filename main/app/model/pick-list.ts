import type { PickedFile, PickProblem } from "../../../shared/model/app-state.ts";

/** Files that a folder's owner never means to send. */
const JUNK: ReadonlySet<string> = new Set([".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db"]);

export function isJunk(name: string): boolean {
  return JUNK.has(name.toLowerCase()) || name.startsWith("._");
}

/** What was found where a path pointed to. */
export interface LookedAt {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  readonly shownAs?: string;
  readonly type: string;
  readonly sizeOctets: number;
  /** Tells the same file from another one, whatever path led to it. */
  readonly identity?: string;
  readonly problem?: PickProblem;
  /** The name that it will be stored under elsewhere. */
  readonly storableName: string;
  /** Where a window finds it to make a preview. */
  readonly source?: string;
}

export interface PickLimits {
  readonly maxFiles: number;
  readonly maxSizeOctets?: number;
}

/** Which of the files can be sent, with the problem of each of the others; notes on files that can. */
export function pickedFiles(
  looked: readonly LookedAt[],
  limits: PickLimits,
): readonly PickedFile[] {
  const seen = new Set<string>();
  let sendable = 0;
  return looked.map((one) => {
    const code = blockingProblem(one, seen, limits);
    const isTooMany = code === undefined && sendable >= limits.maxFiles;
    if (code === undefined) sendable += 1;
    return picked(one, isTooMany ? "tooMany" : code);
  });
}

function blockingProblem(
  { problem, identity, sizeOctets }: LookedAt,
  seen: Set<string>,
  { maxSizeOctets }: PickLimits,
): PickProblem | undefined {
  if (problem !== undefined) return problem;
  if (identity !== undefined && seen.has(identity)) return "duplicate";
  if (identity !== undefined) seen.add(identity);
  return maxSizeOctets !== undefined && sizeOctets > maxSizeOctets ? "tooLarge" : undefined;
}

function picked(one: LookedAt, blocking: PickProblem | undefined): PickedFile {
  const { path, name, shownAs, type, sizeOctets, source } = one;
  const note = blocking === undefined ? noteOn(one) : undefined;
  const code = blocking ?? note;
  return {
    ...{ path, name, type, sizeOctets },
    ...(shownAs === undefined ? {} : { shownAs }),
    ...(code === undefined ? {} : { problem: { code, isBlocking: blocking !== undefined } }),
    ...(source === undefined || blocking !== undefined ? {} : { source }),
  };
}

/** Worth saying, and no reason not to send it. */
function noteOn({ sizeOctets, name, storableName }: LookedAt): PickProblem | undefined {
  if (sizeOctets === 0) return "empty";
  return name === storableName ? undefined : "nameChanges";
}
