import { z } from "zod";
import type { Rectangle } from "./start-options.ts";

export const DEFAULT_SIZE = { width: 1080, height: 720 } as const;
export const MIN_SIZE = { width: 380, height: 560 } as const;
/** A window of which less is on a screen of today lay on one that is gone. */
const MIN_SHARED = { width: 120, height: 40 } as const;

const coordinate = z.int().min(-100_000).max(100_000);

const savedPlace = z.object({
  x: coordinate,
  y: coordinate,
  width: coordinate,
  height: coordinate,
  isMaximized: z.boolean(),
  /** The user was told that closing hides the window. */
  isHidingTold: z.boolean().optional(),
});

/** What a profile remembers of its main window. */
export type SavedPlace = z.infer<typeof savedPlace>;

/** A remembered place out of a file that anybody may have changed. */
export function parseSavedPlace(text: string): SavedPlace | undefined {
  try {
    return savedPlace.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Without `x` and `y` the system chooses where. */
export interface WindowPlace {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where a window opens: where it was wanted, as far as that is on a screen of today.
 * @param areas work areas of the screens, the main one first
 */
export function placeWindow(
  wanted: Rectangle | undefined,
  areas: readonly Rectangle[],
): WindowPlace {
  const [first] = areas;
  if (first === undefined) return wanted ?? DEFAULT_SIZE;
  if (wanted === undefined) return fitSize(DEFAULT_SIZE, first);
  const area = areas.reduce((best, each) =>
    overlap(wanted, each) > overlap(wanted, best) ? each : best,
  );
  const size = fitSize(wanted, area);
  if (!liesOn({ ...wanted, ...size }, area)) return fitSize(wanted, first);
  return {
    ...size,
    x: between(wanted.x, area.x, area.x + area.width - size.width),
    y: between(wanted.y, area.y, area.y + area.height - size.height),
  };
}

/** Bottom-right, a little off the edges, never higher than the screen. */
export function placePrompt(widthPx: number, heightPx: number, area: Rectangle): Rectangle {
  const gap = 16;
  const width = Math.min(widthPx, area.width);
  const height = Math.max(1, Math.min(heightPx, area.height - 2 * gap));
  return {
    width,
    height,
    x: area.x + Math.max(0, area.width - width - gap),
    y: area.y + Math.max(0, area.height - height - gap),
  };
}

function fitSize(
  size: { readonly width: number; readonly height: number },
  area: Rectangle,
): { width: number; height: number } {
  return {
    width: Math.max(MIN_SIZE.width, Math.min(size.width, area.width)),
    height: Math.max(MIN_SIZE.height, Math.min(size.height, area.height)),
  };
}

function between(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

function shared(aStart: number, aSize: number, bStart: number, bSize: number): number {
  return Math.max(0, Math.min(aStart + aSize, bStart + bSize) - Math.max(aStart, bStart));
}

function overlap(a: Rectangle, b: Rectangle): number {
  return shared(a.x, a.width, b.x, b.width) * shared(a.y, a.height, b.y, b.height);
}

function liesOn(window: Rectangle, area: Rectangle): boolean {
  return (
    shared(window.x, window.width, area.x, area.width) >= MIN_SHARED.width &&
    shared(window.y, window.height, area.y, area.height) >= MIN_SHARED.height
  );
}
