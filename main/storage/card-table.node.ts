import type { SQLInputValue } from "node:sqlite";
import type {
  CardDetails,
  CardFileDetails,
  CardFilter,
  CardStore,
  StoredCard,
} from "../base/app-store.ts";
import type { Result } from "../base/result.ts";
import type { HistoryEntry, StoreError } from "../base/transfer-store.ts";
import { cardFileOf, cardOf } from "./card-rows.ts";
import { forgetCommands } from "./command-table.node.ts";
import { attempt } from "./database.node.ts";
import { noteRemoval } from "./removal.node.ts";
import { type Row, RUNNING_STATES, text } from "./rows.ts";
import { anywhere, marks, type Statements, Where } from "./statements.node.ts";

const STATE = "COALESCE(cards.state, offers.state)";

/** Reads the history entry that a row of `offers` begins. */
export type ReadEntry = (row: Row) => HistoryEntry;

export class CardTable implements CardStore {
  readonly #statements: Statements;
  readonly #readEntry: ReadEntry;

  constructor(statements: Statements, readEntry: ReadEntry) {
    this.#statements = statements;
    this.#readEntry = readEntry;
  }

  save(details: CardDetails): Result<void, StoreError> {
    return this.#statements.write(() => {
      this.#statements.run(
        `INSERT OR REPLACE INTO cards (offer_id, state, text, folder, device, is_lost_race, is_silenced,
           is_auto_accepted, is_dismissed, offer_group, problem_code, problem_message,
           problem_action, problem_status, seen_ms, announced_files, announced_octets)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...columnsOf(details),
      );
      this.#statements.run("DELETE FROM card_files WHERE offer_id = ?", details.id);
      for (const file of details.files) this.#saveFile(details.id, file);
    });
  }

  get(id: string): Result<StoredCard | undefined, StoreError> {
    return attempt(() => {
      const row = this.#statements.prepare("SELECT * FROM offers WHERE id = ?").get(id);
      return row === undefined ? undefined : this.#stored(row);
    });
  }

  list(filter: CardFilter): Result<readonly StoredCard[], StoreError> {
    const where = conditions(filter);
    return attempt(() =>
      this.#statements
        .prepare(
          `SELECT offers.* FROM offers LEFT JOIN cards ON cards.offer_id = offers.id ${where.sql}
           ORDER BY offers.started_ms DESC, offers.id DESC LIMIT ?`,
        )
        .all(...where.values, Math.trunc(filter.limit))
        .map((row) => this.#stored(row)),
    );
  }

  forget(ids: readonly string[]): Result<void, StoreError> {
    return this.#statements.write(() => {
      for (const id of ids) this.#statements.run("DELETE FROM offers WHERE id = ?", id);
      forgetCommands(this.#statements, ids);
      noteRemoval(this.#statements);
    });
  }

  forgetEnded(beforeMs = Number.MAX_SAFE_INTEGER): Result<readonly string[], StoreError> {
    return this.#statements.write(() => {
      noteRemoval(this.#statements);
      const ids = this.#statements
        .prepare(
          `DELETE FROM offers WHERE started_ms < ? AND state NOT IN ${marks(RUNNING_STATES)} RETURNING id`,
        )
        .all(Math.trunc(beforeMs), ...RUNNING_STATES)
        .map((row) => text(row, "id"));
      forgetCommands(this.#statements, ids);
      return ids;
    });
  }

  #saveFile(id: string, file: CardFileDetails): void {
    this.#statements.run(
      `INSERT INTO card_files (offer_id, line, state, octets, path, hash, offered_hash, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      file.index,
      file.state,
      file.octets,
      file.path ?? null,
      file.hash ?? null,
      file.offeredHash ?? null,
      file.reason ?? null,
    );
  }

  #stored(row: Row): StoredCard {
    const entry = this.#readEntry(row);
    const card = this.#statements.prepare("SELECT * FROM cards WHERE offer_id = ?").get(entry.id);
    if (card === undefined) return { entry };
    const files = this.#statements
      .prepare("SELECT * FROM card_files WHERE offer_id = ? ORDER BY line")
      .all(entry.id)
      .map((file: Row) => cardFileOf(file));
    return { entry, details: cardOf(card, files) };
  }
}

function conditions(filter: CardFilter): Where {
  const where = new Where();
  if (filter.direction !== undefined) where.add("offers.direction = ?", filter.direction);
  if (filter.peer !== undefined) where.add("offers.peer = ?", filter.peer);
  if (filter.states !== undefined)
    where.add(`${STATE} IN ${marks(filter.states)}`, ...filter.states);
  if (filter.sinceMs !== undefined) where.add("offers.started_ms >= ?", filter.sinceMs);
  if (filter.device !== undefined) where.add("cards.device = ?", filter.device);
  if (filter.isDismissed !== undefined)
    where.add("COALESCE(cards.is_dismissed, 0) = ?", flag(filter.isDismissed));
  if (filter.before !== undefined) {
    const { startedMs, id } = filter.before;
    where.add("(offers.started_ms, offers.id) < (?, ?)", startedMs, id);
  }
  if (filter.text !== undefined) {
    const like = String.raw`LIKE ? ESCAPE '\'`;
    const pattern = anywhere(filter.text);
    where.add(
      `(offers.peer ${like} OR offers.peer_name ${like} OR cards.text ${like}
        OR EXISTS (SELECT 1 FROM people WHERE people.aor = offers.peer AND people.name ${like})
        OR EXISTS (SELECT 1 FROM files WHERE files.offer_id = offers.id AND files.name ${like})
        OR EXISTS (SELECT 1 FROM card_files WHERE card_files.offer_id = offers.id
          AND (hash ${like} OR offered_hash ${like})))`,
      ...Array.from({ length: 7 }, () => pattern),
    );
  }
  return where;
}

/** In the order of the statement above. */
function columnsOf(details: CardDetails): readonly SQLInputValue[] {
  const { id, state, problem, series } = details;
  const texts = [details.text, details.folder, details.device];
  const { isLostRace, isSilenced, isAutoAccepted, isDismissed } = details;
  const claims = [isLostRace, isSilenced, isAutoAccepted, isDismissed];
  const told = [problem?.code, problem?.message, problem?.action, problem?.status];
  const rest = [...texts, ...claims.map(flag), details.group, ...told, details.seenMs];
  const announced = [series?.files, series?.octets];
  return [id, state, ...[...rest, ...announced].map((value) => value ?? null)];
}

function flag(value: boolean | undefined): number {
  return value === true ? 1 : 0;
}
