import type { SQLInputValue } from "node:sqlite";
import { DatabaseSync } from "node:sqlite";
import { cardFileOf } from "./card-rows.ts";
import { deviceOf, entryOf, fileOf, integer, type Row, text } from "./rows.ts";

/** Tables in an order in which none needs a later one, with what reads a row: it throws on one that is not as it should be. */
const TABLES: readonly (readonly [string, (row: Row) => unknown])[] = [
  ["settings", (row) => [text(row, "name"), text(row, "value")]],
  ["devices", deviceOf],
  ["people", (row) => [text(row, "aor"), text(row, "name"), integer(row, "is_me")]],
  ["commands", (row) => [text(row, "answer"), integer(row, "at_ms")]],
  // Of an earlier form: columns that came later are not in its rows.
  ["offers", (row) => entryOf({ taken_by: null, ...row }, [])],
  ["files", (row) => [text(row, "name"), integer(row, "size_octets"), integer(row, "line")]],
  [
    "transfers",
    (row) => fileOf({ type: null, transfer_id: null, name: "", size_octets: 0, ...row }),
  ],
  ["cards", (row) => [text(row, "offer_id"), text(row, "state")]],
  ["card_files", cardFileOf],
];

/**
 * Copies what can still be read of a damaged database into a new one: row by row from both ends of each table, up to
 * the damage. What cannot be read, or is not as the schema says, is left where it is.
 * @returns rows that were brought over
 */
export function salvage(damagedPath: string, into: DatabaseSync): number {
  let from: DatabaseSync;
  try {
    from = new DatabaseSync(damagedPath);
  } catch {
    return 0;
  }
  try {
    let rows = 0;
    for (const [table, read] of TABLES) rows += salvageTable(table, read, { from, into });
    // A file without its transfer is half a row.
    into.exec(`DELETE FROM files WHERE NOT EXISTS (SELECT 1 FROM transfers
      WHERE transfers.offer_id = files.offer_id AND transfers.line = files.line)`);
    return rows;
  } finally {
    from.close();
  }
}

function salvageTable(
  table: string,
  read: (row: Row) => unknown,
  { from, into }: { readonly from: DatabaseSync; readonly into: DatabaseSync },
): number {
  const columns = columnsOf(into, table);
  const key = keyOf(into, table);
  let rows = 0;
  for (const order of ["ASC", "DESC"]) {
    const by = key.map((column) => `${column} ${order}`).join(", ");
    for (const row of readable(from, `SELECT * FROM ${table} ORDER BY ${by}`))
      rows += isSound(row, read) && insert(into, table, pick(row, columns)) ? 1 : 0;
  }
  return rows;
}

/** Ends where the damage is. */
function* readable(database: DatabaseSync, sql: string): Generator<Row> {
  try {
    yield* database.prepare(sql).iterate();
  } catch {
    // What lies behind is read from the other end.
  }
}

function isSound(row: Row, read: (row: Row) => unknown): boolean {
  try {
    read(row);
    return true;
  } catch {
    return false;
  }
}

function insert(
  into: DatabaseSync,
  table: string,
  values: readonly (readonly [string, SQLInputValue])[],
): boolean {
  const names = values.map(([name]) => name).join(", ");
  const marks = values.map(() => "?").join(", ");
  try {
    const statement = into.prepare(`INSERT OR IGNORE INTO ${table} (${names}) VALUES (${marks})`);
    return statement.run(...values.map(([, value]) => value)).changes === 1;
  } catch {
    // Of another type, or of an offer that could not be read.
    return false;
  }
}

function pick(row: Row, columns: readonly string[]): (readonly [string, SQLInputValue])[] {
  return columns.flatMap((name) => {
    const value = row[name];
    const isPlain = value === null || typeof value === "string" || typeof value === "number";
    return isPlain ? [[name, value] as const] : [];
  });
}

function columnsOf(database: DatabaseSync, table: string): readonly string[] {
  return infoOf(database, table).map((row) => text(row, "name"));
}

function keyOf(database: DatabaseSync, table: string): readonly string[] {
  return infoOf(database, table)
    .filter((row) => integer(row, "pk") > 0)
    .map((row) => text(row, "name"));
}

function infoOf(database: DatabaseSync, table: string): readonly Row[] {
  return database.prepare(`PRAGMA table_info(${table})`).all();
}
