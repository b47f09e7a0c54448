import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { FoundPart, KeptPart, PartQuery } from "../base/files.ts";
import { errorCode } from "./file-error.ts";
import { isNumberedFrom } from "./file-name.ts";
import { HeldFolder } from "./held-folder.node.ts";
import type { DoneRecord, JournalRecord, KeptIdentity, MadeRecord } from "./journal-lines.node.ts";
import { type JournalPart, PartJournal } from "./part-journal.node.ts";
import { bestPart } from "./part-match.ts";
import { partName } from "./part-name.ts";
import type { PartRecorder } from "./part-recorder.ts";
import { partsToDrop } from "./part-retention.ts";
import { type PeerQuota, spend } from "./peer-quota.ts";

/** A part that was left, opened again. */
export interface ReopenedPart {
  readonly part: JournalPart;
  readonly folder: HeldFolder;
  readonly handle: FileHandle;
  readonly recorder: PartRecorder;
}

export interface KeeperOptions {
  readonly profileFolder: string;
  /** Octets of the disk that a folder is on; undefined when it cannot be told. */
  readonly diskOctets: (folder: string) => Promise<number | undefined>;
  readonly quota: PeerQuota;
  readonly nowMs?: () => number;
  /** Files that the last process had finished, and had not come to say so. */
  readonly onFound?: (records: readonly DoneRecord[]) => void;
}

/** Parts between processes: what the journal says of them, compared with what is on disk. */
export class PartKeeper {
  readonly #options: KeeperOptions;
  readonly #journal: PartJournal;
  readonly #inUse = new Set<string>();

  private constructor(options: KeeperOptions, journal: PartJournal) {
    this.#options = options;
    this.#journal = journal;
  }

  /** Brings to an end what the last process did not, and removes what is too old. Throws errors of the system. */
  static async open(options: KeeperOptions): Promise<PartKeeper> {
    const keeper = new PartKeeper(options, await PartJournal.open(options.profileFolder));
    const found: DoneRecord[] = [];
    for (const part of [...keeper.#journal.parts()]) {
      const record = await keeper.#settle(part);
      if (record !== undefined) found.push(record);
    }
    if (found.length > 0) options.onFound?.(found);
    await keeper.#clean();
    return keeper;
  }

  list(): readonly KeptPart[] {
    return [...this.#journal.parts()]
      .filter(({ key }) => !this.#inUse.has(key))
      .map(({ key, origin, sizeOctets, folder, durableOctets, updatedMs }) => ({
        ...{ key, origin, sizeOctets, folder, durableOctets, updatedMs },
      }))
      .toSorted((a, b) => b.updatedMs - a.updatedMs);
  }

  done(): readonly DoneRecord[] {
    return [...this.#journal.done()];
  }

  /** Only a part that can be gone on with; others are forgotten, and what lies in their place is left alone. */
  async find(query: PartQuery): Promise<FoundPart | undefined> {
    const left = new Map(this.list().map((part) => [part.key, part]));
    for (;;) {
      const best = bestPart(left.values(), query);
      if (best === undefined) return undefined;
      const { key, durableOctets } = best;
      left.delete(key);
      const reopened = await this.reopen(key);
      if (reopened === undefined) continue;
      await closeReopened(reopened);
      return { key, durableOctets };
    }
  }

  /** Counts a file that a peer has us store; false when it is one too many for a day. */
  async count(peer: string, sizeOctets: number): Promise<boolean> {
    const file = { peer, sizeOctets, atMs: this.#nowMs() };
    const spent = spend(this.#journal.spending(peer), file, this.#options.quota);
    if (spent === undefined) return false;
    await this.#add({ do: "spent", ...spent }, false);
    return true;
  }

  /** Enters a part that was just created. */
  async enter(made: Omit<MadeRecord, "do" | "atMs">): Promise<PartRecorder> {
    this.#inUse.add(made.key);
    await this.#add({ do: "made", ...made, atMs: this.#nowMs() }, false);
    return this.#recorder(made.key);
  }

  /** Takes a part into use; undefined when it is in use, out of reach, or not what was left. The last is forgotten. */
  async reopen(key: string): Promise<ReopenedPart | undefined> {
    const part = this.#journal.part(key);
    if (part === undefined || this.#inUse.has(key)) return undefined;
    this.#inUse.add(key);
    const opened = await openPart(part);
    if (typeof opened !== "string") return { part, ...opened, recorder: this.#recorder(key) };
    if (opened === "gone") await this.#forgetEntry(key);
    else this.#inUse.delete(key);
    return undefined;
  }

  async forget(key: string): Promise<boolean> {
    const reopened = await this.reopen(key);
    if (reopened === undefined) return false;
    const { part, folder, recorder } = reopened;
    try {
      await folder.remove(partName(key), plainIdentity(part.identity));
    } catch (cause) {
      if (errorCode(cause) === undefined) throw cause;
    } finally {
      await closeReopened(reopened);
    }
    await recorder.gone();
    return true;
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #recorder(key: string): PartRecorder {
    return {
      key,
      claim: (octets) => this.#add({ do: "claim", key, octets, atMs: this.#nowMs() }, true),
      done: async ({ path, hashes }) => {
        const part = this.#journal.part(key);
        if (part !== undefined) await this.#add(this.#doneRecord(part, path, hashes), true);
        this.#inUse.delete(key);
      },
      gone: () => this.#forgetEntry(key),
      release: () => {
        this.#inUse.delete(key);
      },
    };
  }

  async #forgetEntry(key: string): Promise<void> {
    await this.#add({ do: "gone", key, atMs: this.#nowMs() }, false);
    this.#inUse.delete(key);
  }

  #doneRecord(part: JournalPart, path: string, hashes: DoneRecord["hashes"]): DoneRecord {
    const { key, origin, sizeOctets, atMs: madeMs } = part;
    return {
      ...{ do: "done", key, origin, path, sizeOctets, hashes, madeMs },
      atMs: this.#nowMs(),
    } as const;
  }

  /** A crash between the final name and the journal's last word: the file is there, and must not come twice. */
  async #settle(part: JournalPart): Promise<DoneRecord | undefined> {
    try {
      const published = await findPublished(part);
      if (published === undefined) return undefined;
      const record = this.#doneRecord(part, published, {});
      await this.#add(record, true);
      return record;
    } catch (cause) {
      if (errorCode(cause) === undefined) throw cause;
      return undefined;
    }
  }

  async #clean(): Promise<void> {
    const sizes = new Map<string, number | undefined>();
    const disks = new Map<string, string>();
    for (const { folder, folderIdentity } of this.#journal.parts()) {
      disks.set(folder, folderIdentity.dev);
      if (!sizes.has(folder)) sizes.set(folder, await this.#options.diskOctets(folder));
    }
    const old = partsToDrop(this.list(), {
      nowMs: this.#nowMs(),
      diskOf: (folder) => disks.get(folder) ?? folder,
      diskOctets: (folder) => sizes.get(folder),
    });
    // What is out of reach for so long is only forgotten.
    for (const key of old) if (!(await this.forget(key))) await this.#forgetEntry(key);
  }

  /** A journal that cannot be written costs octets sent twice, never a file: the transfer goes on. */
  async #add(record: JournalRecord, isDurable: boolean): Promise<void> {
    try {
      await this.#journal.add(record, { isDurable });
    } catch (cause) {
      if (errorCode(cause) === undefined) throw cause;
    }
  }

  #nowMs(): number {
    return (this.#options.nowMs ?? Date.now)();
  }
}

export function keptIdentity(stats: BigIntStats): KeptIdentity {
  const { dev, ino, birthtimeNs } = stats;
  return { dev: String(dev), ino: String(ino), bornNs: String(birthtimeNs) };
}

export function plainIdentity({ dev, ino }: KeptIdentity): {
  readonly dev: bigint;
  readonly ino: bigint;
} {
  return { dev: BigInt(dev), ino: BigInt(ino) };
}

/** The time of birth tells apart what got the number of a file that is gone. */
function isSame(stats: BigIntStats, kept: KeptIdentity): boolean {
  const now = keptIdentity(stats);
  return now.dev === kept.dev && now.ino === kept.ino && now.bornNs === kept.bornNs;
}

/** `away`: its folder is not there, as when a disk was unplugged. `gone`: the folder is, the part is not. */
async function openPart(
  part: JournalPart,
): Promise<{ readonly folder: HeldFolder; readonly handle: FileHandle } | "away" | "gone"> {
  const folder = await holdAgain(part);
  if (folder === undefined) return "away";
  const handle = await openIn(folder, part);
  if (handle !== undefined) return { folder, handle };
  await folder.close();
  return "gone";
}

/** The folder as it was; undefined when it is out of reach or another one. */
async function holdAgain(part: JournalPart): Promise<HeldFolder | undefined> {
  let folder: HeldFolder | undefined;
  try {
    folder = await HeldFolder.open(part.folder);
    if (isSame(await folder.stat(), part.folderIdentity)) return folder;
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
  }
  await folder?.close();
  return undefined;
}

async function openIn(folder: HeldFolder, part: JournalPart): Promise<FileHandle | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(await folder.at(partName(part.key)), reopenFlags());
    if (isOurs(await handle.stat({ bigint: true }), part)) return handle;
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
  }
  await handle?.close();
  return undefined;
}

/** The very file, ours alone, under no second name, and as long as was claimed. */
function isOurs(stats: BigIntStats, part: JournalPart): boolean {
  const isOwner = process.getuid === undefined || stats.uid === BigInt(process.getuid());
  return (
    stats.isFile() &&
    stats.nlink === 1n &&
    isOwner &&
    isSame(stats, part.identity) &&
    stats.size >= BigInt(part.durableOctets) &&
    stats.size <= BigInt(part.sizeOctets)
  );
}

/** Where there is no O_NOFOLLOW, a link is found by its identity. A pipe in the part's place must not be waited for. */
function reopenFlags(): number {
  if (process.platform === "win32") return constants.O_RDWR;
  return constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
}

/**
 * The final path of a part that has one already, with its hidden name removed if it is still there. Looks only at names
 * that its final name may have become.
 */
async function findPublished(part: JournalPart): Promise<string | undefined> {
  const folder = await holdAgain(part);
  if (folder === undefined) return undefined;
  try {
    const hidden = await folder.statOf(partName(part.key));
    const isStillHidden = hidden !== undefined && isSame(hidden, part.identity);
    if (isStillHidden && hidden.nlink === 1n) return undefined;
    const name = await findName(folder, part);
    if (name === undefined) return undefined;
    if (isStillHidden) await folder.remove(partName(part.key), plainIdentity(part.identity));
    await folder.sync();
    return await folder.shownPath(name);
  } finally {
    await folder.close();
  }
}

async function findName(folder: HeldFolder, part: JournalPart): Promise<string | undefined> {
  for (const name of await folder.names()) {
    // A file that was set aside because its hash differs is not among them.
    if (!isNumberedFrom(name, part.finalName)) continue;
    const stats = await folder.statOf(name);
    const isFile = stats?.isFile() === true && stats.size === BigInt(part.sizeOctets);
    if (isFile && isSame(stats, part.identity)) return name;
  }
  return undefined;
}

export async function closeReopened({ folder, handle, recorder }: ReopenedPart): Promise<void> {
  recorder.release();
  await handle.close();
  await folder.close();
}
