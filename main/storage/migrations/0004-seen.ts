import type { Migration } from "./migration.ts";

/** When the other user is known to have opened what was sent. */
export const seen: Migration = {
  version: 4,
  sql: "ALTER TABLE cards ADD COLUMN seen_ms INTEGER;",
};
