import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatAddress } from "../../shared/format/person.ts";
import { ShareAccounts } from "../compose/share-accounts.node.ts";
import { makeAccount, mergeAccounts, readUsers, writeUsers } from "../compose/users.node.ts";
import { readPasswordFile } from "./client-options.node.ts";
import { EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { Output } from "./output.node.ts";
import { promptSecret } from "./prompt.node.ts";

export interface UsersFlags {
  readonly users: string;
  readonly json?: boolean;
}

export interface UserAddFlags extends UsersFlags {
  readonly passwordFile?: string;
}

/** `cpm network user add`: puts an account into a users file; the password itself is not kept. */
export async function runUserAdd(address: string, flags: UserAddFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "network" });
  const bare = bareAddress(address);
  const { password, isMade } = await choosePassword(bare, flags.passwordFile);
  const known = existsSync(flags.users) ? await readUsers(flags.users) : [];
  const account = makeAccount(bare, password);
  const isReplaced = known.some(({ aor }) => aor === account.aor);
  await writeUsers(flags.users, mergeAccounts(known, [account]));
  output.event("user", {
    aor: account.aor,
    users: join(flags.users),
    isReplaced,
    ...(isMade ? { password } : {}),
  });
  const told = isReplaced
    ? `${bare} has a new password in ${flags.users}; the one before is void.`
    : `${bare} is in ${flags.users}.`;
  output.say(`${told}${isMade ? ` Its password, shown only now: ${password}` : ""}`);
  return EXIT.done;
}

/** `cpm network user list`: who has an account, and when each was last there. */
export async function runUserList(flags: UsersFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "network" });
  for (const { aor, name, lastSeenMs } of await readUsers(flags.users)) {
    const lastSeen = lastSeenMs === undefined ? undefined : new Date(lastSeenMs).toISOString();
    output.event("user", { aor, name, lastSeen });
    const shown = name === undefined ? "" : `  ${name}`;
    output.say(`${formatAddress(aor)}${shown}  ${lastSeen ?? "never seen"}`);
  }
  return EXIT.done;
}

/** `cpm network user remove`: a network that runs takes it up within a second. */
export async function runUserRemove(address: string, flags: UsersFlags): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: "network" });
  const bare = bareAddress(address);
  if (!existsSync(flags.users) || !(await new ShareAccounts(flags.users).remove(`sip:${bare}`))) {
    throw usageError(
      `${bare} has no account in ${flags.users}.`,
      "`cpm network user list` shows who has one.",
    );
  }
  output.event("removed", { aor: `sip:${bare}`, users: join(flags.users) });
  output.say(`${bare} is out of ${flags.users}; links for it are void.`);
  return EXIT.done;
}

function bareAddress(address: string): string {
  const bare = address.replace(/^sip:/i, "");
  if (/^[^@\s:;<>"]+@[^@\s:;<>"]+$/.test(bare)) return bare;
  throw usageError(
    `"${address}" is no address of a person.`,
    "Write NAME@DOMAIN, for example dave@a.example.",
  );
}

async function choosePassword(
  address: string,
  file: string | undefined,
): Promise<{ readonly password: string; readonly isMade: boolean }> {
  const given = file === undefined ? process.env["CPM_PASSWORD"] : readPasswordFile(file);
  if (given !== undefined && given !== "") return { password: given, isMade: false };
  const typed = process.stdin.isTTY
    ? await promptSecret(`Password for ${address} (empty: make one): `)
    : "";
  if (typed !== "") return { password: typed, isMade: false };
  return { password: randomBytes(18).toString("base64url"), isMade: true };
}
