import { type BigIntStats, constants } from "node:fs";
import {
  type FileHandle,
  lstat,
  open,
  readdir,
  readlink,
  realpath,
  stat,
  unlink,
} from "node:fs/promises";
import { join, resolve } from "node:path";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { errorCode } from "./file-error.ts";
import { collisionKey } from "./file-name.ts";

/** A list of names is read again after this time. What it does not show, `link` and the like still refuse. */
const NAMES_MS = 1000;

/** Which file it is, whatever its name. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

export function identityOf(stats: BigIntStats): FileIdentity {
  return { dev: stats.dev, ino: stats.ino };
}

export function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

interface FolderPlace {
  readonly given: string;
  readonly real: string;
  readonly identity: FileIdentity;
}

/**
 * A folder that received files go into. On Linux it is held open and its entries are reached through the descriptor:
 * whoever swaps the folder for a link meanwhile redirects nothing. Elsewhere its identity is compared before each use.
 */
export class HeldFolder {
  readonly #given: string;
  readonly #real: string;
  readonly #handle: FileHandle | undefined;
  readonly #identity: FileIdentity;
  #users = 1;
  #keys = new Set<string>();
  /** Names given while the list was read. */
  readonly #noted = new Set<string>();
  #listedMs = Number.NEGATIVE_INFINITY;
  /** Under way, for all who ask meanwhile. */
  #listing: Promise<void> | undefined;
  #lookup: Promise<boolean> | undefined;
  #place: Promise<string> | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #nextSync: Promise<void> | undefined;

  private constructor(
    given: string,
    real: string,
    handle: FileHandle | undefined,
    identity: FileIdentity,
  ) {
    this.#given = given;
    this.#real = real;
    this.#handle = handle;
    this.#identity = identity;
  }

  /**
   * The user may have made the folder itself a link: that is followed once, here. Throws errors of the system.
   * @param known what the path led to before; a link that came since is refused
   */
  static async open(
    path: string,
    platform: string = process.platform,
    known?: string,
  ): Promise<HeldFolder> {
    const given = resolve(path);
    const real = known ?? (await realpath(given));
    if (platform !== "linux")
      return new HeldFolder(given, real, undefined, identityOf(await stat(real, { bigint: true })));
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    const handle = await openFolder(real, flags);
    try {
      const identity = identityOf(await handle.stat({ bigint: true }));
      const reached = await pathOf(handle);
      // A folder above it may have become a link between the two calls.
      if (reached !== undefined && reached !== real) throw swapped(real);
      return await HeldFolder.#of({ given, real, identity }, handle, reached !== undefined);
    } catch (cause) {
      await handle.close();
      throw cause;
    }
  }

  /** A Linux without /proc is treated like the other systems. */
  static async #of(
    { given, real, identity }: FolderPlace,
    handle: FileHandle,
    isReachable: boolean,
  ): Promise<HeldFolder> {
    if (isReachable) return new HeldFolder(given, real, handle, identity);
    await handle.close();
    return new HeldFolder(given, real, undefined, identity);
  }

  /** The path without links, when it was opened. */
  get realPath(): string {
    return this.#real;
  }

  /**
   * One user more, each of whom closes it.
   * @returns false when the last one has closed it
   */
  share(): boolean {
    if (this.#users === 0) return false;
    this.#users += 1;
    return true;
  }

  /** Is it still what the user's path leads to? */
  isInPlace(): Promise<boolean> {
    this.#lookup ??= this.#isInPlace().finally(() => {
      this.#lookup = undefined;
    });
    return this.#lookup;
  }

  async #isInPlace(): Promise<boolean> {
    try {
      return sameIdentity(identityOf(await stat(this.#given, { bigint: true })), this.#identity);
    } catch (cause) {
      if (errorCode(cause) === undefined) throw cause;
      return false;
    }
  }

  /** The file system it is on. */
  get dev(): bigint {
    return this.#identity.dev;
  }

  /** Path of an entry for system calls; stays within the folder that was opened. */
  async at(name: string): Promise<string> {
    if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name))
      throw new LocalProtocolError("not the name of an entry");
    if (this.#handle !== undefined) return `/proc/self/fd/${this.#handle.fd}/${name}`;
    const now = identityOf(await stat(this.#real, { bigint: true }));
    if (!sameIdentity(now, this.#identity)) throw swapped(this.#real);
    return join(this.#real, name);
  }

  /** Path of an entry for people: as the user named the folder, unless it has moved since. */
  async shownPath(name: string): Promise<string> {
    if (this.#handle === undefined) return join(this.#given, name);
    this.#place ??= readlink(this.#procPath()).finally(() => {
      this.#place = undefined;
    });
    const now = await this.#place;
    return join(now === this.#real ? this.#given : now, name);
  }

  async names(): Promise<readonly string[]> {
    return readdir(this.#procPath());
  }

  /**
   * Keys of the names that are taken. That a name is free may be a second old, so that a thousand small files are not a
   * thousand lists of a thousand names; that the wanted one is taken is as new as the call.
   */
  async takenKeys(wanted: string): Promise<ReadonlySet<string>> {
    const isOld = performance.now() - this.#listedMs > NAMES_MS;
    if (isOld || this.#keys.has(collisionKey(wanted))) {
      this.#listing ??= this.#list();
      await this.#listing;
    }
    return this.#keys;
  }

  /** A file of ours has that name now. */
  noteName(name: string): void {
    this.#keys.add(collisionKey(name));
    this.#noted.add(name);
  }

  /** The folder itself. */
  async stat(): Promise<BigIntStats> {
    return this.#handle === undefined
      ? stat(this.#real, { bigint: true })
      : this.#handle.stat({ bigint: true });
  }

  async identityOf(name: string): Promise<FileIdentity | undefined> {
    const stats = await this.statOf(name);
    return stats === undefined ? undefined : identityOf(stats);
  }

  /** Of the entry itself, not of what it may lead to; undefined when there is none. */
  async statOf(name: string): Promise<BigIntStats | undefined> {
    try {
      return await lstat(await this.at(name), { bigint: true });
    } catch (cause) {
      if (errorCode(cause) === "ENOENT") return undefined;
      throw cause;
    }
  }

  /** Removes an entry only if it is that very file: cleaning up must not remove what somebody else put there. */
  async remove(name: string, identity: FileIdentity): Promise<boolean> {
    const now = await this.identityOf(name);
    if (now === undefined || !sameIdentity(now, identity)) return false;
    await unlink(await this.at(name));
    return true;
  }

  /**
   * Makes names durable. Systems without durable folders (Windows) have nothing to do. Those who ask while it is being
   * done for others share the next one.
   */
  sync(): Promise<void> {
    this.#nextSync ??= this.#syncAfter(this.#syncing);
    return this.#nextSync;
  }

  /** By each user once. */
  async close(): Promise<void> {
    if (this.#users > 0) this.#users -= 1;
    if (this.#users > 0) return;
    this.#keys.clear();
    await this.#handle?.close();
  }

  async #syncAfter(running: Promise<void>): Promise<void> {
    await running.catch(() => undefined);
    this.#nextSync = undefined;
    this.#syncing = this.#handle?.sync() ?? Promise.resolve();
    await this.#syncing;
  }

  async #list(): Promise<void> {
    try {
      this.#noted.clear();
      const listedMs = performance.now();
      const names = await this.names();
      this.#keys = new Set([...names, ...this.#noted].map(collisionKey));
      this.#listedMs = listedMs;
    } finally {
      this.#listing = undefined;
    }
  }

  #procPath(): string {
    return this.#handle === undefined ? this.#real : `/proc/self/fd/${this.#handle.fd}`;
  }
}

/** A link in the folder's place is no folder that is missing. */
async function openFolder(path: string, flags: number): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (cause) {
    const code = errorCode(cause);
    if (code !== "ENOTDIR" && code !== "ELOOP") throw cause;
    throw (await lstat(path)).isSymbolicLink() ? swapped(path) : cause;
  }
}

/** Where an open folder is; undefined where the system has no /proc to tell. */
async function pathOf(handle: FileHandle): Promise<string | undefined> {
  try {
    return await readlink(`/proc/self/fd/${handle.fd}`);
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
    return undefined;
  }
}

function swapped(path: string): Error {
  return Object.assign(new Error(`the folder was replaced: ${path}`), { code: "EACCES" });
}
