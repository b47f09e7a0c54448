import { MAX_ICON_OCTETS } from "../../../shared/ipc/limits.ts";

/** Longest side of a picture that travels with an offer. */
export const PREVIEW_SIDE_PX = 256;

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

export interface PreviewStep extends PixelSize {
  readonly quality: number;
}

const SIDES_PX = [PREVIEW_SIDE_PX, 192, 128, 96] as const;
const QUALITIES = [0.82, 0.68, 0.52, 0.36] as const;

/** Scaled down so that neither side is longer than `sidePx`; never up, never to nothing. */
export function fitWithin(size: PixelSize, sidePx: number): PixelSize {
  const scale = Math.min(1, sidePx / Math.max(size.width, size.height, 1));
  return {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
}

/** What to try, best first: quality falls before size does, because small and sharp looks worse than large and soft. */
export function previewSteps(original: PixelSize): readonly PreviewStep[] {
  return SIDES_PX.flatMap((sidePx) => {
    const size = fitWithin(original, sidePx);
    return QUALITIES.map((quality) => ({ ...size, quality }));
  });
}

/**
 * Encodes until the result is small enough.
 * @param encode gives undefined where this picture cannot be encoded at all
 * @returns undefined where no step fits
 */
export async function encodeSmallEnough(
  original: PixelSize,
  encode: (step: PreviewStep) => Promise<Uint8Array | undefined>,
  maxOctets = MAX_ICON_OCTETS,
): Promise<Uint8Array | undefined> {
  for (const step of previewSteps(original)) {
    const bytes = await encode(step);
    if (bytes === undefined) return undefined;
    if (bytes.length <= maxOctets) return bytes;
  }
  return undefined;
}
