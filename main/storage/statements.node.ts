import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Result } from "../base/result.ts";
import type { StoreError } from "../base/transfer-store.ts";
import { attempt, inTransaction } from "./database.node.ts";

/** The statements of one open database, compiled once: there are as many texts as there are kinds of calls. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #compiled = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(sql: string): StatementSync {
    const known = this.#compiled.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#compiled.set(sql, statement);
    return statement;
  }

  run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.prepare(sql).run(...values);
  }

  /** All of the step or nothing of it; it has reached the disk when this returns. */
  write<T>(step: () => T): Result<T, StoreError> {
    return attempt(() => inTransaction(this.#database, step));
  }

  close(): void {
    this.#compiled.clear();
    if (this.#database.isOpen) this.#database.close();
  }
}

/** Conditions of a query, joined by AND. */
export class Where {
  readonly values: SQLInputValue[] = [];
  readonly #parts: string[] = [];

  add(part: string, ...values: readonly SQLInputValue[]): void {
    this.#parts.push(part);
    this.values.push(...values);
  }

  /** Empty, or with its keyword. */
  get sql(): string {
    return this.#parts.length === 0 ? "" : `WHERE ${this.#parts.join(" AND ")}`;
  }
}

/** `(?, ?, ?)` */
export function marks(values: readonly unknown[]): string {
  return `(${values.map(() => "?").join(", ")})`;
}

/** A pattern for LIKE … ESCAPE '\' that finds the text anywhere. */
export function anywhere(text: string): string {
  return `%${text.replaceAll(/[%_\\]/g, String.raw`\$&`)}%`;
}
