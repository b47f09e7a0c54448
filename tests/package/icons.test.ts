import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./package-run.ts";

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function icon(name: string): Buffer {
  return readFileSync(join(ROOT, "resources", "icons", name));
}

/** Width and height of a PNG. */
function sizeOf(png: Buffer): string {
  expect(png.subarray(0, PNG.length)).toEqual(PNG);
  return `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;
}

describe("resources/icons", () => {
  it.each([16, 24, 32, 48, 64, 128, 256, 512])("has the icon at %i pixels", (px) => {
    expect(sizeOf(icon(`${px}x${px}.png`))).toBe(`${px}x${px}`);
  });

  it.each([
    ["tray", 22],
    ["tray-dot", 22],
    ["overlay", 16],
  ])("has %s for plain and for dense screens", (name, px) => {
    expect(sizeOf(icon(`${name}.png`))).toBe(`${px}x${px}`);
    expect(sizeOf(icon(`${name}@2x.png`))).toBe(`${2 * px}x${2 * px}`);
  });

  it("has a Windows icon whose directory tells the truth about each picture", () => {
    const ico = icon("icon.ico");
    const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, i) => {
      const entry = ico.subarray(6 + 16 * i, 22 + 16 * i);
      const offset = entry.readUInt32LE(12);
      const png = ico.subarray(offset, offset + entry.readUInt32LE(8));
      const px = entry.readUInt8(0) || 256;
      expect(sizeOf(png)).toBe(`${px}x${px}`);
      return px;
    });
    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256]);
  });

  it("has a macOS icon whose parts fill it exactly", () => {
    const icns = icon("icon.icns");
    expect(icns.toString("latin1", 0, 4)).toBe("icns");
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    const types: string[] = [];
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
      types.push(icns.toString("latin1", at, at + 4));
      sizeOf(icns.subarray(at + 8));
    }
    expect(types).toEqual(expect.arrayContaining(["ic07", "ic08", "ic09", "ic10"]));
  });
});
