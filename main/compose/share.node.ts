import { unwatchFile, watchFile } from "node:fs";
import { EventSource } from "../base/events.ts";
import { present } from "../base/present.ts";
import { BuiltInNetwork } from "./built-in-network.node.ts";
import type { UserAccount } from "./element-config.ts";
import { isDemoAccount, type NewAccount, ShareAccounts } from "./share-accounts.node.ts";
import { joinLinkFor, type ShareRecord, usersFileOf } from "./share-record.node.ts";
import {
  type SharedNetwork,
  type StartBuiltIn,
  startSharedNetwork,
} from "./shared-network.node.ts";
import { UserError } from "./user-error.ts";

export interface ShareOptions {
  /** Where certificate, ports and accounts are kept. */
  readonly folder: string;
  /** Instead of the one in the folder. */
  readonly usersFile?: string;
  /** Address of this computer, without brackets. */
  readonly host: string;
  readonly name: string;
  readonly portBase?: number;
  readonly traceFolder?: string;
}

/** What somebody is handed to come in. */
export interface MadeInvitation {
  readonly account: UserAccount;
  readonly link: string;
}

/** Whether somebody is there. */
export interface Presence {
  readonly isOnline: boolean;
  readonly lastSeenMs?: number;
}

/** How soon an account that another program makes or removes is known to the network. */
const WATCH_MS = 500;

/** "Share with people nearby": the built-in network for others, on one address of this computer, over TLS alone. */
export class Share {
  readonly events = new EventSource<{
    /** Accounts, or who is there. */
    readonly changed: undefined;
  }>();
  readonly record: ShareRecord;
  readonly network: SharedNetwork;
  readonly #accounts: ShareAccounts;
  readonly #online = new Map<string, number>();
  #users: readonly UserAccount[];
  /** Readings of the users file come one after the other. */
  #reading: Promise<void> = Promise.resolve();

  private constructor(
    started: { readonly network: SharedNetwork; readonly record: ShareRecord },
    accounts: ShareAccounts,
    users: readonly UserAccount[],
  ) {
    this.network = started.network;
    this.record = started.record;
    this.#accounts = accounts;
    this.#users = users;
    this.network.onDevices((aor, count) => {
      this.#devicesChanged(aor, count);
    });
    watchFile(accounts.file, { interval: WATCH_MS, persistent: false }, this.#onFile);
  }

  /** @param startNetwork another one in a test */
  static async start(
    options: ShareOptions,
    startNetwork: StartBuiltIn = (network) => BuiltInNetwork.start(network),
  ): Promise<Share> {
    const accounts = new ShareAccounts(options.usersFile ?? usersFileOf(options.folder));
    const users = await accounts.list();
    refuseDemoAccounts(users);
    const { folder, host, name, portBase, traceFolder } = options;
    const started = await startSharedNetwork(
      { ...{ folder, host, name, users }, ...present({ portBase, traceFolder }) },
      startNetwork,
    );
    return new Share(started, accounts, users);
  }

  get users(): readonly UserAccount[] {
    return this.#users;
  }

  /** Resolves with the name of the first element that ends by itself. */
  get lost(): Promise<string> {
    return this.network.lost;
  }

  presenceOf({ aor, lastSeenMs }: UserAccount): Presence {
    const isOnline = (this.#online.get(aor) ?? 0) > 0;
    return { isOnline, ...present({ lastSeenMs }) };
  }

  async invite(name: string): Promise<MadeInvitation> {
    return this.#made(await this.#accounts.invite(name));
  }

  async renew(aor: string, shownAs?: string): Promise<MadeInvitation> {
    return this.#made(await this.#accounts.renew(aor, shownAs));
  }

  /** @returns false where there is no such account */
  async remove(aor: string): Promise<boolean> {
    const wasThere = await this.#accounts.remove(aor);
    await this.#read();
    return wasThere;
  }

  async stop(): Promise<void> {
    unwatchFile(this.#accounts.file, this.#onFile);
    await this.#reading;
    await this.network.stop();
  }

  async #made({ account, password }: NewAccount): Promise<MadeInvitation> {
    await this.#read();
    return { account, link: joinLinkFor(this.record, account.aor, password) };
  }

  readonly #onFile = (): void => {
    void this.#read();
  };

  /** A file that cannot be read changes nothing: who is known stays known. */
  #read(): Promise<void> {
    this.#reading = this.#reading
      .then(async () => {
        const users = await this.#accounts.list();
        refuseDemoAccounts(users);
        this.#users = users;
        this.network.setUsers(users);
        this.events.emit("changed", undefined);
      })
      .catch(() => undefined);
    return this.#reading;
  }

  #devicesChanged(aor: string, count: number): void {
    const before = this.#online.get(aor) ?? 0;
    this.#online.set(aor, count);
    if (before > 0 === count > 0) return;
    this.events.emit("changed", undefined);
    void this.#accounts.seen(aor, Date.now()).then(
      () => this.#read(),
      () => undefined,
    );
  }
}

/** Their password is known to everyone. */
function refuseDemoAccounts(users: readonly UserAccount[]): void {
  const demo = users.find(isDemoAccount);
  if (demo === undefined) return;
  throw new UserError(
    "usage",
    `The demo account ${demo.aor.slice("sip:".length)} is for this computer only.`,
    "Take it out of the users file, or give it a password of its own.",
  );
}
