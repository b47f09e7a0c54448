import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { ok, type Result } from "../base/result.ts";
import type {
  DeviceRecord,
  HistoryEntry,
  HistoryFile,
  HistoryFilter,
  StoreError,
  TransferStore,
} from "../base/transfer-store.ts";
import { attempt, BUSY_TIMEOUT_MS, inTransaction, openDatabase } from "./database.node.ts";
import {
  deviceOf,
  entryOf,
  fileOf,
  type Row,
  RUNNING_FILE_STATES,
  RUNNING_STATES,
  text,
} from "./rows.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** The store, and where an unreadable earlier one was moved to, which the user should be told. */
export interface ProfileStore extends TransferStore {
  readonly setAside?: string;
}

/** Opens the history of a profile; its folder is created when missing, for this user alone. */
export function openStore(
  profileFolder: string,
  options: { readonly busyTimeoutMs?: number } = {},
): Result<ProfileStore, StoreError> {
  const opened = openDatabase(profileFolder, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
  if (!opened.ok) return opened;
  const { database, setAside } = opened.value;
  return ok(new SqliteStore(database, setAside));
}

class SqliteStore implements ProfileStore {
  readonly setAside?: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, setAside: string | undefined) {
    this.#database = database;
    if (setAside !== undefined) this.setAside = setAside;
  }

  save(entry: HistoryEntry): Result<void, StoreError> {
    return this.#write(() => {
      this.#run(
        `INSERT INTO offers (id, direction, peer, peer_name, conversation_id, contribution_id,
           started_ms, ended_ms, state, status, reason)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET direction = excluded.direction, peer = excluded.peer,
           peer_name = excluded.peer_name, conversation_id = excluded.conversation_id,
           contribution_id = excluded.contribution_id, started_ms = excluded.started_ms,
           ended_ms = excluded.ended_ms, state = excluded.state, status = excluded.status,
           reason = excluded.reason`,
        entry.id,
        entry.direction,
        entry.peer,
        entry.peerName ?? null,
        entry.conversationId,
        entry.contributionId,
        entry.startedMs,
        entry.endedMs ?? null,
        entry.state,
        entry.status ?? null,
        entry.reason ?? null,
      );
      this.#run("DELETE FROM files WHERE offer_id = ?", entry.id);
      for (const file of entry.files) this.#saveFile(entry.id, file);
    });
  }

  get(id: string): Result<HistoryEntry | undefined, StoreError> {
    return attempt(() => {
      const row = this.#prepare("SELECT * FROM offers WHERE id = ?").get(id);
      return row === undefined ? undefined : entryOf(row, this.#filesOf(id));
    });
  }

  list(filter: HistoryFilter = {}): Result<readonly HistoryEntry[], StoreError> {
    const { where, values } = condition(filter);
    const limit = Math.max(1, Math.min(filter.limit ?? DEFAULT_LIMIT, MAX_LIMIT));
    return attempt(() =>
      this.#prepare(
        `SELECT * FROM offers ${where} ORDER BY started_ms DESC, offers.rowid DESC LIMIT ?`,
      )
        .all(...values, Math.trunc(limit))
        .map((row) => entryOf(row, this.#filesOf(text(row, "id")))),
    );
  }

  remove(id: string): Result<void, StoreError> {
    return this.#write(() => {
      this.#run("DELETE FROM offers WHERE id = ?", id);
    });
  }

  interruptUnfinished(atMs: number): Result<number, StoreError> {
    const running = marks(RUNNING_STATES);
    const unfinished = `offer_id IN (SELECT id FROM offers WHERE state IN ${running})`;
    return this.#write(() => {
      this.#run(
        `UPDATE transfers SET state = 'interrupted'
         WHERE state IN ${marks(RUNNING_FILE_STATES)} AND ${unfinished}`,
        ...RUNNING_FILE_STATES,
        ...RUNNING_STATES,
      );
      const { changes } = this.#prepare(
        `UPDATE offers SET state = 'interrupted', ended_ms = ? WHERE state IN ${running}`,
      ).run(atMs, ...RUNNING_STATES);
      return Number(changes);
    });
  }

  saveDevice(device: DeviceRecord): Result<void, StoreError> {
    return this.#write(() => {
      this.#run(
        `INSERT INTO devices (aor, instance_id, name, last_seen_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (aor, instance_id) DO UPDATE SET name = excluded.name,
           last_seen_ms = excluded.last_seen_ms`,
        device.aor,
        device.instanceId,
        device.name,
        device.lastSeenMs,
      );
    });
  }

  devices(aor: string): Result<readonly DeviceRecord[], StoreError> {
    return attempt(() =>
      this.#prepare("SELECT * FROM devices WHERE aor = ? ORDER BY last_seen_ms DESC, instance_id")
        .all(aor)
        .map(deviceOf),
    );
  }

  setting(name: string): Result<string | undefined, StoreError> {
    return attempt(() => {
      const row = this.#prepare("SELECT value FROM settings WHERE name = ?").get(name);
      return row === undefined ? undefined : text(row, "value");
    });
  }

  putSetting(name: string, value: string): Result<void, StoreError> {
    return this.#write(() => {
      this.#run(
        `INSERT INTO settings (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        name,
        value,
      );
    });
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #saveFile(offerId: string, file: HistoryFile): void {
    this.#run(
      "INSERT INTO files (offer_id, line, name, type, size_octets, transfer_id) VALUES (?, ?, ?, ?, ?, ?)",
      offerId,
      file.index,
      file.name,
      file.type ?? null,
      file.sizeOctets,
      file.transferId ?? null,
    );
    this.#run(
      `INSERT INTO transfers (offer_id, line, state, octets, path, sha1, sha256, is_verified)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      offerId,
      file.index,
      file.state,
      file.octets,
      file.path ?? null,
      file.sha1 ?? null,
      file.sha256 ?? null,
      file.isVerified === undefined ? null : Number(file.isVerified),
    );
  }

  #filesOf(offerId: string): readonly HistoryFile[] {
    return this.#prepare(
      `SELECT * FROM files JOIN transfers USING (offer_id, line) WHERE offer_id = ? ORDER BY line`,
    )
      .all(offerId)
      .map((row: Row) => fileOf(row));
  }

  #write<T>(step: () => T): Result<T, StoreError> {
    return attempt(() => inTransaction(this.#database, step));
  }

  #run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.#prepare(sql).run(...values);
  }

  /** Compiled once; there are as many texts as there are kinds of calls. */
  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function condition(filter: HistoryFilter): {
  readonly where: string;
  readonly values: readonly SQLInputValue[];
} {
  const parts: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (part: string, ...more: readonly SQLInputValue[]): void => {
    parts.push(part);
    values.push(...more);
  };
  if (filter.direction !== undefined) add("direction = ?", filter.direction);
  if (filter.peer !== undefined) add("peer = ?", filter.peer);
  if (filter.states !== undefined) add(`state IN ${marks(filter.states)}`, ...filter.states);
  if (filter.beforeMs !== undefined) add("started_ms < ?", filter.beforeMs);
  if (filter.text !== undefined) {
    const pattern = `%${filter.text.replaceAll(/[%_\\]/g, String.raw`\$&`)}%`;
    add(
      String.raw`(peer LIKE ? ESCAPE '\' OR peer_name LIKE ? ESCAPE '\' OR EXISTS
        (SELECT 1 FROM files WHERE offer_id = offers.id AND name LIKE ? ESCAPE '\'))`,
      pattern,
      pattern,
      pattern,
    );
  }
  return { where: parts.length === 0 ? "" : `WHERE ${parts.join(" AND ")}`, values };
}

/** `(?, ?, ?)` */
function marks(values: readonly unknown[]): string {
  return `(${values.map(() => "?").join(", ")})`;
}
