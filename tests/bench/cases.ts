import type { CopyWay } from "./copy.ts";

const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

/** What is copied. `main` is the file that the other figures stand beside. */
export type PayloadName = "main" | "tiny" | "huge" | "many";

export interface Floors {
  /** Of the plain copy's speed through as many processes. */
  readonly ratio?: number;
  /** Of each process, at most. */
  readonly peakRssMiB?: number;
  readonly filesPerS?: number;
  /** Of each process, at most. */
  readonly delayP99Ms?: number;
}

export interface Case extends CopyWay {
  readonly name: string;
  readonly payload: PayloadName;
  readonly floors: Floors;
}

const RSS = { peakRssMiB: 140 };
const SMALL_CHUNK_OCTETS = 2048;

export const CASES: readonly Case[] = [
  { name: "plain TCP copy, 64 KiB reads", kind: "raw", relays: 0, payload: "main", floors: {} },
  {
    name: "MSRP direct",
    kind: "msrp",
    relays: 0,
    payload: "main",
    floors: { ratio: 0.85, ...RSS },
  },
  {
    name: "MSRP direct, hashed and published",
    kind: "msrp-hash",
    relays: 0,
    payload: "main",
    floors: { ratio: 0.75, ...RSS },
  },
  {
    name: "plain TLS copy, 64 KiB reads",
    ...{ kind: "raw", relays: 0, isTls: true, payload: "main", floors: {} },
  },
  {
    name: "MSRPS direct",
    ...{ kind: "msrp", relays: 0, isTls: true, payload: "main" },
    floors: { ratio: 0.8, ...RSS },
  },
  {
    name: "MSRP direct, chunks of 2 KiB",
    kind: "msrp",
    relays: 0,
    maxChunkOctets: SMALL_CHUNK_OCTETS,
    payload: "main",
    floors: { ratio: 0.2, ...RSS },
  },
  {
    name: "plain TCP copy through 2 processes",
    kind: "raw",
    relays: 2,
    payload: "main",
    floors: {},
  },
  { name: "MSRP through 2 relays", kind: "msrp", relays: 2, payload: "main", floors: RSS },
  {
    name: "MSRP through 2 relays, hashed and published",
    kind: "msrp-hash",
    relays: 2,
    payload: "main",
    floors: { ratio: 0.6, delayP99Ms: 25, ...RSS },
  },
  {
    name: "the same, 1 MiB",
    kind: "msrp-hash",
    relays: 2,
    payload: "tiny",
    floors: RSS,
  },
  {
    name: "the same, 8 GiB",
    kind: "msrp-hash",
    relays: 2,
    payload: "huge",
    floors: RSS,
  },
  {
    name: "1000 files of 100 KiB, direct, hashed",
    kind: "msrp-hash",
    relays: 0,
    payload: "many",
    floors: { filesPerS: 1000, ...RSS },
  },
];

export interface BenchSize {
  readonly mainOctets: number;
  readonly tinyOctets: number;
  /** 0: left out. */
  readonly hugeOctets: number;
  readonly manyFiles: number;
  readonly manyOctets: number;
}

const MANY = { manyFiles: 1000, manyOctets: 100 * 1024, tinyOctets: MIB };
export const FULL: BenchSize = { ...MANY, mainOctets: GIB, hugeOctets: 8 * GIB };
export const QUICK: BenchSize = { ...MANY, mainOctets: 256 * MIB, hugeOctets: 0 };
