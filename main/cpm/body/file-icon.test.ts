import { describe, expect, it } from "vitest";
import { admitIcon, MAX_ICON_OCTETS } from "./file-icon.ts";

function png(width: number, height: number, length = 100): Buffer {
  const bytes = Buffer.alloc(length);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]).copy(bytes);
  bytes.write("IHDR", 12, "latin1");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

function jpeg(width: number, height: number): Buffer {
  const exif = [0xff, 0xe1, 0x00, 0x04, 0x00, 0x00];
  const frame = [0xff, 0xc0, 0x00, 0x11, 0x08, height >> 8, height & 255, width >> 8, width & 255];
  return Buffer.from([0xff, 0xd8, ...exif, ...frame, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]);
}

describe("RFC 5547 §6 file-icon within the limits of docs/decisions/0006", () => {
  it("MUST admit PNG and JPEG up to 256 by 256 by their octets", () => {
    expect(admitIcon(png(256, 256))?.type).toBe("image/png");
    expect(admitIcon(jpeg(256, 1))?.type).toBe("image/jpeg");
  });

  it.each([
    ["too wide", png(257, 10)],
    ["too high", jpeg(10, 257)],
    ["empty", png(0, 10)],
    ["too many octets", png(10, 10, MAX_ICON_OCTETS + 1)],
    ["a GIF", Buffer.from("GIF89a..............................")],
    ["an SVG", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>")],
    ["nothing", Buffer.alloc(0)],
    ["cut off", jpeg(10, 10).subarray(0, 9)],
  ])("MUST refuse a picture that is %s", (_what, bytes) => {
    expect(admitIcon(bytes)).toBeUndefined();
  });

  it("MUST come to an end at segment lengths that lie", () => {
    expect(
      admitIcon(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, ...Array<number>(40).fill(0)])),
    ).toBe(undefined);
    expect(admitIcon(Buffer.alloc(10_000, 0xff))).toBeUndefined();
  });
});
