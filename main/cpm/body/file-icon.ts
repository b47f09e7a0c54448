import type { FileIcon } from "../../../shared/model/offer.ts";

/** Architecture decision 7: at most 20 kB and 256×256, PNG or JPEG. */
export const MAX_ICON_OCTETS = 20_000;
const MAX_ICON_SIDE = 256;

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Admits a picture by its octets alone: type and dimensions are read from its header, never decoded here.
 * @returns undefined when it is another type, too large, or not readable
 */
export function admitIcon(bytes: Buffer): FileIcon | undefined {
  if (bytes.length > MAX_ICON_OCTETS) return undefined;
  const png = pngSize(bytes);
  if (png !== undefined) return isSmall(png) ? { type: "image/png", bytes } : undefined;
  const jpeg = jpegSize(bytes);
  return jpeg !== undefined && isSmall(jpeg) ? { type: "image/jpeg", bytes } : undefined;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function isSmall({ width, height }: Size): boolean {
  return width > 0 && height > 0 && width <= MAX_ICON_SIDE && height <= MAX_ICON_SIDE;
}

/** PNG: the first chunk is IHDR with width and height (ISO 15948 §11.2.2). */
function pngSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 33 || PNG_SIGNATURE.some((octet, i) => bytes[i] !== octet)) return undefined;
  if (bytes.toString("latin1", 12, 16) !== "IHDR") return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** JPEG: segments until the first start-of-frame, which carries height and width (ITU-T T.81 §B.2.2). */
function jpegSize(bytes: Buffer): Size | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isStartOfFrame(marker))
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    // Start of scan or end of image before any frame: no picture.
    if (marker === 0xda || marker === 0xd9) return undefined;
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}

/** SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
