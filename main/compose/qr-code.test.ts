import { encode } from "uqr";
import { describe, expect, it } from "vitest";
import { qrCode, qrLines } from "./qr-code.ts";

const LINK = `cpm:join?u=bob@b.example&h=192.0.2.7:5061&t=tls&fp=${"ab".repeat(32)}&pw=${"x".repeat(22)}`;
const FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"];

/** Dark modules as digits, row by row. */
function drawn(size: number, isDark: (x: number, y: number) => boolean): readonly string[] {
  const indexes = Array.from({ length: size }, (_, i) => i);
  return indexes.map((y) => indexes.map((x) => (isDark(x, y) ? "1" : "0")).join(""));
}

function fromPath(text: string): readonly string[] {
  const { sizeModules, path } = qrCode(text);
  const dark = new Set<string>();
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let i = 0; i < Number(width); i += 1) dark.add(`${String(Number(x) + i)} ${y ?? ""}`);
  return drawn(sizeModules, (x, y) => dark.has(`${String(x)} ${String(y)}`));
}

function fromLines(text: string): readonly string[] {
  const lines = qrLines(text);
  const size = lines[0]?.length ?? 0;
  return drawn(size, (x, y) => {
    const mark = lines[Math.floor(y / 2)]?.[x] ?? "";
    return y % 2 === 0 ? " ▄".includes(mark) : " ▀".includes(mark);
  });
}

describe("the QR code of a link", () => {
  it("is the same in a window and in a terminal", () => {
    const plain = encode(LINK, { ecc: "L", border: 4 }).data;
    const rows = plain.map((row) => row.map((isDark) => (isDark ? "1" : "0")).join(""));
    expect(fromPath(LINK)).toEqual(rows);
    expect(fromLines(LINK)).toEqual(rows);
  });

  it("has its three corner marks and four light modules around it", () => {
    const rows = fromPath(LINK);
    const size = rows.length;
    const corner = (x: number, y: number) => rows.slice(y, y + 7).map((row) => row.slice(x, x + 7));
    for (const [x, y] of [
      [4, 4],
      [size - 11, 4],
      [4, size - 11],
    ] as const)
      expect(corner(x, y)).toEqual(FINDER);
    expect([...rows.slice(0, 4), ...rows.slice(-4)].join("")).toMatch(/^0+$/);
    expect(rows.every((row) => /^0000.*0000$/.test(row))).toBe(true);
  });

  it("fits a terminal of 80 columns and 24 lines more than needs be", () => {
    expect(qrLines(LINK)[0]?.length).toBeLessThanOrEqual(80);
    expect(qrLines(LINK).length).toBeLessThanOrEqual(35);
  });
});
