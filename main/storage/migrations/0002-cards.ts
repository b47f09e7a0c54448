import type { Migration } from "./migration.ts";

/** What windows show of an offer beyond its history, and the people of the user. */
export const cards: Migration = {
  version: 2,
  sql: `
    CREATE TABLE cards (
      offer_id TEXT NOT NULL PRIMARY KEY REFERENCES offers (id) ON DELETE CASCADE,
      state TEXT NOT NULL,
      text TEXT,
      folder TEXT,
      device TEXT,
      is_lost_race INTEGER NOT NULL,
      is_silenced INTEGER NOT NULL,
      is_auto_accepted INTEGER NOT NULL,
      is_dismissed INTEGER NOT NULL,
      offer_group TEXT,
      problem_code TEXT,
      problem_message TEXT,
      problem_action TEXT,
      problem_status INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE card_files (
      offer_id TEXT NOT NULL REFERENCES cards (offer_id) ON DELETE CASCADE,
      line INTEGER NOT NULL,
      state TEXT NOT NULL,
      octets INTEGER NOT NULL,
      path TEXT,
      hash TEXT,
      reason TEXT,
      PRIMARY KEY (offer_id, line)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE people (
      aor TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      is_me INTEGER NOT NULL,
      is_blocked INTEGER NOT NULL,
      auto_accept_octets INTEGER,
      last_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    DROP INDEX offers_by_time;
    CREATE INDEX offers_by_time ON offers (started_ms, id);
  `,
};
