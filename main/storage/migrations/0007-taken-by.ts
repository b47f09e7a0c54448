import type { Migration } from "./migration.ts";

/** Which of the other side's devices has taken an offer, so that no other one gets the rest of it. */
export const takenBy: Migration = {
  version: 7,
  sql: "ALTER TABLE offers ADD COLUMN taken_by TEXT;",
};
