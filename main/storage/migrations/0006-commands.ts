import type { Migration } from "./migration.ts";

/** Commands that were carried out, with their answers, so that none is carried out again by a process to come. */
export const commands: Migration = {
  version: 6,
  sql: `
    CREATE TABLE commands (
      name TEXT NOT NULL,
      id TEXT NOT NULL,
      answer TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      PRIMARY KEY (name, id)
    ) STRICT;
  `,
};
