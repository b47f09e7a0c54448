import type { Migration } from "./migration.ts";

/**
 * Offers, the files in them (what was offered), their transfers (what became of them), the user's devices, settings.
 * STRICT tables: a value of the wrong type is an error where it is written, not where it is read.
 */
export const history: Migration = {
  version: 1,
  sql: `
    CREATE TABLE offers (
      id TEXT NOT NULL PRIMARY KEY,
      direction TEXT NOT NULL CHECK (direction IN ('outgoing', 'incoming')),
      peer TEXT NOT NULL,
      peer_name TEXT,
      conversation_id TEXT NOT NULL,
      contribution_id TEXT NOT NULL,
      started_ms INTEGER NOT NULL,
      ended_ms INTEGER,
      state TEXT NOT NULL,
      status INTEGER,
      reason TEXT
    ) STRICT;
    CREATE INDEX offers_by_time ON offers (started_ms);
    CREATE TABLE files (
      offer_id TEXT NOT NULL REFERENCES offers (id) ON DELETE CASCADE,
      line INTEGER NOT NULL,
      name TEXT NOT NULL,
      type TEXT,
      size_octets INTEGER NOT NULL,
      transfer_id TEXT,
      PRIMARY KEY (offer_id, line)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE transfers (
      offer_id TEXT NOT NULL,
      line INTEGER NOT NULL,
      state TEXT NOT NULL,
      octets INTEGER NOT NULL,
      path TEXT,
      sha1 TEXT,
      sha256 TEXT,
      is_verified INTEGER,
      PRIMARY KEY (offer_id, line),
      FOREIGN KEY (offer_id, line) REFERENCES files (offer_id, line) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE devices (
      aor TEXT NOT NULL,
      instance_id TEXT NOT NULL,
      name TEXT NOT NULL,
      last_seen_ms INTEGER NOT NULL,
      PRIMARY KEY (aor, instance_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE settings (
      name TEXT NOT NULL PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
