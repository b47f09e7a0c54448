import type { CommandStore, DoneCommand } from "../base/app-store.ts";
import type { Result } from "../base/result.ts";
import type { StoreError } from "../base/transfer-store.ts";
import { attempt } from "./database.node.ts";
import { integer, text } from "./rows.ts";
import type { Statements } from "./statements.node.ts";

const MAX_COMMANDS = 500;
const MAX_AGE_MS = 7 * 86_400_000;

/** Those that made one of these offers: their answers name it, and to whom it went. */
export function forgetCommands(statements: Statements, offerIds: readonly string[]): void {
  const gone = new Set(offerIds);
  for (const row of statements.prepare("SELECT rowid AS row, answer FROM commands").all()) {
    const words = text(row, "answer").matchAll(/"([^"\\]*)"/g);
    if ([...words].some(([, word = ""]) => gone.has(word)))
      statements.run("DELETE FROM commands WHERE rowid = ?", integer(row, "row"));
  }
}

export class CommandTable implements CommandStore {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  answer(
    { name, id }: Pick<DoneCommand, "name" | "id">,
    nowMs: number,
  ): Result<string | undefined, StoreError> {
    return attempt(() => {
      const row = this.#statements
        .prepare("SELECT answer FROM commands WHERE name = ? AND id = ? AND at_ms >= ?")
        .get(name, id, Math.trunc(nowMs - MAX_AGE_MS));
      return row === undefined ? undefined : text(row, "answer");
    });
  }

  save({ name, id, answer, atMs }: DoneCommand): Result<void, StoreError> {
    return this.#statements.write(() => {
      this.#statements.run(
        "INSERT OR REPLACE INTO commands (name, id, answer, at_ms) VALUES (?, ?, ?, ?)",
        ...[name, id, answer, Math.trunc(atMs)],
      );
      this.#statements.run(
        `DELETE FROM commands WHERE at_ms < ?
         OR rowid NOT IN (SELECT rowid FROM commands ORDER BY rowid DESC LIMIT ?)`,
        ...[Math.trunc(atMs - MAX_AGE_MS), MAX_COMMANDS],
      );
    });
  }
}
