import { type Case, GIB } from "./cases.ts";
import type { CopyResult, Payload } from "./copy.ts";

/** All rounds of one case. */
export interface Measured {
  readonly each: Case;
  readonly payload: Payload;
  readonly results: readonly CopyResult[];
}

interface Figures {
  readonly octetsPerS: number;
  readonly filesPerS: number;
  /** Of the plain copy; undefined where there is none of that payload. */
  readonly ratio: number | undefined;
  readonly cpuSPerGiB: number;
  /** The highest of all rounds, from the sender to the receiver. */
  readonly peakRssMiB: readonly number[];
  readonly delayP99Ms: number;
}

const COLUMNS = [
  ["MB/s", 6],
  ["ratio", 6],
  ["CPU s/GiB", 10],
  ["files/s", 8],
  ["loop p99", 9],
  ["peak RSS MiB", 22],
] as const;
const NAME_WIDTH = 44;

/** Prints the table. @returns what is below its floor, one sentence each */
export function printTable(title: string, measured: readonly Measured[]): readonly string[] {
  const head = COLUMNS.map(([text, width]) => text.padStart(width));
  console.log(title.padEnd(NAME_WIDTH), ...head);
  return measured.flatMap((one) => {
    const figures = figuresOf(one, measured);
    const misses = missesOf(one.each, figures);
    console.log(row(one, figures), misses.length === 0 ? "" : "  MISSED");
    return misses;
  });
}

function figuresOf({ each, payload, results }: Measured, all: readonly Measured[]): Figures {
  const octets = payload.sizeOctets * payload.files;
  const seconds = secondsOf(results);
  const plain = all.find(
    (other) =>
      other.each.kind === "raw" &&
      other.each.relays === each.relays &&
      other.each.isTls === each.isTls &&
      other.each.payload === each.payload,
  );
  return {
    octetsPerS: octets / seconds,
    filesPerS: payload.files / seconds,
    ratio: plain === undefined ? undefined : secondsOf(plain.results) / seconds,
    cpuSPerGiB: (median(results.map((result) => result.cpuS)) * GIB) / octets,
    peakRssMiB: (results[0]?.peakRssMiB ?? []).map((_, i) =>
      Math.max(...results.map((result) => result.peakRssMiB[i] ?? 0)),
    ),
    delayP99Ms: median(results.map((result) => result.delayP99Ms)),
  };
}

function row({ each, payload }: Measured, figures: Figures): string {
  const { octetsPerS, ratio, cpuSPerGiB, filesPerS, delayP99Ms, peakRssMiB } = figures;
  const cells = [
    (octetsPerS / 1e6).toFixed(0),
    ratio === undefined ? "" : ratio.toFixed(2),
    cpuSPerGiB.toFixed(2),
    payload.files === 1 ? "" : filesPerS.toFixed(0),
    delayP99Ms.toFixed(1),
    peakRssMiB.map((mib) => mib.toFixed(0)).join(" / "),
  ];
  const padded = cells.map((cell, i) => cell.padStart(COLUMNS[i]?.[1] ?? 0));
  return [each.name.padEnd(NAME_WIDTH), ...padded].join(" ");
}

function missesOf({ name, floors }: Case, figures: Figures): readonly string[] {
  const misses: string[] = [];
  const { ratio, filesPerS, peakRssMiB, delayP99Ms } = floors;
  if (ratio !== undefined && (figures.ratio ?? Infinity) < ratio)
    misses.push(`${name}: ratio ${String(figures.ratio?.toFixed(2))}, at least ${String(ratio)}`);
  if (filesPerS !== undefined && figures.filesPerS < filesPerS)
    misses.push(`${name}: ${figures.filesPerS.toFixed(0)} files/s, at least ${String(filesPerS)}`);
  const rss = Math.max(...figures.peakRssMiB);
  if (peakRssMiB !== undefined && rss > peakRssMiB)
    misses.push(`${name}: ${rss.toFixed(0)} MiB, at most ${String(peakRssMiB)}`);
  if (delayP99Ms !== undefined && figures.delayP99Ms > delayP99Ms)
    misses.push(
      `${name}: loop delay ${figures.delayP99Ms.toFixed(1)} ms, at most ${String(delayP99Ms)}`,
    );
  return misses;
}

function secondsOf(results: readonly CopyResult[]): number {
  return median(results.map((result) => result.seconds));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
