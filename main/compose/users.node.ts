import { readFile } from "node:fs/promises";
import { isNetworkName } from "../../shared/link/join-link.ts";
import { systemHashing } from "../base/hashing.node.ts";
import { ha1Of } from "../sip/ua/digest.ts";
import type { UserAccount } from "./element-config.ts";
import { writeOwnFile } from "./own-file.node.ts";
import { UserError } from "./user-error.ts";

/** The password of the demo accounts; they exist on loopback only. */
export const DEMO_PASSWORD = "demo";

const DEMO_USERS = ["alice@a.example", "anna@a.example", "bob@b.example", "carol@b.example"];

/** The demo accounts as SIP URIs. */
export const DEMO_AORS: readonly string[] = DEMO_USERS.map((address) => `sip:${address}`);

/** Whether `user@domain` is one of the accounts that a network without `--users` has. */
export function isDemoUser(address: string): boolean {
  return DEMO_USERS.includes(address.toLowerCase());
}

export function demoAccounts(): readonly UserAccount[] {
  return DEMO_USERS.map((address) => makeAccount(address, DEMO_PASSWORD));
}

/** @param address `user@domain`; the domain is the realm */
export function makeAccount(address: string, password: string): UserAccount {
  const at = address.lastIndexOf("@");
  const username = address.slice(0, at);
  const realm = address.slice(at + 1).toLowerCase();
  const hashing = systemHashing();
  const who = { username, realm, password };
  return {
    aor: `sip:${username}@${realm}`,
    ha1: { md5: ha1Of(hashing, "MD5", who), sha256: ha1Of(hashing, "SHA-256", who) },
  };
}

/** Reads a users file: `{"users":[{"aor":"sip:dave@a.example","ha1":{"md5":"…","sha256":"…"}}]}`. */
export async function readUsers(path: string): Promise<readonly UserAccount[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new UserError("usage", `The users file ${path} cannot be read.`, errorText(error));
  }
  const users = parseUsers(text);
  if (users === undefined) {
    throw new UserError(
      "usage",
      `${path} is not a users file.`,
      'It holds {"users":[{"aor":"sip:NAME@DOMAIN","ha1":{"md5":"…","sha256":"…"}}]}; `cpm network user add` writes it.',
    );
  }
  return users;
}

function parseUsers(text: string): readonly UserAccount[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const list = isObject(value) ? value["users"] : undefined;
  if (!Array.isArray(list)) return undefined;
  const users: UserAccount[] = [];
  for (const entry of list as readonly unknown[]) {
    const user = parseUser(entry);
    if (user === undefined) return undefined;
    users.push(user);
  }
  return users;
}

function parseUser(entry: unknown): UserAccount | undefined {
  if (!isObject(entry) || !isObject(entry["ha1"])) return undefined;
  const { aor } = entry;
  const { md5, sha256 } = entry["ha1"];
  if (typeof aor !== "string" || !/^sip:[^@\s]+@[^@\s:]+$/.test(aor)) return undefined;
  if (typeof md5 !== "string" || !/^[0-9a-f]{32}$/.test(md5)) return undefined;
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  const { name, lastSeenMs } = entry;
  return {
    ...{ aor, ha1: { md5, sha256 } },
    ...(typeof name === "string" && isNetworkName(name) ? { name } : {}),
    ...(typeof lastSeenMs === "number" ? { lastSeenMs } : {}),
  };
}

/** Later accounts replace earlier ones of the same address. */
export function mergeAccounts(
  first: readonly UserAccount[],
  second: readonly UserAccount[],
): readonly UserAccount[] {
  const byAor = new Map([...first, ...second].map((user) => [user.aor.toLowerCase(), user]));
  return [...byAor.values()];
}

/**
 * Writes the file anew, readable for its owner only: an HA1 is as good as the password for this realm. Who reads it
 * meanwhile sees the old one or the new one, whole.
 */
export async function writeUsers(path: string, users: readonly UserAccount[]): Promise<void> {
  await writeOwnFile(path, `${JSON.stringify({ users }, undefined, 2)}\n`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
