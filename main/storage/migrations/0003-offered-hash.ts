import type { Migration } from "./migration.ts";

/** What the offer promised of a file that arrived damaged. */
export const offeredHash: Migration = {
  version: 3,
  sql: "ALTER TABLE card_files ADD COLUMN offered_hash TEXT;",
};
