import { randomBytes } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { parseHostPort } from "../base/host-port.ts";
import type { HomeNetwork } from "./built-in-network.node.ts";
import { UserError } from "./user-error.ts";

/** What the program that runs the built-in network leaves for others of this user on this machine. */
export interface LabRecord {
  readonly pid: number;
  /** As the system counts it; tells a process from a later one with its number. Empty where it is not known. */
  readonly startTime: string;
  readonly networks: readonly HomeNetwork[];
}

const FILE_NAME = "lab.json";
const CONNECT_MS = 1000;
const MAX_OCTETS = 65_536;

/** The user's own folder for what lives as long as the session; made for this user alone. */
export function runtimeFolder(env: NodeJS.ProcessEnv = process.env): string {
  const folder = folderName(env);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = lstatSync(folder);
    const { uid } = userInfo();
    // In a folder that everybody may write to, somebody else may have been first.
    if (!stats.isDirectory() || (uid >= 0 && stats.uid !== uid))
      throw folderError(folder, "it is not this user's own folder");
    if (uid >= 0 && (stats.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw folderError(folder, error instanceof Error ? error.message : String(error));
  }
  return folder;
}

function folderName(env: NodeJS.ProcessEnv): string {
  const { CPM_RUNTIME_DIR: own, XDG_RUNTIME_DIR: system } = env;
  if (own !== undefined && own !== "") return own;
  if (system !== undefined && system !== "") return join(system, "cpm-courier");
  const { uid, username } = userInfo();
  return join(tmpdir(), `cpm-courier-${uid >= 0 ? String(uid) : username}`);
}

function folderError(folder: string, why: string): UserError {
  return new UserError(
    "storage",
    `The folder ${folder} cannot be used: ${why}.`,
    "Remove it, or set CPM_RUNTIME_DIR.",
  );
}

/** This process as a record names it. */
export function ownRecord(networks: readonly HomeNetwork[]): LabRecord {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? "", networks };
}

export function writeRecord(folder: string, record: LabRecord): void {
  const path = join(folder, FILE_NAME);
  const beside = `${path}.${randomBytes(6).toString("hex")}`;
  writeFileSync(beside, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(beside, path);
}

export function removeRecord(folder: string): void {
  rmSync(join(folder, FILE_NAME), { force: true });
}

/** Undefined when there is none, or none that can be understood. */
export function readRecord(folder: string): LabRecord | undefined {
  let value: unknown;
  try {
    const text = readFileSync(join(folder, FILE_NAME), "utf8");
    value = text.length > MAX_OCTETS ? undefined : JSON.parse(text);
  } catch {
    // Not there, or cut off: whoever wrote it is gone.
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is LabRecord {
  if (typeof value !== "object" || value === null) return false;
  const { pid, startTime, networks } = value as Readonly<Record<string, unknown>>;
  const isProcess = typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0;
  return (
    isProcess &&
    typeof startTime === "string" &&
    Array.isArray(networks) &&
    networks.length > 0 &&
    networks.every(isNetwork)
  );
}

function isNetwork(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { domain, core, pf } = value as Readonly<Record<string, unknown>>;
  return (
    typeof domain === "string" &&
    hasAddresses(core, ["udp", "tcp"]) &&
    hasAddresses(pf, ["sip", "msrp"])
  );
}

function hasAddresses(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  const addresses = value as Readonly<Record<string, unknown>>;
  return names.every((name) => {
    const address = addresses[name];
    return typeof address === "string" && parseHostPort(address) !== undefined;
  });
}

/** The process that wrote it still runs. */
export function isOwnerAlive({ pid, startTime }: LabRecord): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    // Also for EPERM: there is one, of another user, and ours it is not.
    return false;
  }
  const now = startTimeOf(pid);
  return now === undefined || startTime === "" || now === startTime;
}

/** Its owner runs and both cores listen. */
export async function isLabAlive(record: LabRecord): Promise<boolean> {
  if (!isOwnerAlive(record)) return false;
  const answers = await Promise.all(record.networks.map(({ core }) => listens(core.tcp)));
  return answers.every(Boolean);
}

function listens(address: string): Promise<boolean> {
  const place = parseHostPort(address);
  if (place === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: CONNECT_MS });
    const done = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => {
      done(true);
    });
    socket.once("timeout", () => {
      done(false);
    });
    socket.once("error", () => {
      done(false);
    });
  });
}

/** Field 22 of /proc/PID/stat; undefined on systems without it. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
