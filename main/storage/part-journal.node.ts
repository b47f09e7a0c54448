import { constants } from "node:fs";
import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "./file-error.ts";
import {
  type DoneRecord,
  decodeLines,
  encodeLine,
  type JournalRecord,
  type MadeRecord,
} from "./journal-lines.node.ts";
import type { PeerSpending } from "./peer-quota.ts";

export const JOURNAL_NAME = "parts.journal";
/** Rewritten once it has grown by so much: claims of long transfers pile up. */
const REWRITE_OCTETS = 4 * 1024 * 1024;
/** Finished files are remembered so that a lost history can be rebuilt from them. */
const MAX_DONE = 2000;

/** A part as the journal has it. */
export interface JournalPart extends MadeRecord {
  readonly durableOctets: number;
  readonly updatedMs: number;
}

interface Waiting {
  readonly line: string;
  readonly isDurable: boolean;
  readonly settle: (error?: Error) => void;
}

/**
 * What is known of parts across processes: lines with a checksum, only ever added to, in one file of the profile. One
 * process at a time writes it, the one that holds the profile. Why not in the history's database: docs/decisions.
 */
export class PartJournal {
  readonly #folder: string;
  readonly #parts = new Map<string, JournalPart>();
  readonly #done = new Map<string, DoneRecord>();
  readonly #spent = new Map<string, PeerSpending>();
  #handle: FileHandle | undefined;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #addedOctets = 0;
  /** What was written last may be half a line. */
  #isTorn = false;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads what earlier processes left and tidies it up. Throws errors of the system. */
  static async open(profileFolder: string): Promise<PartJournal> {
    const journal = new PartJournal(profileFolder);
    const text = await readText(join(profileFolder, JOURNAL_NAME));
    const { records, damagedLines } = decodeLines(text);
    for (const record of records) journal.#apply(record);
    journal.#isTorn = text !== "" && !text.endsWith("\n");
    journal.#handle = await open(join(profileFolder, JOURNAL_NAME), appendFlags(), 0o600);
    const lines = journal.#liveLines();
    if (damagedLines > 0 || lines.length < records.length) await journal.#rewrite();
    return journal;
  }

  /** In the order in which they were created. */
  parts(): Iterable<JournalPart> {
    return this.#parts.values();
  }

  part(key: string): JournalPart | undefined {
    return this.#parts.get(key);
  }

  /** Parts that became files, the oldest first. */
  done(): Iterable<DoneRecord> {
    return this.#done.values();
  }

  /** What the peer has used of its quota when it used it last. */
  spending(peer: string): PeerSpending | undefined {
    return this.#spent.get(peer);
  }

  /**
   * Adds a record. It counts at once; it has reached the file when this resolves, and the disk where `isDurable`. Throws
   * errors of the system: what is known then outlives this process only in part.
   */
  async add(record: JournalRecord, { isDurable }: { readonly isDurable: boolean }): Promise<void> {
    this.#apply(record);
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error): void => {
        if (error === undefined) resolve();
        else reject(error);
      };
      this.#waiting.push({ line: encodeLine(record), isDurable, settle });
      if (!this.#isWriting) void this.#write();
    });
  }

  /** After the last `add` has resolved. */
  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  #apply(record: JournalRecord): void {
    if (record.do === "spent") {
      this.#spent.set(record.peer, record);
      return;
    }
    const { key, atMs } = record;
    const part = this.#parts.get(key);
    if (record.do === "made") {
      this.#parts.set(key, { ...record, durableOctets: 0, updatedMs: atMs });
    } else if (record.do === "claim") {
      const durableOctets = Math.min(record.octets, part?.sizeOctets ?? 0);
      if (part !== undefined) this.#parts.set(key, { ...part, durableOctets, updatedMs: atMs });
    } else {
      this.#parts.delete(key);
      if (record.do === "done") this.#remember(record);
    }
  }

  #remember(record: DoneRecord): void {
    this.#done.set(record.key, record);
    if (this.#done.size <= MAX_DONE) return;
    const [oldest] = this.#done.keys();
    if (oldest !== undefined) this.#done.delete(oldest);
  }

  /** Lines of several parts leave together, so that they share one sync. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      let failure: Error | undefined;
      try {
        await this.#append(batch);
        if (this.#addedOctets > REWRITE_OCTETS) await this.#rewrite();
      } catch (error) {
        failure = error instanceof Error ? error : new Error("the journal failed");
      }
      for (const { settle } of batch) settle(failure);
    }
    this.#isWriting = false;
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) throw closed();
    const text = (this.#isTorn ? "\n" : "") + batch.map(({ line }) => line).join("");
    this.#isTorn = true;
    await handle.appendFile(text, "utf8");
    this.#isTorn = false;
    this.#addedOctets += text.length;
    if (batch.some(({ isDurable }) => isDurable)) await handle.datasync();
  }

  #liveLines(): readonly string[] {
    const parts = [...this.#parts.values()].flatMap((part) => {
      const { durableOctets, updatedMs, ...made } = part;
      const claim = { do: "claim", key: part.key, octets: durableOctets, atMs: updatedMs } as const;
      return durableOctets === 0 ? [encodeLine(made)] : [encodeLine(made), encodeLine(claim)];
    });
    // One line a peer; those of days gone by say nothing any more.
    const lastDay = Math.max(0, ...[...this.#spent.values()].map(({ day }) => day));
    const spent = [...this.#spent.values()].filter(({ day }) => day === lastDay);
    return [
      ...spent.map((one) => encodeLine({ ...one, do: "spent" })),
      ...[...this.#done.values()].map(encodeLine),
      ...parts,
    ];
  }

  /** Only what still counts, in a new file that then takes the old one's name. */
  async #rewrite(): Promise<void> {
    const path = join(this.#folder, JOURNAL_NAME);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
    try {
      const fresh = await open(`${path}.new`, flags, 0o600);
      try {
        await fresh.writeFile(this.#liveLines().join(""), "utf8");
        await fresh.sync();
      } finally {
        await fresh.close();
      }
      await this.#handle?.close();
      this.#handle = undefined;
      await rename(`${path}.new`, path);
      await syncFolder(this.#folder);
      this.#isTorn = false;
      this.#addedOctets = 0;
    } catch (cause) {
      // A full disk: the old one goes on, as long as it is.
      if (errorCode(cause) === undefined) throw cause;
    }
    this.#handle ??= await open(path, appendFlags(), 0o600);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return "";
    throw cause;
  }
}

function appendFlags(): number {
  const noFollow = process.platform === "win32" ? 0 : constants.O_NOFOLLOW;
  return constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | noFollow;
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function closed(): Error {
  return Object.assign(new Error("the journal is closed"), { code: "EBADF" });
}
