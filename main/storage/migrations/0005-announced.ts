import type { Migration } from "./migration.ts";

/** How much the sender of a larger offer announced, of which only the first files may be listed. */
export const announced: Migration = {
  version: 5,
  sql: `
    ALTER TABLE cards ADD COLUMN announced_files INTEGER;
    ALTER TABLE cards ADD COLUMN announced_octets INTEGER;
  `,
};
