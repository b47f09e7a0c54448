import { crc32 } from "node:zlib";
import type { FileHash, FileHashes, HashAlgorithm, PartOrigin } from "../base/files.ts";
import type { PeerSpending } from "./peer-quota.ts";

/** Which file it is, in a form that outlives the process. `bornNs` is 0 where the file system does not tell. */
export interface KeptIdentity {
  readonly dev: string;
  readonly ino: string;
  readonly bornNs: string;
}

/** A part was created. */
export interface MadeRecord {
  readonly do: "made";
  readonly key: string;
  readonly origin: PartOrigin;
  readonly folder: string;
  readonly folderIdentity: KeptIdentity;
  readonly identity: KeptIdentity;
  /** Safe already. */
  readonly finalName: string;
  readonly sizeOctets: number;
  readonly algorithms: readonly HashAlgorithm[];
  readonly atMs: number;
}

/** So many octets from the start of the file have reached the disk. */
interface ClaimRecord {
  readonly do: "claim";
  readonly key: string;
  readonly octets: number;
  readonly atMs: number;
}

/** A part became a file of the user. Says all that a history needs, because the other records of the part go. */
export interface DoneRecord {
  readonly do: "done";
  readonly key: string;
  readonly origin: PartOrigin;
  readonly path: string;
  readonly sizeOctets: number;
  readonly hashes: Partial<FileHashes>;
  /** When the part was created, which is what a peer's quota counts. */
  readonly madeMs: number;
  readonly atMs: number;
}

/** Nothing is left of a part, or what is left is not ours to remove. */
interface GoneRecord {
  readonly do: "gone";
  readonly key: string;
  readonly atMs: number;
}

/** What a peer has used of its quota: totals, so that a line that is missing costs little. */
interface SpentRecord extends PeerSpending {
  readonly do: "spent";
}

export type JournalRecord = MadeRecord | ClaimRecord | DoneRecord | GoneRecord | SpentRecord;

const CONFLICT_POLICIES: ReadonlySet<unknown> = new Set([
  ...[undefined, "keep-both", "replace", "skip", "ask"],
]);
const KEY = /^[0-9a-f]{24}$/;

/** One line; its checksum covers everything after it. */
export function encodeLine(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/**
 * Reads what a process wrote, up to where it or the machine stopped. A line that is torn or damaged says nothing; every
 * record is such that without it only something older is believed.
 */
export function decodeLines(text: string): {
  readonly records: readonly JournalRecord[];
  readonly damagedLines: number;
} {
  const records: JournalRecord[] = [];
  let damagedLines = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const record = decodeLine(line);
    if (record === undefined) damagedLines += 1;
    else records.push(record);
  }
  return { records, damagedLines };
}

function decodeLine(line: string): JournalRecord | undefined {
  const json = line.slice(9);
  if (line[8] !== " " || checksum(json) !== line.slice(0, 8)) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}

/** With its checksum it is ours; a program of another version may have written it. */
function isRecord(value: unknown): value is JournalRecord {
  if (!isObject(value)) return false;
  if (value["do"] === "spent") return isSpent(value);
  if (typeof value["key"] !== "string" || !KEY.test(value["key"])) return false;
  if (!isCount(value["atMs"])) return false;
  switch (value["do"]) {
    case "made":
      return isMade(value);
    case "claim":
      return isCount(value["octets"]);
    case "done":
      return isDone(value);
    default:
      return value["do"] === "gone";
  }
}

function isMade(value: Readonly<Record<string, unknown>>): boolean {
  return (
    isOrigin(value["origin"]) &&
    typeof value["folder"] === "string" &&
    isIdentity(value["folderIdentity"]) &&
    isIdentity(value["identity"]) &&
    typeof value["finalName"] === "string" &&
    isCount(value["sizeOctets"]) &&
    Array.isArray(value["algorithms"]) &&
    value["algorithms"].every((one) => one === "sha-1" || one === "sha-256")
  );
}

function isDone(value: Readonly<Record<string, unknown>>): boolean {
  return (
    isOrigin(value["origin"]) &&
    typeof value["path"] === "string" &&
    isCount(value["sizeOctets"]) &&
    isCount(value["madeMs"]) &&
    isObject(value["hashes"])
  );
}

function isSpent(value: Readonly<Record<string, unknown>>): boolean {
  const counts = [value["day"], value["files"], value["octets"]];
  return typeof value["peer"] === "string" && counts.every(isCount);
}

function isOrigin(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value["hashes"])) return false;
  return (
    ["peer", "conversationId", "offeredName"].every((name) => typeof value[name] === "string") &&
    CONFLICT_POLICIES.has(value["conflict"]) &&
    value["hashes"].every(isHash)
  );
}

function isHash(value: unknown): value is FileHash {
  return (
    isObject(value) && typeof value["algorithm"] === "string" && typeof value["hex"] === "string"
  );
}

function isIdentity(value: unknown): boolean {
  return (
    isObject(value) && ["dev", "ino", "bornNs"].every((name) => /^\d+$/.test(String(value[name])))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
