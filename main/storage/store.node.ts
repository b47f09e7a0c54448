import type { DatabaseSync } from "node:sqlite";
import type { AppStore, CardStore, CommandStore, PeopleStore } from "../base/app-store.ts";
import { ok, type Result } from "../base/result.ts";
import type {
  DeviceRecord,
  HistoryEntry,
  HistoryFile,
  HistoryFilter,
  StoreError,
} from "../base/transfer-store.ts";
import { CardTable } from "./card-table.node.ts";
import { CommandTable } from "./command-table.node.ts";
import { attempt, BUSY_TIMEOUT_MS, openDatabase } from "./database.node.ts";
import { readDone, rememberDone } from "./done-history.node.ts";
import { PeopleTable } from "./people-table.node.ts";
import { noteRemoval, REMOVED_SETTING } from "./removal.node.ts";
import {
  deviceOf,
  entryOf,
  fileOf,
  optionalInteger,
  type Row,
  RUNNING_FILE_STATES,
  RUNNING_STATES,
  text,
} from "./rows.ts";
import { anywhere, marks, Statements, Where } from "./statements.node.ts";

/** An offer whose process ended: where all its files had come to their end before, so has the offer. */
const STATE_OF_STOPPED = `(SELECT CASE
  WHEN count(*) = 0 OR count(*) > count(*) FILTER (WHERE state IN ('complete', 'declined'))
    OR count(*) FILTER (WHERE state = 'complete') = 0 THEN 'interrupted'
  WHEN count(*) FILTER (WHERE state = 'declined') > 0 THEN 'partly'
  WHEN min(coalesce(is_verified, 0)) = 1 THEN 'verified'
  ELSE 'confirmed' END FROM transfers WHERE offer_id = offers.id)`;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** Opens the history of a profile; its folder is created when missing, for this user alone. */
export function openStore(
  profileFolder: string,
  options: { readonly busyTimeoutMs?: number } = {},
): Result<AppStore, StoreError> {
  const opened = openDatabase(profileFolder, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
  if (!opened.ok) return opened;
  const { database, setAside } = opened.value;
  const store = new SqliteStore(database, setAside);
  rememberDone(store, readDone(profileFolder), setAside === undefined ? store.knownUntilMs() : 0);
  return ok(store);
}

class SqliteStore implements AppStore {
  readonly setAside?: string;
  readonly cards: CardStore;
  readonly people: PeopleStore;
  readonly commands: CommandStore;
  readonly #statements: Statements;
  /** Files of running offers as they were saved last. */
  readonly #lastFiles = new Map<string, readonly HistoryFile[]>();

  constructor(database: DatabaseSync, setAside: string | undefined) {
    this.#statements = new Statements(database);
    this.cards = new CardTable(this.#statements, (row) =>
      entryOf(row, this.#filesOf(text(row, "id"))),
    );
    this.people = new PeopleTable(this.#statements);
    this.commands = new CommandTable(this.#statements);
    if (setAside !== undefined) this.setAside = setAside;
  }

  /** Nothing later is known, of what came or of what the user removed. */
  knownUntilMs(): number {
    const known = attempt(() => {
      const row = this.#statements
        .prepare("SELECT max(max(started_ms, COALESCE(ended_ms, 0))) AS last FROM offers")
        .get();
      return row === undefined ? undefined : optionalInteger(row, "last");
    });
    const removed = this.setting(REMOVED_SETTING);
    const removedMs = removed.ok ? Number(removed.value ?? 0) : 0;
    return Math.max(known.ok ? (known.value ?? 0) : 0, removedMs);
  }

  save(entry: HistoryEntry): Result<void, StoreError> {
    const saved = this.#statements.write(() => {
      this.#statements.run(
        `INSERT INTO offers (id, direction, peer, peer_name, conversation_id, contribution_id,
           started_ms, ended_ms, state, status, reason, taken_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET direction = excluded.direction, peer = excluded.peer,
           peer_name = excluded.peer_name, conversation_id = excluded.conversation_id,
           contribution_id = excluded.contribution_id, started_ms = excluded.started_ms,
           ended_ms = excluded.ended_ms, state = excluded.state, status = excluded.status,
           reason = excluded.reason, taken_by = excluded.taken_by`,
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
        entry.takenBy ?? null,
      );
      this.#saveFiles(entry);
    });
    // Ended: nothing follows that would be worth remembering it.
    if (saved.ok && entry.endedMs === undefined) this.#lastFiles.set(entry.id, entry.files);
    else this.#lastFiles.delete(entry.id);
    return saved;
  }

  get(id: string): Result<HistoryEntry | undefined, StoreError> {
    return attempt(() => {
      const row = this.#statements.prepare("SELECT * FROM offers WHERE id = ?").get(id);
      return row === undefined ? undefined : entryOf(row, this.#filesOf(id));
    });
  }

  list(filter: HistoryFilter = {}): Result<readonly HistoryEntry[], StoreError> {
    const where = condition(filter);
    const limit = Math.max(1, Math.min(filter.limit ?? DEFAULT_LIMIT, MAX_LIMIT));
    return attempt(() =>
      this.#statements
        .prepare(
          `SELECT * FROM offers ${where.sql} ORDER BY started_ms DESC, offers.rowid DESC LIMIT ?`,
        )
        .all(...where.values, Math.trunc(limit))
        .map((row) => entryOf(row, this.#filesOf(text(row, "id")))),
    );
  }

  remove(id: string): Result<void, StoreError> {
    this.#lastFiles.delete(id);
    return this.#statements.write(() => {
      this.#statements.run("DELETE FROM offers WHERE id = ?", id);
      noteRemoval(this.#statements);
    });
  }

  interruptUnfinished(atMs: number): Result<number, StoreError> {
    this.#lastFiles.clear();
    const running = marks(RUNNING_STATES);
    const unfinished = `offer_id IN (SELECT id FROM offers WHERE state IN ${running})`;
    return this.#statements.write(() => {
      this.#statements.run(
        `UPDATE transfers SET state = 'interrupted'
         WHERE state IN ${marks(RUNNING_FILE_STATES)} AND ${unfinished}`,
        ...RUNNING_FILE_STATES,
        ...RUNNING_STATES,
      );
      const { changes } = this.#statements
        .prepare(
          `UPDATE offers SET state = ${STATE_OF_STOPPED}, ended_ms = ? WHERE state IN ${running}`,
        )
        .run(atMs, ...RUNNING_STATES);
      return Number(changes);
    });
  }

  saveDevice(device: DeviceRecord): Result<void, StoreError> {
    return this.#statements.write(() => {
      this.#statements.run(
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
      this.#statements
        .prepare("SELECT * FROM devices WHERE aor = ? ORDER BY last_seen_ms DESC, instance_id")
        .all(aor)
        .map(deviceOf),
    );
  }

  setting(name: string): Result<string | undefined, StoreError> {
    return attempt(() => {
      const row = this.#statements.prepare("SELECT value FROM settings WHERE name = ?").get(name);
      return row === undefined ? undefined : text(row, "value");
    });
  }

  putSetting(name: string, value: string): Result<void, StoreError> {
    return this.#statements.write(() => {
      this.#statements.run(
        `INSERT INTO settings (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        name,
        value,
      );
    });
  }

  removeSetting(name: string): Result<void, StoreError> {
    return this.#statements.write(() => {
      this.#statements.run("DELETE FROM settings WHERE name = ?", name);
    });
  }

  close(): void {
    this.#statements.close();
  }

  /** Only what differs from the last call: an offer of thousands of files changes file by file. */
  #saveFiles({ id, files }: HistoryEntry): void {
    const before = this.#lastFiles.get(id);
    if (before === undefined || !before.every(({ index }, at) => files[at]?.index === index)) {
      this.#statements.run("DELETE FROM files WHERE offer_id = ?", id);
      for (const file of files) this.#saveFile(id, file);
      return;
    }
    for (const [at, file] of files.entries()) {
      if (before[at] === file) continue;
      this.#statements.run("DELETE FROM files WHERE offer_id = ? AND line = ?", id, file.index);
      this.#saveFile(id, file);
    }
  }

  #saveFile(offerId: string, file: HistoryFile): void {
    this.#statements.run(
      "INSERT INTO files (offer_id, line, name, type, size_octets, transfer_id) VALUES (?, ?, ?, ?, ?, ?)",
      offerId,
      file.index,
      file.name,
      file.type ?? null,
      file.sizeOctets,
      file.transferId ?? null,
    );
    this.#statements.run(
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
    return this.#statements
      .prepare(
        `SELECT * FROM files JOIN transfers USING (offer_id, line) WHERE offer_id = ? ORDER BY line`,
      )
      .all(offerId)
      .map((row: Row) => fileOf(row));
  }
}

function condition(filter: HistoryFilter): Where {
  const where = new Where();
  if (filter.direction !== undefined) where.add("direction = ?", filter.direction);
  if (filter.peer !== undefined) where.add("peer = ?", filter.peer);
  if (filter.states !== undefined) where.add(`state IN ${marks(filter.states)}`, ...filter.states);
  if (filter.beforeMs !== undefined) where.add("started_ms < ?", filter.beforeMs);
  if (filter.text !== undefined) {
    const pattern = anywhere(filter.text);
    where.add(
      String.raw`(peer LIKE ? ESCAPE '\' OR peer_name LIKE ? ESCAPE '\' OR EXISTS
        (SELECT 1 FROM files WHERE offer_id = offers.id AND name LIKE ? ESCAPE '\'))`,
      pattern,
      pattern,
      pattern,
    );
  }
  return where;
}
