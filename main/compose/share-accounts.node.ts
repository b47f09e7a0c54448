import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isLinkUser, isNetworkName } from "../../shared/link/join-link.ts";
import type { UserAccount } from "./element-config.ts";
import { lockFile, type ProfileLock } from "./profile-lock.node.ts";
import { GUEST_DOMAIN, HOST_DOMAIN } from "./share-record.node.ts";
import { UserError } from "./user-error.ts";
import { isDemoUser, makeAccount, readUsers, writeUsers } from "./users.node.ts";

/** 132 bits: not to be guessed, and a QR code of it stays small. */
const PASSWORD_OCTETS = 18;
const LOCK_MS = 5000;
const LOCK_POLL_MS = 50;
const MAX_USER = 40;

/** An account with the password that only its link holds. */
export interface NewAccount {
  readonly account: UserAccount;
  readonly password: string;
}

/** Accounts of a shared network in its users file; more than one program may change them. */
export class ShareAccounts {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  async list(): Promise<readonly UserAccount[]> {
    return existsSync(this.file) ? readUsers(this.file) : [];
  }

  /** @param name `Bob Miller`, `bob` or `bob@a.example` */
  invite(name: string): Promise<NewAccount> {
    const { aor, shownAs } = accountFor(name);
    return this.#change((users) => {
      if (find(users, aor) !== undefined) throw taken(aor);
      return added(users, aor, shownAs);
    });
  }

  /** Another password for an account, made where there is none. */
  renew(aor: string, shownAs?: string): Promise<NewAccount> {
    return this.#change((users) => {
      const { name = shownAs, lastSeenMs } = find(users, aor) ?? {};
      const made = added(users, aor, name);
      const account = {
        ...made.value.account,
        ...(lastSeenMs === undefined ? {} : { lastSeenMs }),
      };
      const others = users.filter((one) => !isSame(one.aor, aor));
      return { users: [...others, account], value: { ...made.value, account } };
    });
  }

  /** @returns false where there is no such account */
  remove(aor: string): Promise<boolean> {
    return this.#change((users) => ({
      users: users.filter((one) => !isSame(one.aor, aor)),
      value: find(users, aor) !== undefined,
    }));
  }

  /** Remembers when a device was last registered. */
  async seen(aor: string, atMs: number): Promise<void> {
    await this.#change((users) => ({
      users: users.map((one) => (isSame(one.aor, aor) ? { ...one, lastSeenMs: atMs } : one)),
      value: undefined,
    }));
  }

  async #change<T>(
    change: (users: readonly UserAccount[]) => {
      readonly users: readonly UserAccount[];
      readonly value: T;
    },
  ): Promise<T> {
    const lock = await locked(`${this.file}.lock`);
    try {
      const { users, value } = change(await this.list());
      await writeUsers(this.file, users);
      return value;
    } finally {
      lock.release();
    }
  }
}

/** The address that a name stands for, and how that person is shown. */
export function accountFor(name: string): { readonly aor: string; readonly shownAs: string } {
  const shownAs = name.trim();
  const [text = "", domain, ...more] = shownAs.replace(/^sip:/i, "").split("@");
  const user = domain === undefined ? userOf(text) : text.toLowerCase();
  const home = (domain ?? GUEST_DOMAIN).toLowerCase();
  const isHome = home === HOST_DOMAIN || home === GUEST_DOMAIN;
  if (!isNetworkName(shownAs) || more.length > 0 || !isHome || !isLinkUser(user)) {
    throw new UserError(
      "usage",
      `No account can be made for "${shownAs}".`,
      `Write a name, or NAME@${HOST_DOMAIN} or NAME@${GUEST_DOMAIN}.`,
    );
  }
  return { aor: `sip:${user}@${home}`, shownAs: domain === undefined ? shownAs : text };
}

/** `Zoë Müller` is `zoe-muller`. */
function userOf(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const user = (plain.match(/[a-z0-9]+/g) ?? []).join("-").slice(0, MAX_USER);
  return user.replace(/-$/, "") || "guest";
}

/** Accounts whose password everybody knows are for one computer, whatever a users file says. */
export function isDemoAccount(user: UserAccount): boolean {
  const address = user.aor.slice("sip:".length);
  return isDemoUser(address) && user.ha1.sha256 === makeAccount(address, "demo").ha1.sha256;
}

function added(
  users: readonly UserAccount[],
  aor: string,
  shownAs: string | undefined,
): { readonly users: readonly UserAccount[]; readonly value: NewAccount } {
  const password = randomBytes(PASSWORD_OCTETS).toString("base64url");
  const account = {
    ...makeAccount(aor.slice("sip:".length), password),
    ...(shownAs === undefined ? {} : { name: shownAs }),
  };
  return { users: [...users, account], value: { account, password } };
}

function find(users: readonly UserAccount[], aor: string): UserAccount | undefined {
  return users.find((one) => isSame(one.aor, aor));
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function taken(aor: string): UserError {
  return new UserError(
    "usage",
    `${aor.slice("sip:".length)} has an account already.`,
    "Choose another name, or make a new link for it.",
  );
}

async function locked(path: string): Promise<ProfileLock> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const endMs = performance.now() + LOCK_MS;
  for (;;) {
    const lock = lockFile(path);
    if (lock !== undefined) return lock;
    if (performance.now() > endMs)
      throw new UserError("storage", `${path} is in use.`, "Try again.");
    await delay(LOCK_POLL_MS);
  }
}
