import { encode } from "uqr";
import type { QrCode } from "../../shared/model/sharing.ts";

/** Light modules around it, without which readers do not find it (ISO/IEC 18004 asks for four). */
const QUIET_MODULES = 4;
/** Two rows of modules in one line of a terminal, light on its dark ground: upper, lower. */
const HALVES = { light: { light: "█", dark: "▀" }, dark: { light: "▄", dark: " " } } as const;

/** The code as one SVG path of its dark modules. */
export function qrCode(text: string): QrCode {
  const rows = modulesOf(text);
  const path = rows.flatMap((row, y) => darkRuns(row).map(([x, width]) => bar(x, y, width)));
  return { sizeModules: rows.length, path: path.join("") };
}

/**
 * The code in lines of half blocks. Light modules are drawn and dark ones left out, as it has to be where the ground is
 * dark; on a light one readers of today see it all the same.
 */
export function qrLines(text: string): readonly string[] {
  const rows = modulesOf(text);
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    const upper = rows[y] ?? [];
    const lower = rows[y + 1] ?? [];
    lines.push(upper.map((isDark, x) => half(isDark, lower[x] ?? false)).join(""));
  }
  return lines;
}

function modulesOf(text: string): readonly (readonly boolean[])[] {
  return encode(text, { ecc: "L", border: QUIET_MODULES }).data;
}

function half(isUpperDark: boolean, isLowerDark: boolean): string {
  return HALVES[isUpperDark ? "dark" : "light"][isLowerDark ? "dark" : "light"];
}

/** Where dark modules begin in a row, and how many follow each other. */
function darkRuns(row: readonly boolean[]): readonly (readonly [x: number, width: number])[] {
  const runs: [number, number][] = [];
  row.forEach((isDark, x) => {
    const last = runs.at(-1);
    if (!isDark) return;
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}

function bar(x: number, y: number, width: number): string {
  return `M${String(x)} ${String(y)}h${String(width)}v1h-${String(width)}z`;
}
