import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatJoinLink, isNetworkName } from "../../shared/link/join-link.ts";
import { writeOwnFile } from "./own-file.node.ts";

/**
 * How a shared network is reached, kept so that it is the same after a restart: links that were given away name all of
 * it.
 */
export interface ShareRecord {
  readonly name: string;
  /** Address of this computer, without brackets. */
  readonly host: string;
  /** Of its certificate. */
  readonly fingerprint: string;
  /** Domain of each home network to the ports that others reach. */
  readonly ports: Readonly<Record<string, SharedPorts>>;
}

export interface SharedPorts {
  /** SIP over TLS at the core. */
  readonly sip: number;
  /** MSRPS at the Participating Function. */
  readonly msrp: number;
}

const FILE_NAME = "share.json";
/** Who is invited lives in the second network unless the address says otherwise: the host is in the first. */
export const HOST_DOMAIN = "a.example";
export const GUEST_DOMAIN = "b.example";

export function usersFileOf(folder: string): string {
  return join(folder, "users.json");
}

export function writeShareRecord(folder: string, record: ShareRecord): Promise<void> {
  return writeOwnFile(join(folder, FILE_NAME), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Undefined when nothing was shared from this folder yet. */
export async function readShareRecord(folder: string): Promise<ShareRecord | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(folder, FILE_NAME), "utf8"));
  } catch {
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

/** The link that makes whoever opens it this user. */
export function joinLinkFor(record: ShareRecord, aor: string, password: string): string {
  const { host, fingerprint, name } = record;
  const port = record.ports[aor.slice(aor.lastIndexOf("@") + 1)]?.sip ?? 0;
  return formatJoinLink({ ...{ aor, host, port, transport: "tls", fingerprint, password, name } });
}

function isRecord(value: unknown): value is ShareRecord {
  if (typeof value !== "object" || value === null) return false;
  const { name, host, fingerprint, ports } = value as Readonly<Record<string, unknown>>;
  return (
    typeof name === "string" &&
    isNetworkName(name) &&
    typeof host === "string" &&
    typeof fingerprint === "string" &&
    typeof ports === "object" &&
    ports !== null &&
    Object.values(ports).every(arePorts)
  );
}

function arePorts(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { sip, msrp } = value as Readonly<Record<string, unknown>>;
  return [sip, msrp].every((port) => Number.isInteger(port) && Number(port) > 0);
}
