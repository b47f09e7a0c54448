import { encodeSmallEnough, type PreviewStep } from "./preview.ts";

/**
 * A JPEG of at most 20 kB of the image at `source`, a path on the window's own origin.
 * @returns undefined where the image cannot be shown or made small enough
 */
export async function makePreview(source: string): Promise<Uint8Array | undefined> {
  const image = new Image();
  image.src = source;
  try {
    await image.decode();
  } catch {
    return undefined;
  }
  const original = { width: image.naturalWidth, height: image.naturalHeight };
  if (original.width === 0 || original.height === 0) return undefined;
  return encodeSmallEnough(original, async (step) => encodeJpeg(image, step));
}

async function encodeJpeg(
  image: HTMLImageElement,
  { width, height, quality }: PreviewStep,
): Promise<Uint8Array | undefined> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return undefined;
  // JPEG has no transparency; without this, it would come out black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, "image/jpeg", quality);
  });
  return blob === null ? undefined : new Uint8Array(await blob.arrayBuffer());
}
