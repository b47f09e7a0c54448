import { chmodSync, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { err, ok, type Result } from "../base/result.ts";
import type { StoreError } from "../base/transfer-store.ts";
import { history } from "./migrations/0001-history.ts";
import { cards } from "./migrations/0002-cards.ts";
import { offeredHash } from "./migrations/0003-offered-hash.ts";
import { seen } from "./migrations/0004-seen.ts";
import { announced } from "./migrations/0005-announced.ts";
import { commands } from "./migrations/0006-commands.ts";
import { takenBy } from "./migrations/0007-taken-by.ts";
import type { Migration } from "./migrations/migration.ts";

import { FILE_STATES, OFFER_STATES } from "./rows.ts";
import { salvage } from "./salvage.node.ts";

const FILE_NAME = "history.db";
/** A second process of the same profile writes for milliseconds; this bounds how long one waits for the other. */
export const BUSY_TIMEOUT_MS = 2000;
const MIGRATIONS: readonly Migration[] = [
  ...[history, cards, offeredHash, seen, announced, commands, takenBy],
];

/** SQLite's result codes (sqlite.org/rescode.html); extended codes have them in their low octet. */
const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

export interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** Where an unreadable database was moved to; a new one was begun. */
  readonly setAside?: string;
}

/**
 * Opens the database of a profile, checks it and brings it to the present form. A damaged one is moved aside rather
 * than used: an application that does not start because of its history helps nobody.
 */
export function openDatabase(
  profileFolder: string,
  busyTimeoutMs: number,
): Result<OpenedDatabase, StoreError> {
  const path = join(profileFolder, FILE_NAME);
  const opened = attempt(() => {
    mkdirSync(profileFolder, { recursive: true, mode: 0o700 });
    // SQLite takes an empty file for a new database; ours is never empty once it was there.
    if (existsSync(path) && statSync(path).size === 0) throw new CorruptDatabaseError("empty");
    return openChecked(path, busyTimeoutMs);
  });
  if (opened.ok) return ok({ database: opened.value });
  if (opened.error.kind !== "store-corrupt") return opened;
  return attempt(() => {
    const setAside = moveAside(path);
    const database = openChecked(path, busyTimeoutMs);
    salvage(setAside, database);
    return { database, setAside };
  });
}

/** Runs a step on the database; what SQLite or the system throws becomes a value. */
export function attempt<T>(step: () => T): Result<T, StoreError> {
  try {
    return ok(step());
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return err(storeError(cause));
  }
}

class NewerDatabaseError extends Error {
  override readonly name = "NewerDatabaseError";
}

class CorruptDatabaseError extends Error {
  override readonly name = "CorruptDatabaseError";
}

function storeError(cause: Error): StoreError {
  const { message } = cause;
  if (cause instanceof NewerDatabaseError) return { kind: "store-newer", message };
  if (cause instanceof CorruptDatabaseError) return { kind: "store-corrupt", message };
  const primary = primaryCode(cause);
  if (primary === SQLITE_BUSY || primary === SQLITE_LOCKED)
    return { kind: "store-locked", message };
  if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB)
    return { kind: "store-corrupt", message };
  const isOfSystem = "code" in cause && typeof cause.code === "string";
  if (!isOfSystem) throw cause;
  return { kind: "store-error", message };
}

function primaryCode(cause: Error): number {
  return "errcode" in cause && typeof cause.errcode === "number" ? cause.errcode & 0xff : 0;
}

function openChecked(path: string, busyTimeoutMs: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    // Private before anything is in it; SQLite gives its WAL the same permissions.
    chmodSync(path, 0o600);
    setUp(database);
    migrate(database);
    if (!isOwnForm(database)) throw new CorruptDatabaseError("the tables are not ours");
    checkRows(database);
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

function setUp(database: DatabaseSync): void {
  try {
    // FULL: a commit has reached the disk when it returns, so that what is claimed next is never forgotten.
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA cell_size_check = ON;
    `);
    const row = database.prepare("PRAGMA quick_check(1)").get();
    if (row?.["quick_check"] !== "ok") throw new CorruptDatabaseError("quick_check failed");
  } catch (cause) {
    // There is nothing wrong with these words, so it is the file that SQLite cannot read.
    if (cause instanceof Error && primaryCode(cause) === SQLITE_ERROR)
      throw new CorruptDatabaseError(cause.message);
    throw cause;
  }
}

/** What quick_check does not see: values that no reader of ours could take. */
function checkRows(database: DatabaseSync): void {
  const isBad = (table: string, states: readonly string[], numbers: readonly string[]): boolean => {
    const known = states.map((state) => `'${state}'`).join(", ");
    const far = numbers.map((column) => ` OR abs(${column}) > ${Number.MAX_SAFE_INTEGER}`).join("");
    const row = database
      .prepare(`SELECT EXISTS (SELECT 1 FROM ${table} WHERE state NOT IN (${known})${far}) AS bad`)
      .get();
    return row?.["bad"] !== 0;
  };
  const times = ["started_ms", "COALESCE(ended_ms, 0)", "COALESCE(status, 0)"];
  if (isBad("offers", Object.keys(OFFER_STATES), times)) throw new CorruptDatabaseError("offers");
  if (isBad("transfers", Object.keys(FILE_STATES), ["octets"]))
    throw new CorruptDatabaseError("transfers");
}

/** The tables as they would be in a new database, to tell a newer form from a damaged number. */
function isOwnForm(database: DatabaseSync): boolean {
  const fresh = new DatabaseSync(":memory:");
  try {
    for (const { sql } of MIGRATIONS) fresh.exec(sql);
    return formOf(fresh) === formOf(database);
  } finally {
    fresh.close();
  }
}

function formOf(database: DatabaseSync): string {
  const rows = database.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
  return JSON.stringify(rows);
}

function migrate(database: DatabaseSync): void {
  const newest = MIGRATIONS.at(-1)?.version ?? 0;
  if (versionOf(database) === newest) return;
  // Taken before the version is read again: two processes may start at once.
  inTransaction(database, () => {
    const version = versionOf(database);
    if (version !== newest && isOwnForm(database)) throw new CorruptDatabaseError("user_version");
    if (version > newest)
      throw new NewerDatabaseError(`form ${version} is newer than ${newest}, which is known here`);
    for (const migration of MIGRATIONS) {
      if (migration.version <= version) continue;
      database.exec(migration.sql);
      database.exec(`PRAGMA user_version = ${migration.version}`);
    }
  });
}

function versionOf(database: DatabaseSync): number {
  const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
  if (typeof version !== "number") throw new CorruptDatabaseError("no user_version");
  return version;
}

/** All of the step or nothing of it. */
export function inTransaction<T>(database: DatabaseSync, step: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const value = step();
    database.exec("COMMIT");
    return value;
  } catch (cause) {
    // SQLite rolls some errors (a full disk) back by itself.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw cause;
  }
}

function moveAside(path: string): string {
  let count = 1;
  while (existsSync(`${path}.damaged-${count}`)) count += 1;
  const aside = `${path}.damaged-${count}`;
  // The WAL belongs to its database: beside a new one it would be read as a part of that.
  for (const suffix of ["-wal", "-shm"])
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  renameSync(path, aside);
  return aside;
}
