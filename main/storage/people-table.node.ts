import type { PeopleStore, StoredPerson } from "../base/app-store.ts";
import type { Result } from "../base/result.ts";
import type { StoreError } from "../base/transfer-store.ts";
import { personOf } from "./card-rows.ts";
import { attempt } from "./database.node.ts";
import type { Statements } from "./statements.node.ts";

export class PeopleTable implements PeopleStore {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  list(): Result<readonly StoredPerson[], StoreError> {
    return attempt(() =>
      this.#statements
        .prepare("SELECT * FROM people ORDER BY last_ms IS NULL, last_ms DESC, name, aor")
        .all()
        .map(personOf),
    );
  }

  save(person: StoredPerson, was?: string): Result<void, StoreError> {
    return this.#statements.write(() => {
      if (was !== undefined && was !== person.aor)
        this.#statements.run("DELETE FROM people WHERE aor = ?", was);
      this.#statements.run(
        `INSERT OR REPLACE INTO people (aor, name, is_me, is_blocked, auto_accept_octets, last_ms)
         VALUES (?, ?, ?, ?, ?, ?)`,
        person.aor,
        person.name,
        Number(person.isMe),
        Number(person.isBlocked),
        person.autoAcceptOctets ?? null,
        person.lastMs ?? null,
      );
    });
  }

  remove(aor: string): Result<void, StoreError> {
    return this.#statements.write(() => {
      this.#statements.run("DELETE FROM people WHERE aor = ?", aor);
    });
  }
}
